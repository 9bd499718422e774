#include "agent-core.hpp"

#include <kms/ice/agent.hpp>

#include <array>
#include <utility>

namespace kms::ice {

std::string_view name(State state) noexcept {
  static constexpr std::array<std::string_view, 6> kNames = {
      "DISCONNECTED", "GATHERING", "CONNECTING", "CONNECTED", "READY", "FAILED"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name(PairState state) noexcept {
  static constexpr std::array<std::string_view, 4> kNames = {"waiting", "inprogress", "succeeded",
                                                             "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

Agent::Agent(const Config& config, const Clock& clock, AgentListener& listener)
    : m_core(std::make_unique<Core>(config, clock, listener)) {}

Agent::~Agent() = default;

void Agent::setLocalCandidates(std::vector<Candidate> candidates) {
  m_core->setLocalCandidates(std::move(candidates));
}

void Agent::setRemoteCredentials(std::string ufrag, std::string pwd) {
  m_core->setRemoteCredentials({std::move(ufrag), std::move(pwd)});
}

void Agent::setRemoteLite() {
  m_core->setRemoteLite();
}

bool Agent::addRemoteCandidate(const Candidate& candidate) {
  return m_core->addRemoteCandidate(candidate);
}

void Agent::endOfRemoteCandidates() {
  m_core->endOfRemoteCandidates();
}

bool Agent::handlePacket(std::span<const std::uint8_t> packet, const Path& path) {
  return m_core->handlePacket(packet, path);
}

void Agent::closePath(const Path& path) {
  m_core->closePath(path);
}

TimePoint Agent::nextDeadline() const {
  return m_core->nextDeadline();
}

void Agent::onTimer() {
  m_core->run();
}

void Agent::restart(std::string ufrag, std::string pwd) {
  m_core->restart({std::move(ufrag), std::move(pwd)});
}

std::optional<SelectedPair> Agent::selectedPair() const {
  return m_core->selectedPair();
}

std::vector<PairStats> Agent::pairs() const {
  return m_core->pairs();
}

State Agent::state() const noexcept {
  return m_core->state();
}

Role Agent::role() const noexcept {
  return m_core->role();
}

const Counters& Agent::counters() const noexcept {
  return m_core->counters();
}

}  // namespace kms::ice
