#include <kms/router/stream-rewriter.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace kms::router {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kRate = 90'000;
const TimePoint kStart{1h};

rtp::MediaPacket packet(std::int64_t sequence, std::uint32_t timestamp) {
  rtp::MediaPacket made;
  made.sequence = sequence;
  made.timestamp = timestamp;
  return made;
}

class StreamRewriterTest : public ::testing::Test {
 protected:
  StreamRewriter::Output send(std::int64_t sequence, std::uint32_t timestamp, TimePoint capture) {
    const auto made = packet(sequence, timestamp);
    if (!m_rewriter.active()) m_rewriter.begin(made, capture, kRate);
    const auto output = m_rewriter.next(made, capture);
    EXPECT_TRUE(output);
    return output.value_or(StreamRewriter::Output{});
  }

  StreamRewriter m_rewriter{65534, 1000};
};

TEST_F(StreamRewriterTest, keepsTheGapsOfASourceAndWraps) {
  EXPECT_EQ(send(70000, 5, kStart).sequence, 65534);
  EXPECT_EQ(send(70003, 3005, kStart).sequence, 1);
  EXPECT_EQ(send(70001, 5, kStart).sequence, 65535) << "a late one takes its place";
  EXPECT_TRUE(m_rewriter.covers(1));
  EXPECT_TRUE(m_rewriter.covers(65534));
}

TEST_F(StreamRewriterTest, aNewSourceFollowsWithoutAGap) {
  const auto last = send(70000, 5, kStart);
  m_rewriter.end();
  const auto next = send(12, 900'000, kStart + 100ms);
  EXPECT_EQ(next.sequence, static_cast<std::uint16_t>(last.sequence + 1));
  EXPECT_EQ(next.timestamp - last.timestamp, 9000U);
  EXPECT_EQ(send(13, 903'000, kStart + 133ms).timestamp - next.timestamp, 3000U);
}

TEST_F(StreamRewriterTest, timeNeverStandsStillNorRunsBack) {
  const auto last = send(70000, 5, kStart);
  m_rewriter.end();
  EXPECT_EQ(send(12, 900'000, kStart - 5s).timestamp - last.timestamp, 900U) << "10 ms at least";
}

TEST_F(StreamRewriterTest, packetsFromBeforeTheSwitchHaveNoPlace) {
  send(70000, 5, kStart);
  m_rewriter.end();
  send(100, 0, kStart);
  EXPECT_FALSE(m_rewriter.next(packet(99, 0), kStart));
  EXPECT_FALSE(m_rewriter.covers(65534)) << "that was the other source's";
  EXPECT_TRUE(m_rewriter.covers(65535));
  EXPECT_FALSE(m_rewriter.covers(700)) << "not sent yet";
}

TEST_F(StreamRewriterTest, mapsNothingWithoutASource) {
  EXPECT_FALSE(m_rewriter.next(packet(1, 1), kStart));
  EXPECT_FALSE(m_rewriter.skip(packet(1, 1)));
  EXPECT_FALSE(m_rewriter.covers(65534));
}

TEST_F(StreamRewriterTest, whatIsSkippedLeavesNoGap) {
  send(70000, 0, kStart);
  EXPECT_FALSE(m_rewriter.skip(packet(70001, 3000)));
  EXPECT_FALSE(m_rewriter.skip(packet(70002, 3000)));
  const auto next = send(70003, 6000, kStart + 66ms);
  EXPECT_EQ(next.sequence, 65535);
  EXPECT_EQ(next.timestamp, 7000U);
  EXPECT_EQ(next.skippedPictures, 1) << "two packets of one picture";
}

TEST_F(StreamRewriterTest, lateOnesHaveTheirPlaceBetweenWhatWasSkipped) {
  send(70000, 0, kStart);
  EXPECT_FALSE(m_rewriter.skip(packet(70002, 3000)));
  EXPECT_FALSE(m_rewriter.skip(packet(70004, 6000)));
  EXPECT_EQ(send(70005, 9000, kStart).sequence, 1);
  const auto late = send(70001, 0, kStart);
  EXPECT_EQ(late.sequence, 65535);
  EXPECT_EQ(late.skippedPictures, 0);
  const auto between = m_rewriter.skip(packet(70003, 3000));
  ASSERT_TRUE(between) << "too late to close the gap";
  EXPECT_EQ(between->sequence, 0);
  EXPECT_EQ(between->skippedPictures, 1);
  EXPECT_FALSE(m_rewriter.next(packet(70002, 3000), kStart)) << "skipped for good";
}

TEST_F(StreamRewriterTest, eachNumberIsGivenOnceWhateverIsSkippedOrLate) {
  std::mt19937 random(8);
  std::set<std::uint16_t> given;
  std::vector<std::int64_t> waiting;
  send(70000, 0, kStart);
  for (std::int64_t sequence = 70001; sequence < 90000; ++sequence) {
    waiting.push_back(sequence);
    if (random() % 3 == 0 && waiting.size() < 20) continue;
    std::ranges::shuffle(waiting, random);
    for (const std::int64_t each : waiting) {
      const auto made = packet(each, static_cast<std::uint32_t>(each) * 3000);
      const auto output = random() % 2 == 0 ? m_rewriter.skip(made) : m_rewriter.next(made, kStart);
      if (output) {
        ASSERT_TRUE(given.insert(output->sequence).second);
      }
    }
    waiting.clear();
  }
  EXPECT_GT(given.size(), 5000U);
}

TEST_F(StreamRewriterTest, oneFromBeforeMoreSkipsThanAreKnownHasNoPlace) {
  send(70000, 0, kStart);
  for (std::int64_t sequence = 70002; sequence < 70400; ++sequence)
    EXPECT_FALSE(m_rewriter.skip(packet(sequence, 1)));
  EXPECT_FALSE(m_rewriter.next(packet(70001, 0), kStart));
}

}  // namespace
}  // namespace kms::router
