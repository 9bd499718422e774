// Two agents over an in-memory network.
#include "test-network.hpp"

#include <kms/base/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace kms::ice::test {
namespace {

using ::testing::ElementsAre;

bool bothReady(const Side& a, const Side& b) {
  return a.agent->state() == State::Ready && b.agent->state() == State::Ready;
}

class AgentTest : public ::testing::Test {
 protected:
  bool connect(Duration limit = seconds(5)) {
    a.meet(b);
    b.meet(a);
    return net.runUntil([this] { return bothReady(a, b); }, limit);
  }

  Network net;
  const Address addressA = at("192.0.2.1", 1000);
  const Address addressB = at("198.51.100.2", 2000);
  Side a{net, Role::Controlling, 1, {addressA}};
  Side b{net, Role::Controlled, 2, {addressB}};
};

TEST_F(AgentTest, connectsAndPassesThroughTheStatesInOrder) {
  ASSERT_TRUE(connect(seconds(1)));
  for (const Side* side : {&a, &b}) {
    EXPECT_THAT(side->states,
                ElementsAre(State::Gathering, State::Connecting, State::Connected, State::Ready));
    ASSERT_EQ(side->selections.size(), 1U);
    EXPECT_TRUE(side->agent->selectedPair()->isNominated);
    EXPECT_EQ(side->agent->selectedPair()->roundTripTime, Duration(milliseconds(20)));
  }
  EXPECT_EQ(a.selections[0].first.address, addressA);
  EXPECT_EQ(a.selections[0].second.address, addressB);
  EXPECT_EQ(a.agent->selectedPair()->path.base, addressA);
}

TEST_F(AgentTest, connectsOverIpv6) {
  Side c(net, Role::Controlling, 3, {at("2001:db8::1", 1), at("192.0.2.3", 1)});
  Side d(net, Role::Controlled, 4, {at("2001:db8::2", 2), at("198.51.100.4", 2)});
  c.meet(d);
  d.meet(c);
  ASSERT_TRUE(net.runUntil([&] { return bothReady(c, d); }, seconds(2)));
  EXPECT_TRUE(c.agent->selectedPair()->remote.address.isV6);  // preferred over IPv4
  EXPECT_TRUE(d.agent->selectedPair()->remote.address.isV6);
}

TEST_F(AgentTest, connectsWhenEachSideTricklesItsCandidatesLate) {
  a.know(b);
  a.giveLocals();
  net.run(seconds(1));
  EXPECT_EQ(a.agent->state(), State::Gathering);
  a.agent->addRemoteCandidate(b.candidates[0]);
  net.run(seconds(1));
  EXPECT_EQ(a.agent->state(), State::Ready);  // b verifies early checks with its own password
  EXPECT_EQ(b.agent->state(), State::Disconnected);
  b.agent->addRemoteCandidate(a.candidates[0]);
  net.run(seconds(1));
  b.giveLocals();
  b.know(a);
  EXPECT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(4)));
}

TEST_F(AgentTest, waitsForTheCheckOfAPeerThatSignalsNoCandidate) {
  a.giveLocals();
  a.know(b);
  b.meet(a);
  ASSERT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(2)));
  EXPECT_EQ(a.selections[0].second.type, CandidateType::PeerReflexive);
  EXPECT_EQ(a.selections[0].second.address, addressB);
}

TEST_F(AgentTest, callsAPeerReflexiveCandidateByItsNameOnceItIsSignalled) {
  a.giveLocals();
  a.know(b);
  b.meet(a);
  ASSERT_TRUE(net.runUntil([&] { return a.agent->state() == State::Connected; }, seconds(2)));
  EXPECT_EQ(a.agent->selectedPair()->remote.type, CandidateType::PeerReflexive);
  EXPECT_TRUE(a.agent->addRemoteCandidate(b.candidates[0]));
  ASSERT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(2)));
  EXPECT_EQ(a.agent->selectedPair()->remote.type, CandidateType::Host);
}

TEST_F(AgentTest, learnsPeerReflexiveCandidatesBehindARewritingNat) {
  const auto outside = at("203.0.113.9", 61000);
  net.addNat(addressA, outside);
  ASSERT_TRUE(connect());
  EXPECT_EQ(a.agent->selectedPair()->local.type, CandidateType::PeerReflexive);
  EXPECT_EQ(a.agent->selectedPair()->local.address, outside);
  EXPECT_EQ(a.agent->selectedPair()->local.related, addressA);
  EXPECT_EQ(a.agent->selectedPair()->path.base, addressA);
  EXPECT_EQ(b.agent->selectedPair()->remote.type, CandidateType::PeerReflexive);
  EXPECT_EQ(b.agent->selectedPair()->remote.address, outside);
}

TEST_F(AgentTest, connectsThroughTwoNatsWithServerReflexiveCandidates) {
  const auto outsideA = at("203.0.113.9", 61000);
  const auto outsideB = at("203.0.113.10", 62000);
  net.addNat(addressA, outsideA);
  net.addNat(addressB, outsideB);
  for (const auto& [side, outside] : {std::pair{&a, outsideA}, {&b, outsideB}}) {
    Candidate reflexive = host(outside);
    reflexive.type = CandidateType::ServerReflexive;
    reflexive.related = side->candidates[0].address;
    reflexive.priority = candidatePriority(CandidateType::ServerReflexive, 1, 1);
    side->candidates.push_back(reflexive);
  }
  ASSERT_TRUE(connect());
  EXPECT_EQ(a.agent->selectedPair()->local.type, CandidateType::ServerReflexive);
  EXPECT_EQ(a.agent->selectedPair()->remote.address, outsideB);
  EXPECT_EQ(b.agent->selectedPair()->remote.type, CandidateType::ServerReflexive);
}

TEST_F(AgentTest, namesAHostCandidateWithAnExternalAddressByIt) {
  const auto outside = at("203.0.113.9", 1000);
  net.addNat(addressA, outside);
  a.candidates[0].base = addressA;
  a.candidates[0].address = outside;
  ASSERT_TRUE(connect());
  EXPECT_EQ(a.agent->selectedPair()->local.type, CandidateType::Host);
  EXPECT_EQ(a.agent->selectedPair()->local.address, outside);
  EXPECT_EQ(b.agent->selectedPair()->remote.type, CandidateType::Host);
}

class RoleConflict : public ::testing::TestWithParam<std::pair<Role, std::pair<int, int>>> {};

TEST_P(RoleConflict, isSettledByTheTieBreakers) {
  const auto [role, tieBreakers] = GetParam();
  Network net;
  Side a(net, role, 1, {at("192.0.2.1", 1)}, {}, static_cast<std::uint64_t>(tieBreakers.first));
  Side b(net, role, 2, {at("192.0.2.2", 2)}, {}, static_cast<std::uint64_t>(tieBreakers.second));
  a.meet(b);
  b.meet(a);
  ASSERT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(5)));
  EXPECT_NE(a.agent->role(), b.agent->role());
  if (tieBreakers.first != tieBreakers.second) {
    const Side& winner = tieBreakers.first > tieBreakers.second ? a : b;
    EXPECT_EQ(winner.agent->role(), Role::Controlling);
  }
  EXPECT_GT(a.agent->counters().roleConflicts + b.agent->counters().roleConflicts, 0U);
}

INSTANTIATE_TEST_SUITE_P(BothWays, RoleConflict,
                         ::testing::Values(std::pair{Role::Controlling, std::pair{9, 5}},
                                           std::pair{Role::Controlling, std::pair{5, 9}},
                                           std::pair{Role::Controlling, std::pair{5, 5}},
                                           std::pair{Role::Controlled, std::pair{9, 5}},
                                           std::pair{Role::Controlled, std::pair{5, 9}},
                                           std::pair{Role::Controlled, std::pair{5, 5}}));

TEST_F(AgentTest, neverConnectsWithAWrongPassword) {
  b.credentials.pwd = "not-the-password-of-b-at-all";
  a.meet(b);
  a.credentials.pwd = "not-the-password-of-a-at-all";
  b.meet(a);
  net.run(seconds(40));
  for (const Side* side : {&a, &b}) {
    EXPECT_GT(side->agent->counters().badIntegrity, 0U);
    EXPECT_THAT(side->states, ElementsAre(State::Gathering, State::Connecting, State::Failed));
    EXPECT_TRUE(side->selections.empty());
  }
}

TEST_F(AgentTest, neverConnectsWithAWrongPasswordOfOneSide) {
  b.credentials.pwd = "not-the-password-of-b-at-all";
  a.meet(b);
  b.meet(a);
  net.run(seconds(100));
  EXPECT_GT(b.agent->counters().badIntegrity, 0U);
  EXPECT_THAT(a.states, ElementsAre(State::Gathering, State::Connecting, State::Failed));
  EXPECT_EQ(b.agent->state(), State::Connected);  // it may send, but nobody nominates
}

TEST(AgentLoss, connectsAndStaysReadyWithThirtyPercentLoss) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Network net;
    Side a(net, Role::Controlling, 10 + seed, {at("192.0.2.1", 1)});
    Side b(net, Role::Controlled, 90 + seed, {at("192.0.2.2", 2)});
    net.loss = 0.3;
    a.meet(b);
    b.meet(a);
    ASSERT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(25))) << seed;
    net.run(std::chrono::minutes(5));
    EXPECT_EQ(a.consentsLost, 0) << seed;
    EXPECT_NE(a.agent->state(), State::Failed) << seed;
  }
}

TEST_F(AgentTest, keepsAskingForConsentAndLosesItWhenThePeerIsGone) {
  ASSERT_TRUE(connect());
  net.run(std::chrono::minutes(10));
  EXPECT_EQ(a.agent->state(), State::Ready);
  EXPECT_GE(a.agent->counters().consentChecksSent, 100U);  // every 6 s at least
  EXPECT_LE(a.agent->counters().consentChecksSent, 150U);  // every 4 s at most
  net.dead.insert(addressB);
  a.states.clear();
  net.run(seconds(22));
  EXPECT_THAT(a.states, ElementsAre(State::Disconnected));
  EXPECT_EQ(a.consentsLost, 0);
  net.run(seconds(9));
  EXPECT_THAT(a.states, ElementsAre(State::Disconnected, State::Failed));
  EXPECT_EQ(a.consentsLost, 1);
  EXPECT_EQ(b.consentsLost, 1);
  EXPECT_FALSE(a.agent->selectedPair());
  EXPECT_EQ(a.agent->nextDeadline(), TimePoint::max());
}

TEST_F(AgentTest, comesBackFromAShortSilence) {
  ASSERT_TRUE(connect());
  net.dead.insert(addressB);
  ASSERT_TRUE(net.runUntil([&] { return a.agent->state() == State::Disconnected; }, seconds(25)));
  net.dead.clear();
  ASSERT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(10)));
  EXPECT_EQ(a.consentsLost, 0);
  EXPECT_EQ(a.selections.size(), 1U);
}

TEST_F(AgentTest, doesNotAnswerOnAPairWhoseConsentIsLost) {
  ASSERT_TRUE(connect());
  net.dead.insert(addressB);
  net.run(seconds(40));
  ASSERT_EQ(a.agent->state(), State::Failed);
  net.dead.clear();
  b.agent->restart(b.credentials.ufrag, b.credentials.pwd);
  b.meet(a);
  net.run(seconds(40));
  EXPECT_EQ(a.agent->state(), State::Failed);
  EXPECT_EQ(b.agent->state(), State::Failed);
}

TEST_F(AgentTest, nominatesAnotherPairWhenTheSelectedOneFallsSilent) {
  const auto second = at("198.51.100.3", 2001);
  b.candidates.push_back(host(second, 1));
  net.attach(b, second);
  ASSERT_TRUE(connect());
  ASSERT_EQ(a.agent->selectedPair()->remote.address, addressB);
  net.dead.insert(addressB);
  ASSERT_TRUE(net.runUntil(
      [&] {
        const auto pair = a.agent->selectedPair();
        return pair && pair->remote.address == second && bothReady(a, b);
      },
      seconds(29)));
  EXPECT_EQ(b.agent->selectedPair()->path.base, second);
  EXPECT_EQ(a.consentsLost, 0);
  EXPECT_EQ(b.consentsLost, 0);
}

TEST_F(AgentTest, followsAPeerWhoseNatGivesItANewAddress) {
  const auto before = at("203.0.113.9", 61000);
  const auto after = at("203.0.113.9", 61001);
  net.addNat(addressB, before);
  ASSERT_TRUE(connect());
  net.addNat(addressB, after);
  ASSERT_TRUE(net.runUntil(
      [&] {
        const auto pair = a.agent->selectedPair();
        return pair && pair->remote.address == after && a.agent->state() == State::Ready;
      },
      seconds(29)));
  EXPECT_EQ(a.consentsLost, 0);
}

TEST_F(AgentTest, choosesTheBestOfSeveralPairs) {
  for (unsigned index = 1; index < 4; ++index) {
    const auto port = static_cast<std::uint16_t>(3000 + index);
    a.candidates.push_back(host(at("192.0.2.50", port), index));
    b.candidates.push_back(host(at("198.51.100.50", port), index));
    net.attach(a, a.candidates.back().address);
    net.attach(b, b.candidates.back().address);
  }
  std::reverse(a.candidates.begin(), a.candidates.end());
  ASSERT_TRUE(connect());
  EXPECT_EQ(a.agent->selectedPair()->local.address, addressA);
  EXPECT_EQ(a.agent->selectedPair()->remote.address, addressB);
  EXPECT_EQ(b.agent->selectedPair()->remote.address, addressA);
}

TEST_F(AgentTest, failsOnceAllChecksFailedAndNoCandidateCanCome) {
  net.dead.insert(addressB);
  a.meet(b);
  a.agent->endOfRemoteCandidates();
  EXPECT_TRUE(net.runUntil([&] { return a.agent->state() == State::Failed; }, seconds(25)));
  EXPECT_EQ(a.agent->counters().retransmissions, 6U);
}

TEST_F(AgentTest, failsAfterTheTimeoutWhenCandidatesMayStillCome) {
  net.dead.insert(addressB);
  a.meet(b);
  net.run(seconds(29));
  EXPECT_EQ(a.agent->state(), State::Connecting);
  net.run(seconds(2));
  EXPECT_EQ(a.agent->state(), State::Failed);
  EXPECT_EQ(a.agent->nextDeadline(), TimePoint::max());
}

TEST_F(AgentTest, comesBackFromFailedWithALateCandidate) {
  net.dead.insert(addressB);
  a.meet(b);
  b.meet(a);
  net.run(seconds(31));
  ASSERT_EQ(a.agent->state(), State::Failed);
  const auto late = at("198.51.100.3", 2001);
  net.attach(b, late);
  a.agent->addRemoteCandidate(host(late));
  EXPECT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(5)));
}

TEST_F(AgentTest, restartsWithNewCredentialsAndKeepsTheOldPairMeanwhile) {
  ASSERT_TRUE(connect());
  const auto fresh = [](unsigned seed) { return Credentials::generate(seeded(seed)); };
  a.credentials = fresh(77);
  a.agent->restart(a.credentials.ufrag, a.credentials.pwd);
  EXPECT_EQ(a.agent->state(), State::Gathering);
  EXPECT_TRUE(a.agent->selectedPair());
  net.run(seconds(60));  // the peer has not heard of it: both generations' consent goes on
  EXPECT_EQ(a.consentsLost + b.consentsLost, 0);
  EXPECT_EQ(b.agent->state(), State::Ready);
  b.credentials = fresh(78);
  b.agent->restart(b.credentials.ufrag, b.credentials.pwd);
  a.states.clear();
  ASSERT_TRUE(connect());
  EXPECT_THAT(a.states, ElementsAre(State::Connecting, State::Connected, State::Ready));
  net.run(seconds(60));
  EXPECT_EQ(a.consentsLost + b.consentsLost, 0);
  EXPECT_EQ(a.agent->counters().badIntegrity + b.agent->counters().badIntegrity, 0U);
}

TEST_F(AgentTest, restartsAfterConsentWasLost) {
  ASSERT_TRUE(connect());
  net.dead.insert(addressB);
  net.run(seconds(40));
  ASSERT_EQ(a.agent->state(), State::Failed);
  net.dead.clear();
  for (Side* side : {&a, &b}) {
    side->credentials = Credentials::generate(secureRandom());
    side->agent->restart(side->credentials.ufrag, side->credentials.pwd);
  }
  EXPECT_TRUE(connect());
}

TEST_F(AgentTest, maybeCalledFromItsListener) {
  a.onState = [&](State state) {
    if (state == State::Gathering) a.know(b);
    if (state == State::Connected) a.agent->endOfRemoteCandidates();
  };
  a.giveLocals();
  a.agent->addRemoteCandidate(b.candidates[0]);
  b.meet(a);
  ASSERT_TRUE(net.runUntil([&] { return bothReady(a, b); }, seconds(2)));
  EXPECT_THAT(a.states,
              ElementsAre(State::Gathering, State::Connecting, State::Connected, State::Ready));
}

TEST_F(AgentTest, connectsAmidBrokenAndForgedPackets) {
  std::mt19937 random(3);
  ASSERT_TRUE(connect());
  const auto samples = net.seen;
  std::uint64_t consumed = 0;
  for (int round = 0; round < 20000; ++round) {
    Octets copy = samples[random() % samples.size()];
    for (unsigned change = random() % 8; change > 0; --change) {
      copy[random() % copy.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 4 == 0) copy.resize(random() % (copy.size() + 1));
    const auto from = at("203.0.113.66", static_cast<std::uint16_t>(1 + random() % 60000));
    consumed += b.agent->handlePacket(copy, {addressB, from}) ? 1 : 0;
    if (round % 100 == 0) net.run(milliseconds(100));
  }
  EXPECT_GT(consumed, 0U);
  EXPECT_GT(b.agent->counters().malformed, 0U);
  EXPECT_TRUE(bothReady(a, b));
  EXPECT_EQ(a.agent->selectedPair()->remote.address, addressB);
  EXPECT_EQ(b.agent->selectedPair()->remote.address, addressA);
}

}  // namespace
}  // namespace kms::ice::test
