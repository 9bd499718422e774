// Test double: an in-memory network with latency, loss, partitions and address-rewriting NATs, on a
// ManualClock.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/ice/agent.hpp>
#include <kms/ice/stun.hpp>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kms::ice::test {

using Octets = std::vector<std::uint8_t>;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Address at(const char* ip, std::uint16_t port) {
  return *Address::parse(ip, port);
}

inline Candidate host(const Address& address, unsigned index = 0) {
  Candidate candidate;
  candidate.address = address;
  candidate.priority = candidatePriority(CandidateType::Host, localPreference(address, index), 1);
  candidate.foundation = candidateFoundation(CandidateType::Host, address);
  return candidate;
}

inline RandomSource seeded(unsigned seed) {
  return [engine = std::make_shared<std::mt19937>(seed)](std::span<std::uint8_t> out) {
    for (auto& octet : out) octet = static_cast<std::uint8_t>((*engine)());
  };
}

class Network;

/// One side: an agent, its addresses and a record of what it told its listener.
class Side final : public AgentListener {
 public:
  Side(Network& network, Role role, unsigned seed, const std::vector<Address>& addresses,
       Timing timing = {}, std::uint64_t tieBreaker = 0);

  void onSend(std::span<const std::uint8_t> packet, const Path& path) override;
  void onStateChanged(State state) override {
    states.push_back(state);
    if (onState) onState(state);
  }
  void onSelectedPair(const SelectedPair& pair) override {
    selections.emplace_back(pair.local, pair.remote);
  }
  void onConsentLost() override { ++consentsLost; }

  void giveLocals() { agent->setLocalCandidates(candidates); }
  void know(const Side& other) {
    agent->setRemoteCredentials(other.credentials.ufrag, other.credentials.pwd);
  }
  void meet(const Side& other) {
    giveLocals();
    know(other);
    for (const Candidate& candidate : other.candidates) agent->addRemoteCandidate(candidate);
  }

  Network& network;
  Credentials credentials;
  std::vector<Candidate> candidates;
  std::unique_ptr<Agent> agent;
  std::vector<State> states;
  std::vector<std::pair<Candidate, Candidate>> selections;
  std::function<void(State)> onState;
  int consentsLost = 0;
};

class Network {
 public:
  ManualClock clock;
  double loss = 0;
  milliseconds latency{10};
  std::set<Address> dead;  ///< addresses, after rewriting, that nothing reaches or leaves
  std::vector<Octets> seen;

  void attach(Side& side, const Address& address) { m_sides[address] = &side; }
  /// Puts `inside` behind a NAT that shows it as `outside` and lets in only whom it has written to.
  void addNat(const Address& inside, const Address& outside) { m_nats[inside] = outside; }

  void send(std::span<const std::uint8_t> packet, Address from, const Address& to) {
    seen.emplace_back(packet.begin(), packet.end());
    if (const auto nat = m_nats.find(from); nat != m_nats.end()) {
      from = nat->second;
      m_holes.emplace(from, to);
    }
    if (dead.contains(from) || dead.contains(to)) return;
    if (std::uniform_real_distribution<>(0, 1)(m_random) < loss) return;
    m_queue.emplace(clock.now() + latency, Datagram{from, to, seen.back()});
  }

  /// Turns the clock from event to event until `isDone` or until `limit` has passed; tells which.
  bool runUntil(const std::function<bool()>& isDone, Duration limit) {
    const TimePoint end = clock.now() + limit;
    for (int steps = 0; steps < 1'000'000; ++steps) {
      if (isDone()) return true;
      const TimePoint next = nextEvent();
      if (next > end) {
        clock.advance(end - clock.now());
        return isDone();
      }
      if (next > clock.now()) clock.advance(next - clock.now());
      step();
    }
    throw std::runtime_error("the agents spin");
  }
  void run(Duration time) {
    (void)runUntil([] { return false; }, time);
  }

 private:
  struct Datagram {
    Address from;
    Address to;
    Octets octets;
  };

  [[nodiscard]] TimePoint nextEvent() const {
    TimePoint next = m_queue.empty() ? TimePoint::max() : m_queue.begin()->first;
    for (const auto& [address, side] : m_sides) next = std::min(next, side->agent->nextDeadline());
    return next;
  }

  void step() {
    while (!m_queue.empty() && m_queue.begin()->first <= clock.now()) {
      const Datagram datagram = std::move(m_queue.begin()->second);
      m_queue.erase(m_queue.begin());
      deliver(datagram);
    }
    for (const auto& [address, side] : m_sides) {
      if (side->agent->nextDeadline() <= clock.now()) side->agent->onTimer();
    }
  }

  void deliver(const Datagram& datagram) {
    Address to = datagram.to;
    if (m_nats.contains(to)) return;  // a private address
    for (const auto& [inside, outside] : m_nats) {
      if (outside != datagram.to) continue;
      if (!m_holes.contains({outside, datagram.from})) return;
      to = inside;
    }
    const auto side = m_sides.find(to);
    if (side != m_sides.end())
      side->second->agent->handlePacket(datagram.octets, {to, datagram.from});
  }

  std::map<Address, Side*> m_sides;
  std::map<Address, Address> m_nats;
  std::set<std::pair<Address, Address>> m_holes;
  std::multimap<TimePoint, Datagram> m_queue;
  std::mt19937 m_random{7};
};

inline Side::Side(Network& net, Role role, unsigned seed, const std::vector<Address>& addresses,
                  Timing timing, std::uint64_t tieBreaker)
    : network(net), credentials(Credentials::generate(seeded(seed))) {
  Config config;
  config.local = credentials;
  config.role = role;
  config.tieBreaker = tieBreaker;
  config.timing = timing;
  config.random = seeded(seed + 1000);
  agent = std::make_unique<Agent>(config, network.clock, *this);
  for (const Address& address : addresses) {
    candidates.push_back(host(address, static_cast<unsigned>(candidates.size())));
    network.attach(*this, address);
  }
}

inline void Side::onSend(std::span<const std::uint8_t> packet, const Path& path) {
  network.send(packet, path.base, path.remote);
}

}  // namespace kms::ice::test
