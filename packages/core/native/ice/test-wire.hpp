// For tests: one agent that is given hand-made packets.
#pragma once

#include "test-network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace kms::ice::test {

inline const Credentials kOurs{"ours", "our-password-our-password"};
inline const Credentials kTheirs{"them", "their-password-their-password"};

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

}  // namespace kms::ice::test
