#include "agent-core.hpp"

#include <algorithm>

namespace kms::ice {

// 80 to 120 % of the interval, so that the checks of many sessions do not fall into step (RFC
// 7675 5.1).
Duration Agent::Core::consentInterval() {
  const auto permille = static_cast<std::int64_t>(800 + random64(m_random) % 401);
  return m_timing.consentInterval * permille / 1000;
}

bool Agent::Core::canDisconnect() const noexcept {
  return m_isSelectedCurrent && (m_state == State::Connected || m_state == State::Ready);
}

void Agent::Core::runConsent(TimePoint now) {
  if (!m_consent.isRunning()) return;
  const Duration silence = now - m_consent.lastAnswer();
  if (silence >= m_timing.consentTimeout) {
    loseConsent();
    return;
  }
  if (canDisconnect() && silence >= m_timing.disconnectedAfter) disconnect();
  if (now >= m_consent.nextAsk()) askConsent(now);
}

void Agent::Core::askConsent(TimePoint now) {
  // One lost packet in each of six asks would end the session: after the first one, an ordinary
  // check with its retransmissions helps out. Its answer is consent as well (RFC 7675 5.1).
  Pair* pair = m_isSelectedCurrent && m_keys ? m_list.find(m_consent.path()) : nullptr;
  if (m_consent.isOverdue() && pair != nullptr && !pair->isOutstanding) startCheck(*pair, now);
  if (pair != nullptr) ++pair->counters.consentRequestsSent;
  Check check;
  check.id = newId();
  check.role = m_role;
  check.priority = candidatePriority(CandidateType::PeerReflexive, 0, 1);
  m_consent.asked(check.id, now, consentInterval());
  ++m_counters.consentChecksSent;
  sendBinding(m_consent.path(), m_consent.keys(), check);
}

void Agent::Core::onConsentResponse(const StunMessage& message, const Path& path) {
  ++m_counters.responsesReceived;
  if (path != m_consent.path()) {
    ++m_counters.asymmetricResponses;
    return;
  }
  if (message.messageClass() == StunClass::Error) {
    ++m_counters.errorResponses;
    return;
  }
  if (message.integrity(m_consent.keys().password) != StunMessage::Check::Valid) {
    ++m_counters.badIntegrity;
    return;
  }
  if (Pair* pair = m_list.find(path)) ++pair->counters.responsesReceived;
  m_selected->roundTripTime = m_consent.answered(message.transactionId(), m_clock.now());
  onConsent(m_clock.now());
}

void Agent::Core::onConsent(TimePoint now) {
  m_consent.renew(now);
  if (m_state == State::Disconnected) {
    setState(m_selected->isNominated ? State::Ready : State::Connected);
  }
}

// Unlike silence, a closed connection leaves no doubt. One that worked is worth another attempt, if
// opening it is our part.
void Agent::Core::closePath(const Path& path) {
  if (Pair* pair = m_list.find(path)) {
    const bool isWorthIt =
        pair->state == PairState::Succeeded && pair->local.tcpType == TcpType::Active;
    pair->fail();
    if (isWorthIt) pair->state = PairState::Waiting;
  }
  if (m_consent.isRunning() && path == m_consent.path()) losePath();
  run();
}

void Agent::Core::losePath() {
  m_consent.stop();
  m_selected.reset();
  m_events.emplace_back(ConsentLost{});
  if (!m_isSelectedCurrent) return;  // a restart is under way: its checks decide
  m_isSelectedCurrent = false;
  m_nominateAt = TimePoint::max();
  for (const auto& pair : m_list.pairs()) {
    const bool isOther = pair->path != m_consent.path();
    if (isOther && !pair->isRevoked && !pair->isOutstanding) pair->state = PairState::Waiting;
  }
  setState(State::Disconnected);
}

// The pair may come back; meanwhile the controlling side looks whether another one still works.
void Agent::Core::disconnect() {
  setState(State::Disconnected);
  if (m_role != Role::Controlling) return;
  for (const auto& pair : m_list.pairs()) {
    const bool isOther = pair->path != m_consent.path();
    if (isOther && !pair->isRevoked && !pair->isOutstanding) pair->state = PairState::Waiting;
  }
}

void Agent::Core::loseConsent() {
  m_consent.stop();
  m_selected.reset();
  m_events.emplace_back(ConsentLost{});
  if (!m_isSelectedCurrent) return;  // a restart is under way: its checks decide
  m_isSelectedCurrent = false;
  m_nominateAt = TimePoint::max();
  if (Pair* pair = m_list.find(m_consent.path())) pair->isRevoked = true;
  for (const auto& pair : m_list.pairs()) pair->fail();
  setState(State::Disconnected);
  setState(State::Failed);
}

}  // namespace kms::ice
