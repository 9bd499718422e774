#include <kms/router/sent-history.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

using std::chrono::milliseconds;

class SentHistoryTest : public testing::Test {
 protected:
  /// `count` packets, one every `interval`.
  void send(unsigned count, Duration interval) {
    for (unsigned i = 0; i < count; ++i, ++m_next, m_now += interval) {
      SentPacket* sent = m_history.take(m_next, m_now);
      ASSERT_NE(sent, nullptr);
      sent->source = 1000 + m_next;
    }
  }
  /// How many of the last are still known, each with what it was sent with.
  unsigned known() {
    unsigned count = 0;
    for (std::uint16_t at = m_next; count < SentHistory::kMost; ++count) {
      const SentPacket* sent = m_history.find(--at);
      if (sent == nullptr) return count;
      EXPECT_EQ(sent->source, 1000 + at);
    }
    return count;
  }

  SentHistory m_history;
  std::uint16_t m_next = 65500;  // wraps soon
  TimePoint m_now{std::chrono::hours(1)};
};

TEST_F(SentHistoryTest, HasNothingBeforeTheFirst) {
  EXPECT_EQ(m_history.find(0), nullptr);
  EXPECT_EQ(m_history.capacity(), 0U);
}

TEST_F(SentHistoryTest, ANumberIsGivenOutOnce) {
  send(10, milliseconds(20));
  EXPECT_EQ(m_history.take(65505, m_now), nullptr);
  ASSERT_NE(m_history.find(65505), nullptr);
  EXPECT_EQ(m_history.find(65505)->source, 1000 + 65505);
}

TEST_F(SentHistoryTest, StaysSmallForASlowStream) {
  send(1000, milliseconds(20));
  EXPECT_EQ(m_history.capacity(), SentHistory::kLeast);
  EXPECT_EQ(known(), SentHistory::kLeast);
}

TEST_F(SentHistoryTest, GrowsUntilItKnowsASecond) {
  send(4000, milliseconds(2));
  EXPECT_EQ(m_history.capacity(), 512U);
  EXPECT_EQ(known(), 512U);
}

TEST_F(SentHistoryTest, KnowsAllOfABurst) {
  send(300, std::chrono::microseconds(1));
  EXPECT_EQ(known(), 300U);
}

TEST_F(SentHistoryTest, ShrinksWhenItWasABurstOnlyAndKeepsTheLast) {
  send(300, std::chrono::microseconds(1));
  EXPECT_EQ(m_history.capacity(), 512U);
  send(1000, milliseconds(20));
  EXPECT_EQ(m_history.capacity(), SentHistory::kLeast);
  EXPECT_EQ(known(), SentHistory::kLeast);
}

TEST_F(SentHistoryTest, AShorterOneStillKnowsTheSecond) {
  send(2000, milliseconds(2));
  for (int i = 0; i < 100; ++i) {
    send(10, milliseconds(20));
    EXPECT_GE(known(), 50U);
  }
}

TEST_F(SentHistoryTest, ForgetsNothingWhenItGrows) {
  send(64, milliseconds(2));
  EXPECT_EQ(m_history.capacity(), 64U);
  send(1, milliseconds(2));
  EXPECT_EQ(m_history.capacity(), 128U);
  EXPECT_EQ(known(), 65U);
}

TEST_F(SentHistoryTest, HasABound) {
  send(60'000, std::chrono::microseconds(50));
  EXPECT_EQ(m_history.capacity(), SentHistory::kMost);
}

TEST_F(SentHistoryTest, ClearedItKnowsNothing) {
  send(100, milliseconds(20));
  m_history.clear();
  EXPECT_EQ(m_history.find(static_cast<std::uint16_t>(m_next - 1)), nullptr);
  send(1, milliseconds(20));
  EXPECT_EQ(known(), 1U);
}

}  // namespace
}  // namespace kms::router
