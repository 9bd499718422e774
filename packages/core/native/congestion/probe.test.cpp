#include <kms/congestion/probe.hpp>

#include <gtest/gtest.h>

namespace kms::congestion {
namespace {

using namespace std::chrono_literals;

constexpr ProbePlan kPlan{3, 2'000'000, 5000};

/// Ten packets of 500 bytes sent every 2 ms (2 Mbit/s) that arrive every `gap`.
std::optional<std::uint64_t> measure(Duration gap) {
  ProbeMeasure probe;
  probe.begin(kPlan);
  std::optional<std::uint64_t> result;
  for (int i = 0; i < 10 && !result; ++i) result = probe.add(3, 500, i * 2ms, 100ms + i * gap);
  return result;
}

TEST(ProbeMeasure, whatPassesIsTheRateItWasSentAt) {
  ASSERT_TRUE(measure(2ms));
  EXPECT_NEAR(static_cast<double>(*measure(2ms)), 2e6, 1e4);
}

TEST(ProbeMeasure, aNarrowWayIsItsWidth) {
  ASSERT_TRUE(measure(4ms));
  EXPECT_NEAR(static_cast<double>(*measure(4ms)), 0.95e6, 1e4);
}

TEST(ProbeMeasure, isOfNoUseWhenTooLittleArrives) {
  ProbeMeasure probe;
  probe.begin(kPlan);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(probe.add(3, 500, i * 2ms, i * 2ms));
}

TEST(ProbeMeasure, othersPacketsDoNotCount) {
  ProbeMeasure probe;
  EXPECT_FALSE(probe.add(0, 5000, 0ms, 0ms)) << "nothing was begun";
  probe.begin(kPlan);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(probe.add(2, 500, i * 2ms, i * 2ms));
}

TEST(ProbeMeasure, packetsOfOneMomentHaveNoRate) {
  ProbeMeasure probe;
  probe.begin(kPlan);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(probe.add(3, 500, 1ms, i * 2ms));
}

TEST(ProbeSchedule, asksForThreeTimesTheEstimateUntilEnough) {
  ProbeSchedule schedule;
  TimePoint now{1h};
  const auto first = schedule.poll(300'000, 2'000'000, now);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->bitrate, 900'000U);
  EXPECT_NE(first->id, 0);
  EXPECT_FALSE(schedule.poll(300'000, 2'000'000, now)) << "one at a time";
  schedule.onResult(880'000, now += 100ms);
  const auto second = schedule.poll(880'000, 2'000'000, now);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->bitrate, 2'000'000U);
  schedule.onResult(2'000'000, now += 100ms);
  EXPECT_FALSE(schedule.poll(2'000'000, 2'000'000, now)) << "no more is wanted";
}

TEST(ProbeSchedule, failedProbesBecomeRare) {
  ProbeSchedule schedule;
  TimePoint now{1h};
  int asked = 0;
  for (int i = 0; i < 600; ++i, now += 100ms) {
    if (!schedule.poll(300'000, 2'000'000, now)) continue;
    ++asked;
    if (asked % 2 == 0) schedule.onResult(310'000, now);  // the others get no answer
  }
  EXPECT_GE(asked, 5);
  EXPECT_LE(asked, 9);
}

TEST(ProbeSchedule, waitsAfterOveruse) {
  ProbeSchedule schedule;
  TimePoint now{1h};
  schedule.onOveruse(now);
  EXPECT_FALSE(schedule.poll(300'000, 2'000'000, now + 2s));
  EXPECT_TRUE(schedule.poll(300'000, 2'000'000, now + 3s));
}

}  // namespace
}  // namespace kms::congestion
