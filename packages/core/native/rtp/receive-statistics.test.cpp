#include <kms/rtp/receive-statistics.hpp>

#include <gtest/gtest.h>

namespace kms::rtp {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart{1h};

TEST(SequenceUnwrapper, followsWrapsBothWays) {
  SequenceUnwrapper unwrapper;
  const std::int64_t first = unwrapper.unwrap(65535);
  EXPECT_EQ(unwrapper.unwrap(1), first + 2);
  EXPECT_EQ(unwrapper.unwrap(65534), first - 1);
  EXPECT_EQ(unwrapper.highest(), first + 2);
}

TEST(ReceiveStatistics, countsLossSinceTheLastReport) {
  ReceiveStatistics statistics(90000);
  for (std::uint16_t i = 0; i < 100; ++i) {
    if (i % 4 != 3) statistics.add(static_cast<std::uint16_t>(65500 + i), i * 3000U, 10, kStart);
  }
  const ReportBlock first = statistics.report(7, kStart);
  EXPECT_EQ(first.ssrc, 7U);
  EXPECT_EQ(first.cumulativeLost, 24) << "the last one lost is not known of yet";
  EXPECT_EQ(first.fractionLost, 24 * 256 / 99);
  EXPECT_EQ(first.highestSequence, 65536U + 62);
  statistics.add(64, 0, 10, kStart);
  const ReportBlock second = statistics.report(7, kStart);
  EXPECT_EQ(second.cumulativeLost, 25);
  EXPECT_EQ(second.fractionLost, 128);
}

TEST(ReceiveStatistics, latePacketsMendTheLoss) {
  ReceiveStatistics statistics(90000);
  statistics.add(1, 0, 10, kStart);
  statistics.add(3, 0, 10, kStart);
  EXPECT_EQ(statistics.lost(), 1);
  EXPECT_EQ(statistics.classify(2), Arrival::kLate);
  statistics.add(2, 0, 10, kStart);
  EXPECT_EQ(statistics.lost(), 0);
  EXPECT_EQ(statistics.report(1, kStart).fractionLost, 0);
}

TEST(ReceiveStatistics, jitterIsZeroForAnEvenStreamAndGrowsWithDelay) {
  ReceiveStatistics even(90000);
  ReceiveStatistics shaky(90000);
  for (int i = 0; i < 200; ++i) {
    const auto sequence = static_cast<std::uint16_t>(i);
    const auto timestamp = static_cast<std::uint32_t>(i * 900);
    even.add(sequence, timestamp, 10, kStart + i * 10ms);
    shaky.add(sequence, timestamp, 10, kStart + i * 10ms + (i % 2) * 4ms);
  }
  EXPECT_DOUBLE_EQ(even.jitter(), 0);
  EXPECT_NEAR(shaky.jitter(), 0.004, 0.0001);
}

TEST(ReceiveStatistics, aJumpCountsOnlyWhenTheNextPacketFollowsIt) {
  ReceiveStatistics statistics(90000);
  statistics.add(100, 0, 10, kStart);
  EXPECT_EQ(statistics.classify(30000), Arrival::kJump);
  EXPECT_EQ(statistics.classify(101), Arrival::kInOrder);
  EXPECT_EQ(statistics.classify(30001), Arrival::kJump) << "the first one was forgotten";
  EXPECT_EQ(statistics.classify(30002), Arrival::kRestart);
}

TEST(ReceiveStatistics, reportsTheDelaySinceTheSenderReport) {
  ReceiveStatistics statistics(90000);
  statistics.add(1, 0, 10, kStart);
  EXPECT_EQ(statistics.report(1, kStart).delaySinceLast, 0U);
  statistics.onSenderReport(0x1111222233334444, kStart);
  const ReportBlock block = statistics.report(1, kStart + 500ms);
  EXPECT_EQ(block.lastSenderReport, 0x22223333U);
  EXPECT_EQ(block.delaySinceLast, 32768U);
}

}  // namespace
}  // namespace kms::rtp
