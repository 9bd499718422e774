#include "congestion/test-link.hpp"

#include <gtest/gtest.h>

namespace kms::congestion {
namespace {

using namespace std::chrono_literals;

constexpr double kMega = 1e6;

std::uint64_t whatIsEstimated(std::uint64_t estimate) {
  return estimate;
}

class SendEstimatorTest : public ::testing::Test {
 protected:
  TimePoint m_now{std::chrono::hours(1)};
};

TEST_F(SendEstimatorTest, knowsNothingBeforeFeedback) {
  SendEstimator estimator;
  EXPECT_FALSE(estimator.bitrate());
  estimator.onSent(1, 1000, m_now);
  EXPECT_FALSE(estimator.bitrate());
  EXPECT_FALSE(estimator.pollProbe(5'000'000, m_now)) << "nothing would come back";
}

TEST_F(SendEstimatorTest, settlesNearTheRateOfTheLink) {
  for (const std::uint64_t rate : {400'000ULL, 1'000'000ULL, 3'000'000ULL}) {
    TestLink link({.rate = rate}, 1);
    TestSender sender(link, whatIsEstimated);
    const double mean = run({&sender}, m_now, 60s)[0];
    std::printf("link %.1f Mbit/s: estimate %.2f, lost %.2f %%\n",
                static_cast<double>(rate) / kMega, mean / kMega,
                100.0 * static_cast<double>(sender.lost) / static_cast<double>(sender.sent));
    EXPECT_GT(mean, 0.6 * static_cast<double>(rate));
    EXPECT_LT(mean, 1.1 * static_cast<double>(rate));
    EXPECT_LT(sender.lost * 50, sender.sent);
  }
}

TEST_F(SendEstimatorTest, fallsWithinSecondsWhenTheLinkNarrows) {
  TestLink link({.rate = 2'000'000}, 2);
  TestSender sender(link, whatIsEstimated);
  run({&sender}, m_now, 40s);
  EXPECT_GT(sender.estimate(), 1'200'000U);
  link.config.rate = 500'000;
  run({&sender}, m_now, 3s);
  EXPECT_LT(sender.estimate(), 520'000U);
  EXPECT_GT(run({&sender}, m_now, 10s)[0], 300'000.0);
}

TEST_F(SendEstimatorTest, randomLossOfFivePercentDoesNotStarveIt) {
  TestLink link({.rate = 1'000'000, .loss = 0.05}, 3);
  TestSender sender(link, whatIsEstimated, 1'000'000);
  EXPECT_GT(run({&sender}, m_now, 60s)[0], 500'000.0);
}

TEST_F(SendEstimatorTest, heavyLossMakesItFall) {
  TestLink link({.rate = 5'000'000, .loss = 0.3}, 3);
  TestSender sender(link, whatIsEstimated);
  EXPECT_LT(run({&sender}, m_now, 30s)[0], 200'000.0);
}

TEST_F(SendEstimatorTest, reorderingIsNoCongestion) {
  TestLink link({.rate = 2'000'000, .reorder = 0.1}, 4);
  TestSender sender(link, whatIsEstimated);
  EXPECT_GT(run({&sender}, m_now, 60s)[0], 800'000.0);
}

TEST_F(SendEstimatorTest, aLongWayHoldsMorePacketsThanItsHistoryBeganWith) {
  TestLink link({.rate = 4'000'000, .delay = 600ms}, 6);
  TestSender sender(link, whatIsEstimated);
  EXPECT_GT(run({&sender}, m_now, 60s)[0], 2'000'000.0);
}

TEST_F(SendEstimatorTest, sendersShareALink) {
  TestLink link({.rate = 2'000'000}, 5);
  TestSender one(link, whatIsEstimated);
  TestSender two(link, whatIsEstimated);
  const auto mean = run({&one, &two}, m_now, 120s);
  std::printf("shares of 2 Mbit/s: %.2f, %.2f\n", mean[0] / kMega, mean[1] / kMega);
  EXPECT_GT(std::min(mean[0], mean[1]), 0.25 * kMega);
  EXPECT_LT(mean[0] + mean[1], 2.2 * kMega);
}

TEST_F(SendEstimatorTest, probesFindRoomThatTheMediaDoNotFill) {
  TestLink link({.rate = 4'000'000}, 6);
  TestSender sender(link, [](std::uint64_t) { return 200'000; }, 2'500'000);
  run({&sender}, m_now, 3s);
  EXPECT_GE(sender.estimate(), 2'000'000U);
  EXPECT_GE(sender.probes, 2U);
  EXPECT_LE(sender.probes, 6U);
}

TEST_F(SendEstimatorTest, probesDoNotFindRoomThatIsNotThere) {
  TestLink link({.rate = 600'000}, 7);
  TestSender sender(link, [](std::uint64_t) { return 200'000; }, 2'500'000);
  run({&sender}, m_now, 30s);
  EXPECT_LE(sender.estimate(), 700'000U);
  EXPECT_LE(sender.probes, 20U) << "failing probes become rare";
}

TEST_F(SendEstimatorTest, withoutFeedbackItIsThePeersEstimate) {
  SendEstimator estimator;
  estimator.onRemb(700'000);
  EXPECT_EQ(estimator.bitrate(), 700'000U);
}

TEST_F(SendEstimatorTest, feedbackAboutWhatWasNeverSentChangesNothing) {
  rtp::TransportFeedback receiver;
  for (std::uint16_t i = 0; i < 100; ++i) receiver.onPacket(i, m_now + i * 1ms);
  rtp::RtcpWriter writer;
  ASSERT_TRUE(receiver.build(writer, 1, 2));
  SendEstimator estimator;
  for (const bool somethingSent : {false, true}) {
    if (somethingSent) estimator.onSent(5000, 1000, m_now);
    rtp::FeedbackReader reader(*rtp::RtcpReader(writer.bytes()).next());
    EXPECT_TRUE(estimator.onFeedback(reader, m_now));
    EXPECT_FALSE(estimator.bitrate());
  }
}

}  // namespace
}  // namespace kms::congestion
