#include <kms/rtp/bytes.hpp>
#include <kms/rtp/transport-feedback.hpp>

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

namespace kms::rtp {
namespace {

using namespace std::chrono_literals;

/// Reads a feedback packet by the draft's rules: sequence -> arrival in ticks of 250 us (absolute),
/// or lost.
using Told = std::map<std::uint16_t, std::optional<std::int64_t>>;

std::vector<unsigned> readStatuses(ByteView fci, std::size_t& at, std::size_t count) {
  std::vector<unsigned> statuses;
  while (statuses.size() < count) {
    const unsigned chunk = read16(&fci[at]);
    at += 2;
    if ((chunk & 0x8000U) == 0) {
      statuses.insert(statuses.end(), chunk & 0x1FFFU, (chunk >> 13U) & 3U);
    } else if ((chunk & 0x4000U) == 0) {
      for (int i = 13; i >= 0; --i) statuses.push_back((chunk >> static_cast<unsigned>(i)) & 1U);
    } else {
      for (int i = 12; i >= 0; i -= 2) statuses.push_back((chunk >> static_cast<unsigned>(i)) & 3U);
    }
  }
  statuses.resize(count);
  return statuses;
}

Told readFeedback(const RtcpPacket& packet) {
  Told told;
  const ByteView fci = packet.body.subspan(8);
  auto sequence = read16(&fci[0]);
  std::int64_t time = std::int64_t{read24(&fci[4])} * 256;
  std::size_t at = 8;
  for (const unsigned status : readStatuses(fci, at, read16(&fci[2]))) {
    std::optional<std::int64_t> arrival;
    if (status == 1) time += fci[at++];
    if (status == 2) {
      time += static_cast<std::int16_t>(read16(&fci[at]));
      at += 2;
    }
    if (status != 0) arrival = time;
    told[sequence++] = arrival;
  }
  EXPECT_EQ(at, fci.size());
  return told;
}

class TransportFeedbackTest : public ::testing::Test {
 protected:
  void receive(std::uint16_t sequence) { m_feedback.onPacket(sequence, m_clock.now()); }
  [[nodiscard]] std::int64_t ticks() const {
    return m_clock.now().time_since_epoch() / 250us % (std::int64_t{1} << 32);
  }
  Told told() {
    Told all;
    for (RtcpWriter writer; m_feedback.build(writer, 1, 2); writer.clear()) {
      const auto packet = RtcpReader(writer.bytes()).next();
      EXPECT_TRUE(packet);
      EXPECT_EQ(readMediaSource(*packet), 2U);
      for (const auto& [sequence, arrival] : readFeedback(*packet)) all[sequence] = arrival;
    }
    return all;
  }

  ManualClock m_clock;
  TransportFeedback m_feedback;
};

TEST_F(TransportFeedbackTest, tellsArrivalsAndLosses) {
  receive(65534);
  const auto first = ticks();
  m_clock.advance(10ms);
  receive(65535);
  m_clock.advance(300ms);
  receive(2);
  const Told all = told();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all.at(65534), first);
  EXPECT_EQ(all.at(65535), first + 40);
  EXPECT_EQ(all.at(0), std::nullopt);
  EXPECT_EQ(all.at(1), std::nullopt);
  EXPECT_EQ(all.at(2), first + 40 + 1200);
  EXPECT_FALSE(m_feedback.pending());
  EXPECT_TRUE(told().empty());
}

TEST_F(TransportFeedbackTest, tellsLateArrivalsInTheNextFeedback) {
  receive(10);
  receive(12);
  EXPECT_EQ(told().at(11), std::nullopt);
  m_clock.advance(5ms);
  receive(11);
  const auto when = ticks();
  const Told all = told();
  ASSERT_TRUE(all.contains(11));
  EXPECT_EQ(all.at(11), when);
}

TEST_F(TransportFeedbackTest, splitsWhatDoesNotFitOnePacketOrOneDelta) {
  for (int i = 0; i < 1000; ++i) {
    receive(static_cast<std::uint16_t>(i));
    m_clock.advance(i == 500 ? Duration(20s) : Duration(1ms));
  }
  const Told all = told();
  ASSERT_EQ(all.size(), 1000U);
  for (const auto& [sequence, arrival] : all) EXPECT_TRUE(arrival) << sequence;
  EXPECT_EQ(*all.at(999) - *all.at(0), (998 + 20000) * 4);
}

TEST_F(TransportFeedbackTest, agreesWithAnyPatternOfArrivals) {
  std::mt19937 random(3);
  std::map<std::uint16_t, std::int64_t> truth;
  std::uint16_t sequence = 65000;
  for (int round = 0; round < 300; ++round) {
    const unsigned burst = random() % 60 + 1;
    Told expected;
    for (unsigned i = 0; i < burst; ++i, ++sequence) {
      m_clock.advance(std::chrono::microseconds(250 * (random() % 400)));
      if (random() % 5 == 0 && i + 1 < burst) continue;
      receive(sequence);
      truth[sequence] = ticks();
    }
    for (const auto& [told, arrival] : told()) {
      if (arrival) {
        ASSERT_EQ(*arrival, truth[told]) << told;
      }
    }
  }
}

TEST_F(TransportFeedbackTest, survivesArbitraryNumbers) {
  std::mt19937 random(4);
  for (int i = 0; i < 100'000; ++i) {
    receive(static_cast<std::uint16_t>(random()));
    m_clock.advance(std::chrono::microseconds(random() % 100'000));
    if (random() % 50 == 0) told();
  }
  told();
  EXPECT_FALSE(m_feedback.pending());
}

}  // namespace
}  // namespace kms::rtp
