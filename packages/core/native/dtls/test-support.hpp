// Two sessions joined by a pipe under the test's control.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/dtls/certificate.hpp>
#include <kms/dtls/session.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace kms::dtls::testing {

using Bytes = std::vector<std::uint8_t>;

/// A session that records all it is told.
class Peer final : public SessionListener {
 public:
  Peer(const Certificate& own, Role role, const Clock& clock, const Options& options = {})
      : certificate(own), session(certificate, role, clock, *this, options) {}

  void onSend(std::span<const std::uint8_t> datagram) override {
    outgoing.emplace_back(datagram.begin(), datagram.end());
    largest = std::max(largest, datagram.size());
    ++sent;
  }
  void onStateChanged(State state) override { states.push_back(state); }
  void onSrtpKeys(const srtp::Keys& outbound, const srtp::Keys& inbound) override {
    keys.emplace(outbound, inbound);
    connectedBeforeKeys = session.state() == State::kConnected;
  }
  void onApplicationData(std::span<const std::uint8_t> data) override {
    received.emplace_back(data.begin(), data.end());
  }

  void trust(const Peer& other) {
    session.setRemoteFingerprint("sha-256", other.certificate.fingerprint());
  }

  Certificate certificate;
  std::vector<Bytes> outgoing;
  std::vector<State> states;
  std::vector<Bytes> received;
  std::optional<std::pair<srtp::Keys, srtp::Keys>> keys;
  bool connectedBeforeKeys = false;
  std::size_t largest = 0;
  std::size_t sent = 0;
  Session session;
};

/// Moves datagrams both ways until none is left. `arrives` decides about each; it may change the
/// datagram.
inline void exchange(
    Peer& a, Peer& b, const std::function<bool(Bytes&)>& arrives = [](Bytes&) { return true; }) {
  while (!a.outgoing.empty() || !b.outgoing.empty()) {
    for (const auto& [from, to] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      for (Bytes& datagram : std::exchange(from->outgoing, {})) {
        if (arrives(datagram)) {
          to->session.handlePacket(datagram);
        }
      }
    }
  }
}

/// Turns the clock to the next deadline of either session and runs its timer. False when no timer
/// runs.
inline bool runNextTimer(ManualClock& clock, Peer& a, Peer& b) {
  std::optional<TimePoint> next;
  for (const Peer* peer : {&a, &b}) {
    if (const auto deadline = peer->session.nextDeadline()) {
      next = next ? std::min(*next, *deadline) : *deadline;
    }
  }
  if (!next) {
    return false;
  }
  clock.advance(std::max(Duration{0}, *next - clock.now()));
  a.session.onTimer();
  b.session.onTimer();
  return true;
}

/// The process-wide certificates of the tests: making keys is what takes time.
inline const Certificate& ecdsaCertificate(int number) {
  static const std::array<Certificate, 3> kCertificates{
      Certificate::generate(), Certificate::generate(), Certificate::generate()};
  return kCertificates.at(static_cast<std::size_t>(number));
}

}  // namespace kms::dtls::testing
