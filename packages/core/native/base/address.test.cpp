#include <kms/base/address.hpp>

#include <gtest/gtest.h>

namespace kms {
namespace {

TEST(Address, RejectsANameAndBrackets) {
  EXPECT_FALSE(Address::parse("localhost", 1));
  EXPECT_FALSE(Address::parse("[::1]", 1));
  EXPECT_FALSE(Address::parse("", 1));
}

TEST(Address, KeepsBothFamiliesThroughASockaddr) {
  for (const char* literal : {"192.0.2.7", "2001:db8::1"}) {
    const auto address = Address::parse(literal, 5004).value();
    sockaddr_storage storage{};
    EXPECT_GT(address.toSockaddr(storage), 0U);
    EXPECT_EQ(Address::fromSockaddr(reinterpret_cast<sockaddr*>(&storage)), address);
    EXPECT_EQ(address.ipText(), literal);
  }
}

TEST(Address, ReadsAV4MappedAddressAsIPv4) {
  sockaddr_storage storage{};
  ASSERT_EQ(Address::parse("::ffff:192.0.2.7", 9)->toSockaddr(storage), sizeof(sockaddr_in6));
  EXPECT_EQ(Address::fromSockaddr(reinterpret_cast<sockaddr*>(&storage))->text(), "192.0.2.7:9");
}

TEST(Address, KnowsLoopbackAndLinkLocal) {
  EXPECT_TRUE(Address::parse("127.1.2.3", 1)->isLoopback());
  EXPECT_TRUE(Address::parse("::1", 1)->isLoopback());
  EXPECT_TRUE(Address::parse("fe80::1", 1)->isLinkLocal());
  EXPECT_FALSE(Address::parse("192.0.2.1", 1)->isLoopback());
}

}  // namespace
}  // namespace kms
