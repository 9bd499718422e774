#include <kms/congestion/rate-control.hpp>

#include <gtest/gtest.h>

namespace kms::congestion {
namespace {

using namespace std::chrono_literals;

TEST(DelayControl, growsByEightPercentASecond) {
  DelayControl control(1'000'000);
  TimePoint now{1h};
  for (int i = 0; i <= 10; ++i, now += 100ms) control.update(Usage::kNormal, {}, 50ms, now);
  EXPECT_NEAR(static_cast<double>(control.bitrate()), 1.08e6, 0.01e6);
}

TEST(DelayControl, doesNotOutgrowWhatArrives) {
  DelayControl control(1'000'000);
  TimePoint now{1h};
  for (int i = 0; i < 600; ++i, now += 100ms) control.update(Usage::kNormal, 1'000'000, 50ms, now);
  EXPECT_NEAR(static_cast<double>(control.bitrate()), 1.51e6, 0.01e6);
}

TEST(DelayControl, whatArrivesWithoutAQueueHasRoom) {
  DelayControl control(300'000);
  control.update(Usage::kNormal, 1'000'000, 50ms, TimePoint{1h});
  EXPECT_EQ(control.bitrate(), 1'000'000U);
}

TEST(DelayControl, aSourceThatSendsLittleDoesNotLowerIt) {
  DelayControl control(1'000'000);
  TimePoint now{1h};
  for (int i = 0; i < 100; ++i, now += 100ms) control.update(Usage::kNormal, 100'000, 50ms, now);
  EXPECT_EQ(control.bitrate(), 1'000'000U);
}

TEST(DelayControl, fallsOnceARoundTripToBelowWhatArrives) {
  DelayControl control(2'000'000);
  TimePoint now{1h};
  EXPECT_EQ(control.update(Usage::kOver, 1'000'000, 50ms, now), 850'000U);
  EXPECT_EQ(control.update(Usage::kOver, 500'000, 50ms, now + 100ms), 850'000U);
  EXPECT_EQ(control.update(Usage::kOver, 500'000, 50ms, now + 200ms), 425'000U);
}

TEST(DelayControl, holdsWhileTheQueueDrains) {
  DelayControl control(1'000'000);
  TimePoint now{1h};
  for (int i = 0; i < 50; ++i, now += 100ms) control.update(Usage::kUnder, {}, 50ms, now);
  EXPECT_EQ(control.bitrate(), 1'000'000U);
}

TEST(DelayControl, growsCarefullyNearTheLastLimit) {
  DelayControl near(2'000'000);
  DelayControl far(850'000);
  TimePoint now{1h};
  near.update(Usage::kOver, 1'000'000, 50ms, now);
  for (int i = 0; i < 20; ++i) {
    now += 100ms;
    near.update(Usage::kNormal, 800'000, 50ms, now);
    far.update(Usage::kNormal, {}, 50ms, now);
  }
  EXPECT_GT(near.bitrate(), 850'000U);
  EXPECT_LT(near.bitrate(), far.bitrate());
}

TEST(DelayControl, neverFallsBelowTheLeast) {
  DelayControl control(100'000);
  TimePoint now{1h};
  for (int i = 0; i < 100; ++i, now += 1s) control.update(Usage::kOver, 10'000, 50ms, now);
  EXPECT_EQ(control.bitrate(), kLeastBitrate);
}

TEST(LossControl, followsTheThreeRangesOfTheDraft) {
  for (const auto& [lost, least, most] :
       {std::tuple{1, 1.0e6, 1.09e6}, std::tuple{5, 1e6, 1e6}, std::tuple{20, 0.85e6, 0.95e6}}) {
    LossControl control(1'000'000);
    TimePoint now{1h};
    control.add(0, 0, 1'000'000, 50ms, now);
    control.add(100, lost, 1'000'000, 50ms, now + 1s);
    EXPECT_GE(static_cast<double>(control.bitrate()), least) << lost;
    EXPECT_LE(static_cast<double>(control.bitrate()), most) << lost;
    EXPECT_NEAR(control.fractionLost(), lost / 100.0, 1e-9);
  }
}

TEST(LossControl, doesNotJudgeAFewPackets) {
  LossControl control(1'000'000);
  TimePoint now{1h};
  for (int i = 0; i < 3; ++i) control.add(3, 3, 1'000'000, 50ms, now += 1s);
  EXPECT_EQ(control.bitrate(), 1'000'000U);
}

TEST(LossControl, lateArrivalsAreNoLoss) {
  LossControl control(1'000'000);
  TimePoint now{1h};
  control.add(100, 30, 1'000'000, 50ms, now);
  control.add(0, -30, 1'000'000, 50ms, now + 300ms);
  EXPECT_EQ(control.fractionLost(), 0);
}

}  // namespace
}  // namespace kms::congestion
