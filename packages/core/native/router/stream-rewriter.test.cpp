#include <kms/router/stream-rewriter.hpp>

#include <gtest/gtest.h>

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
  EXPECT_EQ(m_rewriter.source(1), 70003);
  EXPECT_EQ(m_rewriter.source(65535), 70001);
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
  EXPECT_FALSE(m_rewriter.source(65534)) << "that was the other source's";
  EXPECT_FALSE(m_rewriter.source(700)) << "not sent yet";
}

TEST_F(StreamRewriterTest, mapsNothingWithoutASource) {
  EXPECT_FALSE(m_rewriter.map(packet(1, 1)));
  EXPECT_FALSE(m_rewriter.source(65534));
}

}  // namespace
}  // namespace kms::router
