#include "gst/encoder-rate.hpp"

#include <gtest/gtest.h>

namespace kms::gst {
namespace {

TEST(EncoderRate, IsTheLeastOfWhatIsKnown) {
  EncoderRate rate;
  rate.setLimits({300'000, 0, 0});
  EXPECT_EQ(rate.update(0, 0), 300'000U);
  EXPECT_EQ(rate.update(0, 900'000), 900'000U);
  EXPECT_EQ(rate.update(500'000, 900'000), 500'000U);
  EXPECT_EQ(rate.update(2'000'000, 900'000), 900'000U);
  EXPECT_EQ(rate.update(2'000'000, 0), 2'000'000U);
}

TEST(EncoderRate, StaysWithinItsLimits) {
  EncoderRate rate;
  rate.setLimits({300'000, 200'000, 600'000});
  EXPECT_EQ(rate.update(100'000, 0), 200'000U);
  EXPECT_EQ(rate.update(5'000'000, 0), 600'000U);
  rate.setLimits({0, 0, 0});
  EXPECT_EQ(rate.update(1000, 0), EncoderRate::kLeast);
}

TEST(EncoderRate, ChangesOnlyForWhatIsWorthIt) {
  EncoderRate rate;
  rate.setLimits({1'000'000, 0, 0});
  EXPECT_EQ(rate.update(0, 0), 1'000'000U);
  EXPECT_EQ(rate.update(0, 0), std::nullopt);
  EXPECT_EQ(rate.update(1'069'000, 0), std::nullopt);
  EXPECT_EQ(rate.update(931'000, 0), std::nullopt);
  EXPECT_EQ(rate.update(929'000, 0), 929'000U);
  rate.setLimits({1'000'000, 0, 0});
  EXPECT_EQ(rate.update(929'000, 0), 929'000U);
}

TEST(EncoderRate, LeavesTheChoiceToTheEncoderWhereNothingIsKnown) {
  EncoderRate rate;
  EXPECT_EQ(rate.update(0, 0), std::nullopt);
}

TEST(OriginMeter, MovesSlowlyAndKeepsItsMeanOverAPause) {
  OriginMeter meter;
  EXPECT_EQ(meter.update(100'000, 1.0), 800'000U);
  EXPECT_EQ(meter.update(300'000, 1.0), 900'000U);
  EXPECT_EQ(meter.update(300'000, 1.0), 900'000U);
  EXPECT_EQ(meter.update(300'000, 0.0), 900'000U);
  EXPECT_EQ(meter.update(112'500, 1.0), 900'000U);  // counted anew
}

}  // namespace
}  // namespace kms::gst
