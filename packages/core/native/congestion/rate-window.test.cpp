#include <kms/congestion/pacer.hpp>
#include <kms/congestion/rate-window.hpp>

#include <gtest/gtest.h>

namespace kms::congestion {
namespace {

using namespace std::chrono_literals;

TEST(RateWindow, measuresASteadyRate) {
  RateWindow window(500ms);
  TimePoint now{1h};
  EXPECT_EQ(window.bitrate(now), 0U);
  for (int i = 0; i < 200; ++i, now += 10ms) window.add(1250, now);  // 1 Mbit/s
  EXPECT_NEAR(static_cast<double>(window.bitrate(now)), 1e6, 0.05e6);
}

TEST(RateWindow, isZeroAWindowAfterTheLastByteAndStartsAnew) {
  RateWindow window(500ms);
  TimePoint now{1h};
  window.add(100'000, now);
  EXPECT_GT(window.bitrate(now + 400ms), 0U);
  EXPECT_EQ(window.bitrate(now + 600ms), 0U);
  now += 10s;
  for (int i = 0; i < 10; ++i, now += 10ms) window.add(1250, now);
  EXPECT_NEAR(static_cast<double>(window.bitrate(now)), 1e6, 0.15e6) << "not over the pause";
}

TEST(RateWindow, takesTimesBeforeZero) {
  for (const auto start : {-250ms, -100ms, -3'600'000ms}) {
    RateWindow window(500ms);
    TimePoint now{start};
    EXPECT_EQ(window.bitrate(now), 0U);
    for (int i = 0; i < 200; ++i, now += 10ms) window.add(1250, now);
    EXPECT_NEAR(static_cast<double>(window.bitrate(now)), 1e6, 0.05e6);
  }
}

TEST(RateWindow, whatIsOlderCountsAsOfTheNewestSlice) {
  RateWindow window(500ms);
  window.add(100, TimePoint{1h});
  window.add(100, TimePoint{-1h});
  EXPECT_GT(window.bitrate(TimePoint{1h}), 0U);
}

TEST(Pacer, letsAnythingPassWithoutARate) {
  Pacer pacer;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pacer.admit(1200, TimePoint{1h}));
}

TEST(Pacer, frameAtOnceAndABigOneInBursts) {
  Pacer pacer;
  pacer.setRate(pacingRate(1'000'000, 0));
  TimePoint now{1h};
  int atOnce = 0;
  while (pacer.admit(1250, now)) ++atOnce;
  EXPECT_EQ(atOnce, 10) << "40 ms of 2.5 Mbit/s";
  int released = 0;
  for (int i = 0; i < 100; ++i) {
    now += kPacerInterval;
    while (pacer.admit(1250, now)) ++released;
  }
  EXPECT_NEAR(released, 125, 1) << "half a second of 2.5 Mbit/s";
}

TEST(Pacer, aLongQueueIsEmptiedWithinHalfASecond) {
  EXPECT_EQ(pacingRate(100'000, 0), 250'000U);
  EXPECT_EQ(pacingRate(100'000, 125'000), 2'000'000U);
}

}  // namespace
}  // namespace kms::congestion
