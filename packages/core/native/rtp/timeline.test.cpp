#include <kms/rtp/timeline.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::rtp {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kRate = 90'000;
const TimePoint kStart{1h};
const Duration kNtpStart = kNtpEpochOffset + Duration(1'700'000'000s);

TEST(Ntp, convertsBothWaysWithoutLoss) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 10'000; ++i) {
    const Duration time(static_cast<std::int64_t>(
        random() % (std::uint64_t{1} << 32U) * 1'000'000'000ULL / 2 + random() % 1'000'000'000ULL));
    EXPECT_EQ(fromNtp(toNtp(time)), time);
  }
}

TEST(MinimumFilter, keepsTheLeastAndForgetsIt) {
  MinimumFilter filter;
  EXPECT_FALSE(filter.value());
  filter.add(5ms, kStart);
  filter.add(2ms, kStart + 1s);
  filter.add(9ms, kStart + 2s);
  EXPECT_EQ(filter.value(), Duration(2ms));
  filter.add(4ms, kStart + 20s);
  EXPECT_EQ(filter.value(), Duration(2ms));
  filter.add(6ms, kStart + 40s);
  EXPECT_EQ(filter.value(), Duration(4ms));
}

class TimelineTest : public ::testing::Test {
 protected:
  std::shared_ptr<SenderClock> m_clock = std::make_shared<SenderClock>();
  Timeline m_timeline{kRate, m_clock};
};

TEST_F(TimelineTest, knowsNothingBeforeTheFirstPacket) {
  EXPECT_FALSE(m_timeline.capture(1));
}

TEST_F(TimelineTest, goesByTheLeastDelayedArrivalBeforeAnySenderReport) {
  std::uint32_t timestamp = 0xFFFFFF00;
  for (int i = 0; i < 30; ++i, timestamp += 3000) {
    const Duration delay = i == 7 ? Duration(2ms) : Duration(10ms + (i % 3) * 1ms);
    m_timeline.onPacket(timestamp, kStart + i * Duration(1s) / 30 + delay);
  }
  const auto capture = m_timeline.capture(0xFFFFFF00);
  ASSERT_TRUE(capture);
  EXPECT_NEAR(std::chrono::duration<double>(*capture - (kStart + 2ms)).count(), 0, 1e-6);
}

TEST_F(TimelineTest, senderReportsOfOneClockKeepAudioAndVideoTogether) {
  Timeline audio(48'000, m_clock);
  // Video needs 80 ms longer on its way than audio; both were captured at the same moments.
  m_timeline.onPacket(900'000, kStart + 100ms);
  audio.onPacket(480'000, kStart + 20ms);
  m_timeline.onSenderReport(toNtp(kNtpStart), 900'000, kStart + 20ms);
  audio.onSenderReport(toNtp(kNtpStart + 500ms), 480'000 + 24'000, kStart + 530ms);
  const auto videoTime = m_timeline.capture(900'000 + 90'000);
  const auto audioTime = audio.capture(480'000 + 48'000);
  ASSERT_TRUE(videoTime && audioTime);
  EXPECT_LT(std::chrono::abs(*videoTime - *audioTime), Duration(1us));
  EXPECT_LT(std::chrono::abs(*audioTime - (kStart + 1s + 20ms)), Duration(1us));
}

TEST_F(TimelineTest, aSenderReportThatIsNonsenseIsNotBelieved) {
  m_timeline.onPacket(0, kStart);
  m_timeline.onSenderReport(toNtp(kNtpStart), 90'000 * 3600, kStart);
  EXPECT_EQ(m_timeline.capture(0), kStart);
}

TEST_F(TimelineTest, aReferenceRules) {
  m_timeline.onPacket(0, kStart);
  m_timeline.setReference(90'000, kStart + 10s);
  EXPECT_EQ(m_timeline.capture(0), kStart + 9s);
  EXPECT_EQ(m_timeline.capture(180'000), kStart + 11s);
}

TEST_F(TimelineTest, startsAfreshWithANewTimestampBase) {
  m_timeline.onPacket(0, kStart);
  m_timeline.onPacket(90'000U * 4000U, kStart + 1s);
  m_timeline.onPacket(90'000U * 4001U, kStart + 2s);
  const auto capture = m_timeline.capture(90'000U * 4001U);
  ASSERT_TRUE(capture);
  EXPECT_LE(std::chrono::abs(*capture - (kStart + 2s)), Duration(1us));
}

TEST_F(TimelineTest, survivesArbitraryTimestampsAndReports) {
  std::mt19937_64 random(11);
  Timeline slow(1, m_clock);
  TimePoint now = kStart;
  for (int i = 0; i < 200'000; ++i, now += 1ms) {
    const auto timestamp = static_cast<std::uint32_t>(random());
    for (Timeline* timeline : {&m_timeline, &slow}) {
      timeline->onPacket(i % 3 == 0 ? 0x7FFFFFFFU * static_cast<unsigned>(i) : timestamp, now);
      if (random() % 7 == 0) timeline->onSenderReport(random(), timestamp, now);
      const auto capture = timeline->capture(static_cast<std::uint32_t>(random()));
      ASSERT_TRUE(capture);
    }
  }
}

}  // namespace
}  // namespace kms::rtp
