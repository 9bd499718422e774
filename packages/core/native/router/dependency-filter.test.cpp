#include "rtp/test-descriptor.hpp"

#include <kms/router/dependency-filter.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::router {
namespace {

using rtp::LayerPair;
using rtp::MediaPacket;
using rtp::TestStructure;

constexpr LayerPair kAll{3, 3};

class DependencyFilterTest : public ::testing::Test {
 protected:
  /// Of three packets, of which the second may not have come yet.
  MediaPacket frame(std::uint8_t templateId, const TestStructure* structure = nullptr,
                    bool whole = true) {
    rtp::TestDescriptor what;
    what.number = m_number++;
    what.templateId = templateId;
    what.structure = structure;
    const auto found = m_tracker.onPacket(rtp::descriptor(what));
    EXPECT_TRUE(found);
    m_tracker.onArrival(what.number, m_sequence++, true, false);
    if (whole) m_tracker.onArrival(what.number, m_sequence, false, false);
    ++m_sequence;
    m_tracker.onArrival(what.number, m_sequence++, false, true);
    EXPECT_EQ(m_tracker.isWhole(what.number), whole);
    MediaPacket packet;
    packet.frame = what.number;
    packet.spatial = found->frame.layer.spatial;
    packet.frameEnd = true;
    return packet;
  }
  void begin(const TestStructure& structure, LayerPair wanted) {
    const MediaPacket first = frame(0, &structure);
    m_filter.begin(first, m_tracker, wanted);
    EXPECT_TRUE(keeps(first, wanted));
  }
  bool keeps(const MediaPacket& packet, LayerPair wanted) {
    return m_filter.keeps(packet, m_tracker, wanted, m_now);
  }
  bool keeps(std::uint8_t templateId, LayerPair wanted) { return keeps(frame(templateId), wanted); }
  /// Which of these frames are kept.
  std::vector<int> kept(const std::vector<int>& templates, LayerPair wanted) {
    std::vector<int> found;
    for (const int each : templates) {
      if (keeps(static_cast<std::uint8_t>(each), wanted)) found.push_back(each);
    }
    return found;
  }

  using Frames = std::vector<int>;
  rtp::DependencyTracker m_tracker;
  DependencyFilter m_filter;
  std::uint16_t m_number = 65530;  // wraps
  std::uint16_t m_sequence = 65530;
  TimePoint m_now{std::chrono::hours(1)};
};

TEST_F(DependencyFilterTest, temporalLayersComeAndGo) {
  begin(rtp::structureL1T3(), kAll);
  EXPECT_EQ(kept({3, 2, 4, 1}, kAll), (Frames{3, 2, 4, 1}));
  EXPECT_EQ(kept({3, 2, 4, 1}, {3, 1}), (Frames{2, 1})) << "down at once";
  EXPECT_EQ(kept({3, 2, 4, 1}, {3, 0}), (Frames{1}));
  EXPECT_EQ(kept({3, 2, 4, 1}, kAll), (Frames{2, 4, 1})) << "up at T1, made from T0 alone";
  EXPECT_FALSE(m_filter.wantsKeyframe());
}

TEST_F(DependencyFilterTest, fullSvcGoesDownByItselfAndUpAtAKeyframe) {
  const TestStructure l3t1 = rtp::structureL3T1();
  begin(l3t1, kAll);
  EXPECT_EQ(kept({2, 4, 1, 3, 5}, kAll), (Frames{2, 4, 1, 3, 5}));
  EXPECT_EQ(kept({1, 3, 5}, {0, 3}), (Frames{1}));
  EXPECT_EQ(kept({1, 3, 5}, {1, 3}), (Frames{1})) << "layer 1 before was not sent";
  EXPECT_TRUE(m_filter.wantsKeyframe());
  EXPECT_TRUE(keeps(frame(0, &l3t1), {1, 3}));
  EXPECT_FALSE(m_filter.wantsKeyframe());
  EXPECT_EQ(kept({2, 4, 1, 3, 5}, {1, 3}), (Frames{2, 1, 3}));
}

TEST_F(DependencyFilterTest, kSvcSendsOneLayerBetweenKeyframes) {
  const TestStructure key = rtp::structureL3T3Key();
  begin(key, kAll);
  EXPECT_EQ(kept({5, 10, 3, 8, 13, 2, 7, 12}, kAll), (Frames{5, 10, 13, 12}));
  EXPECT_EQ(kept({4, 9, 14, 1, 6, 11, 3, 8, 13, 2, 7, 12}, kAll), (Frames{14, 11, 13, 12}));
  // Layer 1 of the picture before was not sent: nothing can go on from it.
  EXPECT_EQ(kept({4, 9, 14, 1, 6, 11}, {1, 3}), (Frames{14, 11}));
  EXPECT_TRUE(m_filter.wantsKeyframe());
  EXPECT_TRUE(keeps(frame(0, &key), {1, 3}));
  EXPECT_EQ(kept({5, 10, 3, 8, 13}, {1, 3}), (Frames{5, 8}));
}

TEST_F(DependencyFilterTest, thePictureEndsWithTheTargetsHighestLayer) {
  const TestStructure key = rtp::structureL3T3Key();
  begin(key, {1, 3});
  EXPECT_FALSE(m_filter.endsPicture(frame(1)));
  EXPECT_TRUE(m_filter.endsPicture(frame(6)));
  EXPECT_FALSE(m_filter.endsPicture(frame(11)));
}

TEST_F(DependencyFilterTest, packetsOfAFrameShareItsFate) {
  begin(rtp::structureL1T3(), kAll);
  const MediaPacket dropped = frame(3);
  EXPECT_TRUE(keeps(frame(1), {3, 0}));
  EXPECT_FALSE(keeps(dropped, {3, 0})) << "late, and of no use by now";
  EXPECT_FALSE(keeps(dropped, kAll)) << "as before";
}

TEST_F(DependencyFilterTest, targetsThatAreNotSentAreNotWaitedFor) {
  const TestStructure key = rtp::structureL3T3Key();
  begin(key, kAll);
  EXPECT_EQ(kept({5, 10}, kAll), (Frames{5, 10}));
  rtp::TestDescriptor fewer{.number = m_number, .templateId = 0, .structure = &key};
  fewer.active = 0b000111111U;
  ++m_number;
  ASSERT_TRUE(m_tracker.onPacket(rtp::descriptor(fewer)));
  MediaPacket first;
  first.frame = fewer.number;
  EXPECT_TRUE(keeps(first, kAll));
  EXPECT_EQ(kept({5, 1, 6}, kAll), (Frames{5, 6})) << "layer 1 is the best that there is";
}

TEST_F(DependencyFilterTest, whatIsUnknownIsKept) {
  MediaPacket packet;
  packet.frame = 7;
  m_filter.begin(packet, m_tracker, kAll);
  EXPECT_TRUE(keeps(packet, kAll));
  packet.frame = 8;
  EXPECT_TRUE(keeps(packet, {0, 0}));
}

/// Frames of structureL1T3 after one of its chain went missing.
class BrokenChainTest : public DependencyFilterTest {
 protected:
  static constexpr auto kLong = std::chrono::milliseconds(1100);
};

TEST_F(BrokenChainTest, whatIsLostForGoodStopsTheTargetUntilTheChainBeginsAnew) {
  const TestStructure l1t3 = rtp::structureL1T3();
  begin(l1t3, kAll);
  ASSERT_EQ(kept({3, 2, 4}, kAll), (Frames{3, 2, 4}));
  ++m_number;  // T0
  EXPECT_EQ(kept({3, 2, 4, 1}, kAll), (Frames{3, 2, 4, 1})) << "it may still come";
  EXPECT_FALSE(m_filter.wantsKeyframe());
  m_now += kLong;
  const MediaPacket next = frame(3);
  EXPECT_FALSE(keeps(next, kAll));
  EXPECT_TRUE(m_filter.isUndecodable(next));
  EXPECT_TRUE(m_filter.wantsKeyframe());
  EXPECT_EQ(kept({2, 4, 1, 3, 2, 4, 1}, kAll), Frames{});
  EXPECT_EQ(kept({3, 2, 4, 1}, {3, 0}), Frames{}) << "fewer layers hang on the same chain";
  EXPECT_TRUE(keeps(frame(0, &l1t3), kAll));
  EXPECT_FALSE(m_filter.wantsKeyframe());
  EXPECT_EQ(kept({3, 2, 4, 1}, kAll), (Frames{3, 2, 4, 1}));
}

TEST_F(BrokenChainTest, whatComesLateMendsIt) {
  begin(rtp::structureL1T3(), kAll);
  ASSERT_EQ(kept({3, 2, 4}, kAll), (Frames{3, 2, 4}));
  const MediaPacket late = frame(1);
  EXPECT_EQ(kept({3, 2}, kAll), (Frames{3, 2}));
  EXPECT_TRUE(keeps(late, kAll));
  m_now += kLong;
  EXPECT_EQ(kept({4, 1, 3, 2, 4, 1}, kAll), (Frames{4, 1, 3, 2, 4, 1}));
}

TEST_F(BrokenChainTest, aFrameThatLacksAPacketCountsAsLost) {
  begin(rtp::structureL1T3(), kAll);
  ASSERT_EQ(kept({3, 2, 4}, kAll), (Frames{3, 2, 4}));
  EXPECT_TRUE(keeps(frame(1, nullptr, false), kAll));
  EXPECT_EQ(kept({3, 2}, kAll), (Frames{3, 2}));
  m_now += kLong;
  EXPECT_EQ(kept({4}, kAll), Frames{});
}

TEST_F(BrokenChainTest, whatNothingIsMadeFromMayBeLost) {
  begin(rtp::structureL1T3(), kAll);
  ++m_number;  // T2
  EXPECT_EQ(kept({2, 4, 1}, kAll), (Frames{2, 4, 1}));
  m_now += kLong;
  EXPECT_EQ(kept({3, 2, 4, 1}, kAll), (Frames{3, 2, 4, 1}));
}

TEST_F(BrokenChainTest, aLossLongAgoIsNotForgotten) {
  begin(rtp::structureL1T3(), kAll);
  ASSERT_EQ(kept({3, 2, 4}, kAll), (Frames{3, 2, 4}));
  ++m_number;  // T0
  int last = 0;
  for (int i = 0; i < 20; ++i) last = static_cast<int>(kept({3, 2, 4, 1}, kAll).size());
  EXPECT_EQ(last, 0) << "64 frames later";
}

}  // namespace
}  // namespace kms::router
