#include <kms/router/packet-queue.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

class PacketQueueTest : public testing::Test {
 protected:
  void push(int count) {
    for (int i = 0; i < count; ++i) {
      rtp::MediaPacket packet;
      packet.packet = m_pool.allocate();
      packet.sequence = m_pushed++;
      packet.payloadSize = 10;
      m_queue.push(packet);
    }
  }
  void expectPop(int count) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(m_queue.pop().sequence, m_popped++);
  }

  io::PacketPool m_pool{PacketQueue::kCapacity};
  PacketQueue m_queue;
  std::int64_t m_pushed = 0;
  std::int64_t m_popped = 0;
};

TEST_F(PacketQueueTest, KeepsTheOrderWhileItGrowsAndTurns) {
  push(20);
  expectPop(15);
  push(25);  // turns round within the least room
  push(100);
  expectPop(130);
  EXPECT_TRUE(m_queue.empty());
  EXPECT_EQ(m_queue.bytes(), 0U);
}

TEST_F(PacketQueueTest, IsFullAtItsCapacity) {
  push(PacketQueue::kCapacity - 1);
  EXPECT_FALSE(m_queue.full());
  push(1);
  EXPECT_TRUE(m_queue.full());
  EXPECT_EQ(m_queue.bytes(), PacketQueue::kCapacity * 10);
  expectPop(PacketQueue::kCapacity);
}

TEST_F(PacketQueueTest, ShrinksOnlyWhileItIsEmpty) {
  push(40);
  m_queue.shrink();
  expectPop(40);
  m_queue.shrink();
  EXPECT_TRUE(m_queue.empty());
  push(40);
  expectPop(40);
}

TEST_F(PacketQueueTest, HoldsNoPacketThatHasLeft) {
  push(40);
  expectPop(30);
  EXPECT_EQ(m_pool.inUse(), 10U);
  m_queue.clear();
  EXPECT_EQ(m_pool.inUse(), 0U);
}

}  // namespace
}  // namespace kms::router
