#include <kms/rtp/retransmission-buffer.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace kms::rtp {
namespace {

using namespace std::chrono_literals;

class RetransmissionBufferTest : public ::testing::Test {
 protected:
  bool insert(std::int64_t sequence) {
    MediaPacket packet;
    packet.packet = m_pool.allocate();
    packet.packet->received = m_clock.now();
    packet.sequence = sequence;
    return m_buffer.insert(packet);
  }

  ManualClock m_clock;
  io::PacketPool m_pool{256};
  RetransmissionBuffer m_buffer{16, 1s};
};

TEST_F(RetransmissionBufferTest, findsWhatIsInIt) {
  EXPECT_TRUE(insert(100));
  EXPECT_TRUE(insert(103));
  EXPECT_TRUE(insert(101));
  ASSERT_NE(m_buffer.find(101), nullptr);
  EXPECT_EQ(m_buffer.find(101)->sequence, 101);
  EXPECT_EQ(m_buffer.find(102), nullptr);
  EXPECT_EQ(m_buffer.find(-5), nullptr);
}

TEST_F(RetransmissionBufferTest, refusesDuplicatesAndWhatIsTooOld) {
  EXPECT_TRUE(insert(100));
  EXPECT_FALSE(insert(100));
  EXPECT_FALSE(insert(100 - 16));
  EXPECT_TRUE(insert(100 - 15));
}

TEST_F(RetransmissionBufferTest, newerPacketsPushOutOlderOnes) {
  for (std::int64_t i = 100; i < 140; ++i) EXPECT_TRUE(insert(i));
  EXPECT_EQ(m_buffer.size(), 16U);
  EXPECT_EQ(m_pool.inUse(), 16U);
  EXPECT_EQ(m_buffer.find(123), nullptr);
  EXPECT_NE(m_buffer.find(124), nullptr);
  EXPECT_TRUE(insert(1000));
  EXPECT_EQ(m_pool.inUse(), 1U) << "a jump leaves nothing behind";
}

TEST_F(RetransmissionBufferTest, letsGoOfWhatIsTooOld) {
  insert(100);
  m_clock.advance(600ms);
  insert(102);
  m_clock.advance(600ms);
  m_buffer.expire(m_clock.now());
  EXPECT_EQ(m_buffer.find(100), nullptr);
  EXPECT_NE(m_buffer.find(102), nullptr);
  m_clock.advance(2s);
  m_buffer.expire(m_clock.now());
  EXPECT_EQ(m_pool.inUse(), 0U);
  EXPECT_TRUE(insert(103));
  EXPECT_FALSE(insert(103));
  EXPECT_FALSE(insert(100)) << "it was there once";
}

TEST_F(RetransmissionBufferTest, holdsExactlyWhatAMapOfTheLastPlacesWouldHold) {
  std::mt19937 random(5);
  std::int64_t highest = 1000;
  ASSERT_TRUE(insert(highest));
  std::map<std::int64_t, bool> model{{highest, true}};
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t sequence = highest - 20 + static_cast<std::int64_t>(random() % 23);
    const std::int64_t floor = std::max(highest, sequence) - 16;
    const bool fresh = !model.contains(sequence) && sequence > floor;
    highest = std::max(highest, sequence);
    ASSERT_EQ(insert(sequence), fresh) << i;
    model[sequence] = true;
    std::erase_if(model, [&](const auto& entry) { return entry.first <= highest - 16; });
    for (const auto& [held, unused] : model) ASSERT_NE(m_buffer.find(held), nullptr);
    ASSERT_EQ(m_buffer.size(), model.size());
    ASSERT_EQ(m_pool.inUse(), model.size());
  }
}

}  // namespace
}  // namespace kms::rtp
