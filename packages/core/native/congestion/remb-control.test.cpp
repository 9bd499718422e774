#include <kms/congestion/remb-control.hpp>

#include <gtest/gtest.h>

namespace kms::congestion {
namespace {

constexpr RembBounds kFree{};

TEST(RembEstimator, saysNothingBeforeTheFirstByteAndThenWhatWasMeasured) {
  RembEstimator remb;
  EXPECT_FALSE(remb.update({0, 0, 0}, kFree));
  EXPECT_EQ(remb.update({500'000, 0, 50}, kFree), 520'000U) << "one step above the first";
}

TEST(RembEstimator, growsByTheFactorButNotBeyondTwiceWhatCame) {
  RembEstimator remb;
  std::uint64_t last = 0;
  for (int i = 0; i < 100; ++i) last = remb.update({500'000, 0, 50}, kFree).value_or(0);
  EXPECT_EQ(last, 1'000'000U);
}

TEST(RembEstimator, aSourceThatSendsLessDoesNotLowerIt) {
  RembEstimator remb;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(remb.update({500'000, 0, 50}, kFree));
  EXPECT_GE(remb.update({10'000, 0, 5}, kFree), 1'000'000U);
}

TEST(RembEstimator, fewLossesHoldIt) {
  RembEstimator remb;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(remb.update({500'000, 0, 50}, kFree));
  EXPECT_EQ(remb.update({500'000, 8, 50}, kFree), 500'000U);
}

TEST(RembEstimator, manyLossesHalveItAndItGrowsSlowlyNearTheirRate) {
  RembEstimator remb;
  ASSERT_TRUE(remb.update({1'000'000, 0, 100}, kFree));
  const auto halved = remb.update({1'000'000, 128, 100}, kFree);
  EXPECT_EQ(halved, 520'000U);
  // Threshold 0.8 x 1.04 Mbit/s = 832 kbit/s; above it a thirtieth of the rest a step.
  std::uint64_t before = *halved;
  std::uint64_t step = 0;
  for (int i = 0; i < 40; ++i) {
    const std::uint64_t next = *remb.update({before, 0, 100}, kFree);
    step = next - before;
    before = next;
  }
  EXPECT_GT(before, 832'000U);
  EXPECT_NEAR(static_cast<double>(step), 208'000.0 / 30, 10);
}

TEST(RembEstimator, keepsItsBounds) {
  RembEstimator remb;
  EXPECT_EQ(remb.update({500'000, 0, 50}, {0, 400'000, 0}), 400'000U);
  EXPECT_EQ(remb.update({500'000, 0, 50}, {0, 400'000, 300'000}), 300'000U);
  EXPECT_EQ(remb.update({500'000, 0, 50}, {350'000, 400'000, 300'000}), 350'000U);
  RembEstimator low;
  EXPECT_EQ(low.update({1000, 0, 5}, kFree), 30'000U);
}

TEST(RembEstimator, parametersChangeItsSteps) {
  RembEstimator remb;
  RembParams params;
  params.exponentialFactor = 0.5;
  params.decrementFactor = 0.25;
  params.upLosses = 200;
  remb.setParams(params);
  EXPECT_EQ(remb.update({400'000, 0, 50}, kFree), 600'000U);
  EXPECT_EQ(remb.update({400'000, 250, 50}, kFree), 400'000U) << "125 of 256 on average: few";
  EXPECT_EQ(remb.update({400'000, 255, 5000}, kFree).value_or(0) / 1000, 100U);
}

TEST(RembHint, standsInUntilTheViewerWasProbed) {
  RembHint hint;
  EXPECT_EQ(hint.update(100'000, 300'000, 0, 0), 300'000U);
  EXPECT_EQ(hint.update(150'000, 300'000, 0, 0), 300'000U);
  EXPECT_EQ(hint.update(140'000, 300'000, 0, 0), 140'000U) << "it fell: that is what there is";
  EXPECT_EQ(hint.update(200'000, 300'000, 0, 0), 200'000U);
}

TEST(RembHint, keepsItsBounds) {
  RembHint hint;
  EXPECT_EQ(hint.update(2'000'000, 300'000, 100'000, 500'000), 500'000U);
  EXPECT_EQ(hint.update(20'000, 300'000, 100'000, 500'000), 100'000U);
  EXPECT_EQ(hint.update(2'000'000, 300'000, 0, 0), 2'000'000U);
}

}  // namespace
}  // namespace kms::congestion
