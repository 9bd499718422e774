// One agent against hand-made packets: what it answers, and what it counts.
#include "test-wire.hpp"

#include <kms/base/error.hpp>

#include <gtest/gtest.h>

namespace kms::ice::test {
namespace {

TEST_F(AgentWire, answersAnEarlyCheckAtOnceAndChecksBackWhenTheCredentialsCome) {
  make(Role::Controlled);
  EXPECT_TRUE(ask(peer));
  ASSERT_EQ(sent.size(), 1U);
  const auto response = StunMessage::parse(sent[0].octets);
  EXPECT_EQ(response->messageClass(), StunClass::Success);
  EXPECT_EQ(response->mappedAddress(), peer);
  EXPECT_EQ(response->integrity(kOurs.pwd), StunMessage::Check::Valid);
  EXPECT_EQ(response->fingerprint(), StunMessage::Check::Valid);
  EXPECT_EQ(agent->nextDeadline(), TimePoint::max());
  knowThem();
  EXPECT_EQ(requestsTo(peer), 1U);
  EXPECT_EQ(answer(peer), 1);
  EXPECT_EQ(agent->state(), State::Connected);
}

TEST_F(AgentWire, remembersABoundedNumberOfEarlyChecks) {
  make(Role::Controlled);
  for (std::uint16_t port = 1; port <= 500; ++port) ask(at("198.51.100.9", port));
  sent.clear();
  knowThem();
  EXPECT_LE(sent.size(), 32U);
  EXPECT_EQ(requestsTo(at("198.51.100.9", 500)), 1U);  // the newest is the likeliest
}

TEST_F(AgentWire, sendsChecksWithAllTheirAttributes) {
  make(Role::Controlling, 0xCAFE0001);
  knowThem();
  EXPECT_TRUE(agent->addRemoteCandidate(host(peer)));
  ASSERT_EQ(sent.size(), 1U);
  const auto check = StunMessage::parse(sent[0].octets);
  EXPECT_EQ(check->text(StunAttribute::Username), "them:ours");
  EXPECT_EQ(check->number64(StunAttribute::IceControlling), 1000U);
  EXPECT_EQ(*check->number32(StunAttribute::Priority) >> 24U, 110U);
  EXPECT_FALSE(check->find(StunAttribute::UseCandidate));
  EXPECT_EQ(check->integrity(kTheirs.pwd), StunMessage::Check::Valid);
  EXPECT_EQ(check->fingerprint(), StunMessage::Check::Valid);
  EXPECT_EQ(usernameFragment(sent[0].octets), "them");
  EXPECT_EQ(check->transactionId()[0], 0xCA);
  EXPECT_EQ(check->transactionId()[3], 0x01);
}

TEST_F(AgentWire, pacesOrdinaryChecksAndRetransmitsWithDoublingDelay) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  agent->addRemoteCandidate(host(otherPeer));
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(agent->nextDeadline(), clock.now() + milliseconds(50));
  tick(milliseconds(50));
  EXPECT_EQ(sent.size(), 2U);
  tick(milliseconds(200));
  EXPECT_EQ(requestsTo(sent[0].path.remote), 2U);
  tick(milliseconds(499));
  EXPECT_EQ(requestsTo(sent[0].path.remote), 2U);
  tick(milliseconds(1));
  EXPECT_EQ(requestsTo(sent[0].path.remote), 3U);
}

TEST_F(AgentWire, refusesRequestsThatItCannotTrust) {
  make(Role::Controlled);
  StunWriter bare(StunClass::Request, kStunBinding, {1});
  bare.addFingerprint();
  EXPECT_TRUE(agent->handlePacket(bare.bytes(), {local, peer}));
  EXPECT_TRUE(sent.empty()) << "an answer would be longer than the question";
  bare = StunWriter(StunClass::Request, kStunBinding, {1});
  bare.add(StunAttribute::Software, "a client that knows no passwords");
  EXPECT_TRUE(agent->handlePacket(bare.bytes(), {local, peer}));
  EXPECT_EQ(lastCode(), 400);
  EXPECT_TRUE(finish(request(Role::Controlling), peer, "wrong"));
  EXPECT_EQ(lastCode(), 401);
  StunWriter stranger(StunClass::Request, kStunBinding, {2});
  stranger.add(StunAttribute::Username, "strange:them");
  EXPECT_TRUE(finish(stranger, peer));
  EXPECT_EQ(lastCode(), 401);
  StunWriter incomplete(StunClass::Request, kStunBinding, {3});
  incomplete.add(StunAttribute::Username, "ours:them");
  EXPECT_TRUE(finish(incomplete, peer));
  EXPECT_EQ(lastCode(), 400);
  EXPECT_EQ(agent->counters().badIntegrity, 1U);
  EXPECT_EQ(agent->counters().unknownUsername, 1U);
  EXPECT_EQ(agent->counters().malformed, 3U);
  sent.clear();
  knowThem();
  EXPECT_TRUE(sent.empty());  // none of them made a pair
}

TEST_F(AgentWire, refusesUnknownRequiredAttributesByName) {
  make(Role::Controlled);
  auto writer = request(Role::Controlling);
  // A type that nobody has assigned.
  // is the point
  writer.add32(static_cast<StunAttribute>(0x7001), 1);
  finish(writer, peer);
  EXPECT_EQ(lastCode(), 420);
  const auto response = StunMessage::parse(sent.back().octets);
  const auto names = response->find(StunAttribute::UnknownAttributes);
  ASSERT_TRUE(names);
  EXPECT_EQ(Octets(names->begin(), names->end()), (Octets{0x70, 0x01}));
}

TEST_F(AgentWire, keepsItsRoleWithTheLargerTieBreakerAndYieldsWithTheSmaller) {
  make(Role::Controlling);
  ask(peer, Role::Controlling);
  EXPECT_EQ(lastCode(), 487);
  EXPECT_EQ(agent->role(), Role::Controlling);
  tieBreaker = 2000;
  ask(peer, Role::Controlling);
  EXPECT_EQ(lastCode(), 0);
  EXPECT_EQ(agent->role(), Role::Controlled);
  ask(peer, Role::Controlled);
  EXPECT_EQ(lastCode(), 487);
}

TEST_F(AgentWire, changesItsRoleOnARoleConflictResponseAndAsksAgain) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  EXPECT_EQ(answer(peer, 487), 1);
  EXPECT_EQ(agent->role(), Role::Controlled);
  ASSERT_EQ(requestsTo(peer), 1U);
  const auto check = StunMessage::parse(sent.back().octets);
  ASSERT_TRUE(check->number64(StunAttribute::IceControlled));
  EXPECT_NE(check->number64(StunAttribute::IceControlled), 1000U);
}

TEST_F(AgentWire, givesUpOnAPeerThatOnlyReportsRoleConflicts) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  agent->endOfRemoteCandidates();
  int rounds = 0;
  while (answer(peer, 487) > 0 && rounds < 100) ++rounds;
  EXPECT_LT(rounds, 20);
  EXPECT_EQ(agent->state(), State::Failed);
}

TEST_F(AgentWire, isFailedByAnErrorOfThePeer) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  agent->endOfRemoteCandidates();
  answer(peer, 400);
  EXPECT_EQ(agent->state(), State::Failed);
  EXPECT_EQ(agent->counters().errorResponses, 1U);
}

TEST_F(AgentWire, ignoresForgedAndAsymmetricResponses) {
  make(Role::Controlling);
  knowThem();
  agent->addRemoteCandidate(host(peer));
  const auto id = StunMessage::parse(sent[0].octets)->transactionId();
  StunWriter response(StunClass::Success, kStunBinding, id);
  response.addXorAddress(StunAttribute::XorMappedAddress, local);
  EXPECT_TRUE(finish(response, peer, "wrong"));
  EXPECT_TRUE(finish(response, otherPeer, kTheirs.pwd));
  EXPECT_EQ(agent->state(), State::Connecting);
  EXPECT_EQ(agent->counters().badIntegrity, 1U);
  EXPECT_EQ(agent->counters().asymmetricResponses, 1U);
  EXPECT_TRUE(finish(response, peer, kTheirs.pwd));
  EXPECT_EQ(agent->state(), State::Connected);
}

TEST_F(AgentWire, leavesOtherPacketsToOthers) {
  make(Role::Controlled);
  EXPECT_FALSE(agent->handlePacket(Octets(100, 0x80), {local, peer}));
  EXPECT_FALSE(
      agent->handlePacket(StunWriter(StunClass::Success, 0x003, {1}).bytes(), {local, peer}));
  EXPECT_FALSE(agent->handlePacket(StunWriter(StunClass::Success, kStunBinding, {1}).bytes(),
                                   {local, peer}));
  EXPECT_TRUE(agent->handlePacket(StunWriter(StunClass::Indication, kStunBinding, {1}).bytes(),
                                  {local, peer}));
  EXPECT_TRUE(sent.empty());
}

TEST_F(AgentWire, takesABoundedNumberOfUsableCandidatesOnce) {
  make(Role::Controlled);
  EXPECT_TRUE(agent->addRemoteCandidate(host(peer)));
  EXPECT_FALSE(agent->addRemoteCandidate(host(peer)));
  EXPECT_EQ(agent->counters().refusedCandidates, 0U);
  Candidate tcp = host(otherPeer);
  tcp.transport = Transport::Tcp;
  Candidate rtcp = host(otherPeer);
  rtcp.component = 2;
  for (const Candidate& candidate : {tcp, rtcp, host(at("198.51.100.3", 0)), host(at("0.0.0.0", 9)),
                                     host(at("239.0.0.1", 9)), host(at("ff02::1", 9))}) {
    EXPECT_FALSE(agent->addRemoteCandidate(candidate));
  }
  EXPECT_EQ(agent->counters().refusedCandidates, 6U);
  int taken = 1;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    Candidate candidate = host(at("203.0.113.1", port));
    if (port % 2 == 0) candidate.type = CandidateType::PeerReflexive;
    taken += agent->addRemoteCandidate(candidate) ? 1 : 0;
  }
  EXPECT_EQ(taken, 64 + 32);
}

TEST_F(AgentWire, refusesUnusableCredentials) {
  make(Role::Controlled);
  EXPECT_THROW(agent->setRemoteCredentials("", "pwd"), Error);
  EXPECT_THROW(agent->setRemoteCredentials("a:b", "pwd"), Error);
  EXPECT_THROW(agent->restart("ufrag", ""), Error);
  Config config;
  EXPECT_THROW(Agent(config, clock, *this), Error);
}

TEST_F(AgentWire, answersTheOldCredentialsUntilARestartIsComplete) {
  make(Role::Controlled);
  knowThem();
  ask(peer, Role::Controlling, true);
  answer(peer);
  ASSERT_EQ(agent->state(), State::Ready);
  agent->restart("new", "new-password");
  sent.clear();
  ask(peer);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(lastCode(), 0);
  EXPECT_EQ(agent->selectedPair()->remote.address, peer);
}

TEST_F(AgentWire, keepsFindingAPeerThatRoamsThroughManyAddresses) {
  make(Role::Controlled);
  knowThem();
  for (std::uint16_t port = 1; port <= 400; ++port) {
    const auto address = at("198.51.100.9", port);
    clock.advance(seconds(4));
    ask(address, Role::Controlling, true);
    EXPECT_EQ(answer(address), 1);
    ASSERT_EQ(agent->selectedPair()->remote.address, address);
  }
}

}  // namespace
}  // namespace kms::ice::test
