#include <kms/io/packet.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::io {
namespace {

TEST(PacketPool, givesNoMoreThanItsLimitAndReusesWhatCameBack) {
  PacketPool pool(64);
  std::vector<PacketRef> held;
  while (PacketRef packet = pool.allocate()) held.push_back(std::move(packet));
  EXPECT_EQ(held.size(), 64U);
  EXPECT_EQ(pool.inUse(), 64U);
  held.pop_back();
  EXPECT_TRUE(pool.allocate());
}

TEST(PacketPool, growsBySlabs) {
  PacketPool pool(1000);
  EXPECT_EQ(pool.capacity(), 0U);
  const PacketRef packet = pool.allocate();
  EXPECT_EQ(pool.capacity(), 64U);
}

TEST(PacketRef, keepsThePacketAsLongAsAnyReferenceLives) {
  PacketPool pool(64);
  PacketRef first = pool.allocate();
  PacketRef second = first;
  first.reset();
  EXPECT_EQ(pool.inUse(), 1U);
  PacketRef third = std::move(second);
  EXPECT_EQ(pool.inUse(), 1U);
  third = PacketRef();
  EXPECT_EQ(pool.inUse(), 0U);
}

}  // namespace
}  // namespace kms::io
