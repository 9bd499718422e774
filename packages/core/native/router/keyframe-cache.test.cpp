#include "router/test-lane.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kms::router {
namespace {

using namespace std::chrono_literals;

class KeyframeCacheTest : public ::testing::Test {
 protected:
  void note(std::int64_t sequence, bool keyframe = false, std::uint32_t timestamp = 0,
            std::uint16_t size = 1000) {
    rtp::MediaPacket packet;
    packet.packet = m_lane.pool.allocate();
    packet.packet->received = m_lane.clock.now();
    packet.sequence = sequence;
    packet.timestamp = timestamp != 0 ? timestamp : static_cast<std::uint32_t>(sequence) * 3000;
    packet.keyframe = keyframe;
    packet.payloadSize = size;
    m_cache.onPacket(packet);
  }
  [[nodiscard]] std::optional<std::int64_t> first() const {
    return m_cache.first(m_lane.clock.now());
  }

  TestLane m_lane;
  KeyframeCache m_cache;
};

TEST_F(KeyframeCacheTest, hasNoneBeforeTheFirst) {
  EXPECT_FALSE(first());
  note(5);
  EXPECT_FALSE(first());
}

TEST_F(KeyframeCacheTest, tellsWhereTheLastOneBegins) {
  note(5, true);
  note(6);
  note(7, true);
  note(8);
  EXPECT_EQ(first(), 7);
}

TEST_F(KeyframeCacheTest, takesParameterSetsAndSlicesOfAPictureAsOne) {
  note(5, true, 9000);
  note(6, true, 9000);
  EXPECT_EQ(first(), 5);
  note(4, true, 9000);
  EXPECT_EQ(first(), 4) << "recovered late";
}

TEST_F(KeyframeCacheTest, isNotTakenBackByAnOlderOneThatWasRecovered) {
  note(9, true);
  note(3, true);
  EXPECT_EQ(first(), 9);
}

TEST_F(KeyframeCacheTest, doesNotServeForLong) {
  note(5, true);
  m_lane.advance(KeyframeCache::kMaxAge);
  EXPECT_EQ(first(), 5);
  m_lane.advance(1ms);
  EXPECT_FALSE(first());
}

TEST_F(KeyframeCacheTest, doesNotServeWhenTooMuchHasFollowed) {
  note(0, true, 1, 10);
  for (std::size_t i = 1; i < KeyframeCache::kMaxPackets; ++i)
    note(static_cast<int>(i), false, 0, 10);
  EXPECT_EQ(first(), 0);
  note(1000, false, 0, 10);
  EXPECT_FALSE(first());
  note(1001, true, 0, 10);
  EXPECT_EQ(first(), 1001);
}

TEST_F(KeyframeCacheTest, doesNotServeWhenItIsTooLong) {
  for (int i = 0; i < 200; ++i) note(i, i == 0, 0, 1300);
  EXPECT_EQ(first(), 0);
  for (int i = 200; i < 210; ++i) note(i, false, 0, 1300);
  EXPECT_FALSE(first());
}

TEST_F(KeyframeCacheTest, forgetsAtAReset) {
  note(5, true);
  m_cache.reset();
  EXPECT_FALSE(first());
}

}  // namespace
}  // namespace kms::router
