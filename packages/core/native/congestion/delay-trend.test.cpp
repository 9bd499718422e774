#include <kms/congestion/delay-trend.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::congestion {
namespace {

using namespace std::chrono_literals;

/// Groups sent every 20 ms whose delay grows by `growth` from one to the next, with noise of up to
/// `noise`; the worst verdict of all.
Usage judge(Duration growth, Duration noise, int groups = 100) {
  ArrivalGroups arrivals;
  DelayTrend trend;
  OveruseDetector detector;
  std::mt19937 random(7);
  Usage worst = Usage::kNormal;
  for (int i = 0; i < groups; ++i) {
    const Duration sent = i * 20ms;
    const Duration jitter = noise > Duration::zero()
                                ? Duration(random() % static_cast<std::uint64_t>(noise.count()))
                                : Duration::zero();
    const auto delta = arrivals.add(sent, 500ms + sent + i * growth + jitter);
    if (!delta) continue;
    const double slope = trend.update(*delta);
    const Usage usage = detector.update(slope, trend.trust(), delta->send, delta->at);
    if (usage != Usage::kNormal) worst = usage;
  }
  return worst;
}

TEST(ArrivalGroups, packetsOfABurstAreOneGroup) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(0ms, 100ms));
  EXPECT_FALSE(groups.add(1ms, 103ms));
  EXPECT_FALSE(groups.add(4ms, 106ms));
  EXPECT_FALSE(groups.add(30ms, 130ms)) << "the first group has none before it";
  const auto delta = groups.add(60ms, 165ms);
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->send, 26ms);
  EXPECT_EQ(delta->arrival, 24ms);
  EXPECT_EQ(delta->at, Duration(130ms));
}

TEST(ArrivalGroups, whatAQueueReleasedAtOnceIsOneGroup) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(0ms, 100ms));
  for (int i = 1; i < 8; ++i) EXPECT_FALSE(groups.add(i * 10ms, 100ms + i * 1ms));
}

TEST(ArrivalGroups, aPacketThatWasOvertakenSaysNothing) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(50ms, 100ms));
  EXPECT_FALSE(groups.add(10ms, 130ms));
  EXPECT_FALSE(groups.add(80ms, 140ms));
  const auto delta = groups.add(120ms, 180ms);
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->arrival, 40ms);
}

TEST(OveruseDetector, aSteadyWayIsNormal) {
  EXPECT_EQ(judge(0us, 0us), Usage::kNormal);
}

TEST(OveruseDetector, noiseIsNormal) {
  EXPECT_EQ(judge(0us, 8ms, 1000), Usage::kNormal);
}

TEST(OveruseDetector, aGrowingQueueIsOveruse) {
  EXPECT_EQ(judge(2ms, 0us), Usage::kOver);
  EXPECT_EQ(judge(3ms, 3ms), Usage::kOver);
}

TEST(OveruseDetector, aDrainingQueueIsUnderuse) {
  EXPECT_EQ(judge(-2ms, 0us), Usage::kUnder);
}

TEST(OveruseDetector, hostileTimesAreSurvived) {
  ArrivalGroups arrivals;
  DelayTrend trend;
  OveruseDetector detector;
  std::mt19937_64 random(3);
  for (int i = 0; i < 10'000; ++i) {
    const auto delta = arrivals.add(i * 7ms, std::chrono::microseconds(random() % (1ULL << 40)));
    if (!delta) continue;
    const double slope = trend.update(*delta);
    detector.update(slope, trend.trust(), delta->send, delta->at);
    ASSERT_TRUE(slope == slope) << "a number";
  }
}

}  // namespace
}  // namespace kms::congestion
