// What an agent says about its candidate pairs.
#include "test-network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::ice::test {
namespace {

class AgentPairs : public ::testing::Test {
 protected:
  bool connect() {
    a.meet(b);
    b.meet(a);
    return net.runUntil(
        [this] { return a.agent->state() == State::Ready && b.agent->state() == State::Ready; },
        seconds(5));
  }
  static std::size_t count(const std::vector<PairStats>& pairs, bool PairStats::* flag) {
    return static_cast<std::size_t>(std::ranges::count(pairs, true, flag));
  }

  Network net;
  Side a{net, Role::Controlling, 1, {at("192.0.2.1", 1000), at("192.0.2.2", 1001)}};
  Side b{net, Role::Controlled, 2, {at("198.51.100.2", 2000)}};
};

TEST_F(AgentPairs, areNoneBeforeThePeerIsKnown) {
  a.giveLocals();
  EXPECT_TRUE(a.agent->pairs().empty());
}

TEST_F(AgentPairs, areAllThereByFallingPriorityWithTheSelectedOneMarked) {
  ASSERT_TRUE(connect());
  const auto pairs = a.agent->pairs();
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_GT(pairs[0].priority, pairs[1].priority);
  EXPECT_EQ(count(pairs, &PairStats::isSelected), 1U);
  EXPECT_EQ(count(pairs, &PairStats::isNominated), 1U);
  const auto used = std::ranges::find(pairs, true, &PairStats::isSelected);
  EXPECT_EQ(used->path, a.agent->selectedPair()->path);
  EXPECT_EQ(used->state, PairState::Succeeded);
  EXPECT_EQ(used->roundTripTime, Duration(milliseconds(20)));
}

TEST_F(AgentPairs, countChecksAnswersAndConsentOfEach) {
  ASSERT_TRUE(connect());
  const auto usedOf = [](const Side& side) {
    const auto pairs = side.agent->pairs();
    return *std::ranges::find(pairs, true, &PairStats::isSelected);
  };
  const PairCounters before = usedOf(a).counters;
  EXPECT_GE(before.requestsSent, 2U) << "a check and the nomination";
  EXPECT_EQ(before.responsesReceived, before.requestsSent);
  EXPECT_EQ(before.consentRequestsSent, 0U);
  EXPECT_EQ(usedOf(b).counters.requestsReceived, before.requestsSent);
  EXPECT_EQ(usedOf(b).counters.responsesSent, before.requestsSent);
  net.run(seconds(30));
  const PairCounters after = usedOf(a).counters;
  EXPECT_GE(after.consentRequestsSent, 5U);
  EXPECT_GE(after.responsesReceived, before.responsesReceived + 4);
  EXPECT_EQ(after.requestsSent, before.requestsSent) << "consent is no check";
}

TEST_F(AgentPairs, whoseChecksAreNotAnsweredFail) {
  net.dead.insert(at("192.0.2.1", 1000));
  ASSERT_TRUE(connect());
  net.run(seconds(30));
  const auto pairs = b.agent->pairs();
  const auto silent = std::ranges::find_if(
      pairs, [](const PairStats& pair) { return pair.remote.address == at("192.0.2.1", 1000); });
  ASSERT_NE(silent, pairs.end());
  EXPECT_NE(silent->state, PairState::Succeeded);
  EXPECT_EQ(silent->counters.responsesReceived, 0U);
  EXPECT_GE(silent->counters.requestsSent, 1U);
  EXPECT_FALSE(silent->isSelected);
}

TEST_F(AgentPairs, keepTheOneInUseWhileIceRestarts) {
  ASSERT_TRUE(connect());
  const Path used = a.agent->selectedPair()->path;
  a.agent->restart("fresh", "a-fresh-password-of-ours");
  const auto pairs = a.agent->pairs();
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].path, used);
  EXPECT_TRUE(pairs[0].isSelected);
  EXPECT_EQ(pairs[0].state, PairState::Succeeded);
}

}  // namespace
}  // namespace kms::ice::test
