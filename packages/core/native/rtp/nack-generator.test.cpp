#include <kms/rtp/nack-generator.hpp>

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace kms::rtp {
namespace {

using namespace std::chrono_literals;
using Sequences = std::vector<std::uint16_t>;

class NackGeneratorTest : public ::testing::Test {
 protected:
  Sequences due() {
    const auto batch = m_generator.due(m_clock.now());
    return {batch.begin(), batch.end()};
  }
  void receive(std::int64_t sequence) { m_generator.onPacket(sequence, m_clock.now()); }

  ManualClock m_clock;
  NackGenerator m_generator;
};

TEST_F(NackGeneratorTest, asksForAGapAtOnceAndOnceARoundTrip) {
  m_generator.setRoundTrip(50ms);
  receive(65534);
  receive(65538);
  EXPECT_EQ(due(), (Sequences{65535, 0, 1}));
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(m_generator.nextDue(), m_clock.now() + 50ms);
  m_clock.advance(50ms);
  receive(65536);
  EXPECT_EQ(due(), (Sequences{65535, 1}));
}

TEST_F(NackGeneratorTest, hasNothingToAskForWhenPacketsAreOnlyReordered) {
  receive(70000);
  receive(70002);
  receive(70001);
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(m_generator.nextDue(), TimePoint::max());
}

TEST_F(NackGeneratorTest, asksOftenAtFirstThenLessForASecond) {
  m_generator.setRoundTrip(20ms);
  receive(70000);
  receive(70002);
  std::vector<unsigned> asked(11);  // in each tenth of a second
  for (unsigned i = 0; i < 105; ++i, m_clock.advance(10ms)) {
    asked[i / 10] += static_cast<unsigned>(due().size());
  }
  EXPECT_EQ(asked[0], 5U);
  // A sender that answers only once in 250 ms is asked when it would.
  EXPECT_GE(asked[2] + asked[3] + asked[4], 1U);
  EXPECT_GE(asked[5] + asked[6] + asked[7], 1U);
  EXPECT_LE(std::accumulate(asked.begin(), asked.end(), 0U), NackConfig{}.maxTries);
  EXPECT_EQ(m_generator.missing(), 0U);
  EXPECT_TRUE(m_generator.takeGaveUp());
  EXPECT_FALSE(m_generator.takeGaveUp());
}

TEST_F(NackGeneratorTest, givesUpOnWhatIsTooOldEvenWithLongRoundTrips) {
  m_generator.setRoundTrip(700ms);
  receive(70000);
  receive(70002);
  EXPECT_EQ(due().size(), 1U);
  m_clock.advance(1001ms);
  EXPECT_TRUE(due().empty());
  EXPECT_TRUE(m_generator.takeGaveUp());
}

TEST_F(NackGeneratorTest, doesNotAskForAHugeGap) {
  receive(70000);
  receive(71000);
  EXPECT_TRUE(due().empty());
  EXPECT_TRUE(m_generator.takeGaveUp());
  receive(71002);
  EXPECT_EQ(due(), Sequences{static_cast<std::uint16_t>(71001)});
}

TEST_F(NackGeneratorTest, asksInBatches) {
  receive(70000);
  receive(70201);
  EXPECT_EQ(due().size(), NackGenerator::kBatch);
  EXPECT_EQ(due().size(), 200 - NackGenerator::kBatch);
}

}  // namespace
}  // namespace kms::rtp
