// One agent against hand-made packets: which pair it selects.
#include "test-wire.hpp"

#include <gtest/gtest.h>

namespace kms::ice::test {
namespace {

TEST_F(AgentWire, selectsTheBestOfAggressivelyNominatedPairsButTheLastOfLaterOnes) {
  make(Role::Controlled);
  knowThem();
  Candidate better = host(peer);
  better.priority += 1000;
  agent->addRemoteCandidate(better);
  agent->addRemoteCandidate(host(otherPeer));
  ask(otherPeer, Role::Controlling, true);
  answer(otherPeer);
  EXPECT_EQ(agent->state(), State::Ready);
  clock.advance(milliseconds(50));
  ask(peer, Role::Controlling, true);
  answer(peer);
  EXPECT_EQ(selected, (std::vector{otherPeer, peer}));
  ask(otherPeer, Role::Controlling, true);
  EXPECT_EQ(selected.size(), 2U);
  clock.advance(seconds(4));
  ask(otherPeer, Role::Controlling, true);
  EXPECT_EQ(selected, (std::vector{otherPeer, peer, otherPeer}));
}

TEST_F(AgentWire, nominatesTowardsAnIceLitePeerThatOnlyAnswers) {
  make(Role::Controlled);
  agent->setRemoteLite();
  EXPECT_EQ(agent->role(), Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  EXPECT_EQ(answer(peer), 1);
  EXPECT_EQ(agent->state(), State::Connected);
  tick(milliseconds(250));
  ASSERT_EQ(requestsTo(peer), 1U);
  EXPECT_TRUE(StunMessage::parse(sent.back().octets)->find(StunAttribute::UseCandidate));
  EXPECT_EQ(answer(peer), 1);
  EXPECT_EQ(agent->state(), State::Ready);
}

TEST_F(AgentWire, nominatesAtOnceWhenNothingBetterCanCome) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  agent->endOfRemoteCandidates();
  EXPECT_EQ(answer(peer), 1);
  EXPECT_EQ(requestsTo(peer), 1U);
  EXPECT_EQ(answer(peer), 1);
  EXPECT_EQ(agent->state(), State::Ready);
}

TEST_F(AgentWire, stopsOtherChecksOnceAPairIsNominated) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  agent->addRemoteCandidate(host(otherPeer));
  tick(milliseconds(50));
  const auto late = StunMessage::parse(sent[1].octets)->transactionId();
  const Address nominated = sent[0].path.remote;
  const Address silent = sent[1].path.remote;
  answer(nominated);
  tick(milliseconds(250));
  answer(nominated);
  ASSERT_EQ(agent->state(), State::Ready);
  tick(seconds(2));
  EXPECT_EQ(requestsTo(silent), 0U);
  StunWriter response(StunClass::Success, kStunBinding, late);
  response.addXorAddress(StunAttribute::XorMappedAddress, local);
  EXPECT_TRUE(finish(response, silent, kTheirs.pwd));
  EXPECT_EQ(selected, std::vector{nominated});
}

TEST_F(AgentWire, nominatesTheNextPairWhenANominationIsNotAnswered) {
  make(Role::Controlling);
  knowThem();
  Candidate better = host(peer);
  better.priority += 1000;
  agent->addRemoteCandidate(better);
  answer(peer);
  agent->addRemoteCandidate(host(otherPeer));
  tick(milliseconds(50));
  answer(otherPeer);
  EXPECT_EQ(agent->selectedPair()->remote.address, peer);
  for (int step = 0; step < 600; ++step) {
    tick(milliseconds(50));
    answer(otherPeer);
  }
  EXPECT_EQ(agent->state(), State::Ready);
  EXPECT_EQ(agent->selectedPair()->remote.address, otherPeer);
}

}  // namespace
}  // namespace kms::ice::test
