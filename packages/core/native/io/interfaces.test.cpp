#include <kms/io/interfaces.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::io {
namespace {

const std::vector<InterfaceAddress> kAll = {
    {"lo", *Address::parse("127.0.0.1", 0), true},
    {"eth0", *Address::parse("192.0.2.1", 0), false},
    {"eth0", *Address::parse("2001:db8::1", 0), false},
    {"eth1", *Address::parse("198.51.100.1", 0), false},
};

std::vector<std::string> texts(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const auto& address : usableAddresses(kAll, names)) result.push_back(address.ipText());
  return result;
}

TEST(UsableAddresses, areAllButLoopbackByDefault) {
  EXPECT_EQ(texts({}), (std::vector<std::string>{"192.0.2.1", "2001:db8::1", "198.51.100.1"}));
}

TEST(UsableAddresses, areThoseOfTheNamedInterfaces) {
  EXPECT_EQ(texts({"eth1"}), std::vector<std::string>{"198.51.100.1"});
  EXPECT_EQ(texts({"lo", "eth1"}), (std::vector<std::string>{"127.0.0.1", "198.51.100.1"}));
  EXPECT_TRUE(texts({"wlan7"}).empty());
}

TEST(UsableAddresses, areLoopbackWhenThereIsNothingElse) {
  const std::vector<InterfaceAddress> only(kAll.begin(), kAll.begin() + 1);
  ASSERT_EQ(usableAddresses(only, {}).size(), 1U);
}

TEST(SystemAddresses, hasLoopbackAndNoLinkLocalIpv6) {
  const auto all = systemAddresses();
  EXPECT_TRUE(std::ranges::any_of(all, [](const auto& entry) { return entry.isLoopback; }));
  EXPECT_FALSE(std::ranges::any_of(
      all, [](const auto& entry) { return entry.address.isV6 && entry.address.isLinkLocal(); }));
}

}  // namespace
}  // namespace kms::io
