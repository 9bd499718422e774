// Agents with TCP candidates (RFC 6544): who connects, what is learned, what a closed connection
// means.
#include "test-network.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace kms::ice::test {
namespace {

const Address kActive = at("192.0.2.1", kActiveTcpPort);
const Address kEphemeral = at("192.0.2.1", 40123);
const Address kListening = at("192.0.2.2", 5000);

Candidate tcpHost(const Address& address, TcpType type) {
  Candidate candidate;
  candidate.address = address;
  candidate.transport = Transport::Tcp;
  candidate.tcpType = type;
  candidate.priority = candidatePriority(CandidateType::Host, localPreference(address, 0), 1, type);
  candidate.foundation = candidateFoundation(CandidateType::Host, address, std::nullopt, type);
  return candidate;
}

/// One end of the only connection: what it sends arrives at once at the other end, if that is open.
class TcpSide final : public AgentListener {
 public:
  TcpSide(const Clock& clock, Role role, unsigned seed, Candidate local)
      : credentials(Credentials::generate(seeded(seed))), candidate(std::move(local)) {
    Config config;
    config.local = credentials;
    config.role = role;
    config.random = seeded(seed + 50);
    agent = std::make_unique<Agent>(config, clock, *this);
    agent->setLocalCandidates({candidate});
  }
  void onSend(std::span<const std::uint8_t> packet, const Path& path) override {
    paths.push_back(path);
    outgoing.emplace_back(packet.begin(), packet.end());
  }
  void onStateChanged(State state) override { states.push_back(state); }
  void onSelectedPair(const SelectedPair& pair) override { selections.push_back(pair); }
  void onConsentLost() override { ++consentsLost; }

  Credentials credentials;
  Candidate candidate;
  std::unique_ptr<Agent> agent;
  std::deque<Octets> outgoing;
  std::vector<Path> paths;
  std::vector<State> states;
  std::vector<SelectedPair> selections;
  int consentsLost = 0;
};

class AgentTcp : public ::testing::Test {
 protected:
  void introduce() {
    active.agent->setRemoteCredentials(passive.credentials.ufrag, passive.credentials.pwd);
    passive.agent->setRemoteCredentials(active.credentials.ufrag, active.credentials.pwd);
    active.agent->addRemoteCandidate(passive.candidate);
    passive.agent->addRemoteCandidate(active.candidate);
  }
  void carry() {
    while (isOpen && !(active.outgoing.empty() && passive.outgoing.empty())) {
      if (!active.outgoing.empty()) {
        const Octets packet = std::move(active.outgoing.front());
        active.outgoing.pop_front();
        passive.agent->handlePacket(packet, {kListening, kEphemeral, Transport::Tcp});
      }
      if (!passive.outgoing.empty()) {
        const Octets packet = std::move(passive.outgoing.front());
        passive.outgoing.pop_front();
        active.agent->handlePacket(packet, {kActive, kListening, Transport::Tcp});
      }
    }
  }
  void run(Duration time) {
    const TimePoint end = clock.now() + time;
    while (clock.now() < end) {
      carry();
      clock.advance(milliseconds(10));
      active.agent->onTimer();
      passive.agent->onTimer();
    }
    carry();
  }

  ManualClock clock;
  TcpSide active{clock, Role::Controlling, 1, tcpHost(kActive, TcpType::Active)};
  TcpSide passive{clock, Role::Controlled, 2, tcpHost(kListening, TcpType::Passive)};
  bool isOpen = true;
};

TEST_F(AgentTcp, theActiveSideConnectsAndThePassiveOneLearnsOfIt) {
  introduce();
  EXPECT_TRUE(passive.paths.empty()) << "the passive side never begins";
  run(seconds(2));
  EXPECT_EQ(active.agent->state(), State::Ready);
  EXPECT_EQ(passive.agent->state(), State::Ready);
  EXPECT_EQ(active.agent->selectedPair()->path, (Path{kActive, kListening, Transport::Tcp}));
  EXPECT_EQ(passive.agent->selectedPair()->path, (Path{kListening, kEphemeral, Transport::Tcp}));
  EXPECT_EQ(passive.agent->selectedPair()->remote.type, CandidateType::PeerReflexive);
  EXPECT_EQ(passive.agent->selectedPair()->remote.tcpType, TcpType::Active);
  EXPECT_EQ(active.agent->selectedPair()->local.address, kEphemeral);
}

TEST_F(AgentTcp, checksAreNotRepeatedOverTcp) {
  isOpen = false;
  introduce();
  run(seconds(5));
  EXPECT_EQ(active.outgoing.size(), 1U);
  EXPECT_EQ(active.agent->counters().retransmissions, 0U);
}

TEST_F(AgentTcp, aClosedConnectionDisconnectsAtOnceAndANewOneBringsItBack) {
  introduce();
  run(seconds(2));
  passive.agent->closePath({kListening, kEphemeral, Transport::Tcp});
  EXPECT_EQ(passive.agent->state(), State::Disconnected);
  active.agent->closePath({kActive, kListening, Transport::Tcp});
  EXPECT_EQ(active.agent->state(), State::Connecting) << "it connects anew";
  EXPECT_FALSE(active.agent->selectedPair());
  EXPECT_EQ(active.consentsLost, 1);
  run(seconds(10));
  EXPECT_EQ(active.agent->state(), State::Ready) << "by the checks on a new connection";
  EXPECT_EQ(passive.agent->state(), State::Ready);
}

TEST_F(AgentTcp, pairsOnlyActiveWithPassive) {
  Agent& agent = *passive.agent;
  EXPECT_FALSE(agent.addRemoteCandidate(tcpHost(at("192.0.2.9", 9), TcpType::Active)));
  EXPECT_EQ(agent.counters().refusedCandidates, 0U) << "of no use, but nothing wrong";
  EXPECT_TRUE(agent.addRemoteCandidate(tcpHost(at("192.0.2.9", 7000), TcpType::Passive)));
  EXPECT_FALSE(agent.addRemoteCandidate(tcpHost(at("192.0.2.9", 7001), TcpType::SimultaneousOpen)));
  EXPECT_EQ(agent.counters().refusedCandidates, 1U);
  introduce();
  clock.advance(seconds(1));
  agent.onTimer();
  EXPECT_TRUE(passive.paths.empty());
}

TEST_F(AgentTcp, udpAndTcpOfOneAddressAreDifferentPaths) {
  Candidate udp = host(kListening);
  active.agent->setLocalCandidates({active.candidate, host(at("192.0.2.1", 40123))});
  active.agent->setRemoteCredentials(passive.credentials.ufrag, passive.credentials.pwd);
  EXPECT_TRUE(active.agent->addRemoteCandidate(passive.candidate));
  EXPECT_TRUE(active.agent->addRemoteCandidate(udp)) << "the same address and port";
  EXPECT_GT(udp.priority, passive.candidate.priority) << "UDP is preferred";
  EXPECT_NE(udp.foundation, passive.candidate.foundation);
}

}  // namespace
}  // namespace kms::ice::test
