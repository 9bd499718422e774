// One agent against hand-made packets: what it answers, what it counts, whom it selects.
#include "test-network.hpp"

#include <kms/base/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::ice::test {
namespace {

const Credentials kOurs{"ours", "our-password-our-password"};
const Credentials kTheirs{"them", "their-password-their-password"};

struct Sent {
  Octets octets;
  Path path;
};

class AgentWire : public ::testing::Test, public AgentListener {
 protected:
  void onSend(std::span<const std::uint8_t> packet, const Path& path) override {
    sent.push_back({{packet.begin(), packet.end()}, path});
  }
  void onStateChanged(State) override {}
  void onSelectedPair(const SelectedPair& pair) override {
    selected.push_back(pair.remote.address);
  }
  void onConsentLost() override {}

  void make(Role role, std::uint32_t tag = 0) {
    Config config;
    config.local = kOurs;
    config.role = role;
    config.tieBreaker = 1000;
    config.random = seeded(5);
    config.transactionTag = tag;
    agent = std::make_unique<Agent>(config, clock, *this);
    agent->setLocalCandidates({host(local)});
  }
  void knowThem() { agent->setRemoteCredentials(kTheirs.ufrag, kTheirs.pwd); }

  StunWriter request(Role role, bool isNominating = false) {
    m_nextId[11] = static_cast<std::uint8_t>(m_nextId[11] + 1);
    StunWriter writer(StunClass::Request, kStunBinding, m_nextId);
    writer.add(StunAttribute::Username, kOurs.ufrag + ":" + kTheirs.ufrag);
    writer.add32(StunAttribute::Priority, 12345);
    writer.add64(
        role == Role::Controlling ? StunAttribute::IceControlling : StunAttribute::IceControlled,
        tieBreaker);
    if (isNominating) writer.addFlag(StunAttribute::UseCandidate);
    return writer;
  }
  bool finish(StunWriter writer, const Address& from, std::string_view pwd = kOurs.pwd) {
    writer.sign(pwd);
    writer.addFingerprint();
    return agent->handlePacket(writer.bytes(), {local, from});
  }
  bool ask(const Address& from, Role role = Role::Controlling, bool isNominating = false) {
    return finish(request(role, isNominating), from);
  }

  /// Answers each check sent so far to `to`, and forgets what was sent.
  int answer(const Address& to, int errorCode = 0) {
    int answered = 0;
    for (const Sent& packet : std::exchange(sent, {})) {
      const auto message = StunMessage::parse(packet.octets);
      if (message->messageClass() != StunClass::Request || packet.path.remote != to) continue;
      StunWriter writer(errorCode == 0 ? StunClass::Success : StunClass::Error, kStunBinding,
                        message->transactionId());
      writer.addXorAddress(StunAttribute::XorMappedAddress, local);
      if (errorCode != 0) writer.addError(errorCode, "");
      finish(writer, to, kTheirs.pwd);
      ++answered;
    }
    return answered;
  }
  void tick(Duration time) {
    clock.advance(time);
    agent->onTimer();
  }
  /// The code of the last packet sent: 0 success, -1 a request, else the error.
  int lastCode() const {
    const auto message = StunMessage::parse(sent.back().octets);
    if (message->messageClass() == StunClass::Request) return -1;
    return message->error() ? message->error()->code : 0;
  }
  std::size_t requestsTo(const Address& to) const {
    return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [&](const Sent& s) {
      return s.path.remote == to &&
             StunMessage::parse(s.octets)->messageClass() == StunClass::Request;
    }));
  }

  ManualClock clock;
  const Address local = at("192.0.2.1", 1000);
  const Address peer = at("198.51.100.2", 2000);
  const Address otherPeer = at("198.51.100.3", 3000);
  std::uint64_t tieBreaker = 1;
  std::unique_ptr<Agent> agent;
  std::vector<Sent> sent;
  std::vector<Address> selected;

 private:
  TransactionId m_nextId{0xAA};
};

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
