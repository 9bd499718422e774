#include "agent-core.hpp"

#include <algorithm>

namespace kms::ice {

namespace {

constexpr unsigned kMaxConflicts = 16;
constexpr int kFinalWait = 16;  // Rm of RFC 8489 6.2.1, in units of the first RTO
/// How long a nomination stands against a later one of a pair with lower priority. Aggressive
/// nominators name all pairs at once and mean the best; a regular or roaming one means the last.
constexpr Duration kNominationHold = std::chrono::seconds(3);

}  // namespace

bool Agent::Core::isNominated() const noexcept {
  return m_selected && m_isSelectedCurrent && m_selected->isNominated;
}

void Agent::Core::startTriggered(TimePoint now) {
  for (const auto& pair : m_list.pairs()) {
    if (!pair->isTriggered) continue;
    pair->isTriggered = false;
    startCheck(*pair, now);
  }
}

// Once a pair is nominated, ordinary checks only go on where a better one may still be nominated
// (an aggressive peer), or where a replacement for a silent pair is sought.
Pair* Agent::Core::nextOrdinary() {
  const bool isDone = isNominated() && m_state == State::Ready;
  if (isDone && m_role == Role::Controlling) return nullptr;
  for (const auto& pair : m_list.pairs()) {
    if (isDone && pair->priority <= m_selectedPriority) return nullptr;
    if (pair->state == PairState::Waiting) return pair.get();
  }
  return nullptr;
}

void Agent::Core::startOrdinary(TimePoint now) {
  if (now < m_nextOrdinary) return;
  Pair* pair = nextOrdinary();
  if (pair == nullptr) return;
  m_nextOrdinary = now + m_timing.pacing;
  startCheck(*pair, now);
}

void Agent::Core::startCheck(Pair& pair, TimePoint now) {
  if (pair.state != PairState::Succeeded) pair.state = PairState::InProgress;
  pair.isOutstanding = true;
  pair.tries = 1;
  pair.rto = m_timing.rto;
  pair.nextSend = now + pair.rto;
  pair.newest = (pair.newest + 1) % pair.checks.size();
  Check& check = pair.newestCheck();
  check = Check{};
  check.id = newId();
  check.sentAt = now;
  check.role = m_role;
  check.isNominating = pair.isNominee && m_role == Role::Controlling;
  check.isOpen = true;
  // What the peer shall give a peer-reflexive candidate that it learns from this check (RFC
  // 8445 7.1.1).
  const auto preference = static_cast<std::uint16_t>(pair.local.priority >> 8U);
  check.priority =
      candidatePriority(CandidateType::PeerReflexive, preference, 1, pair.local.tcpType);
  ++m_counters.checksSent;
  ++pair.counters.requestsSent;
  sendBinding(pair.path, *m_keys, check);
}

void Agent::Core::retransmit(TimePoint now) {
  for (const auto& pair : m_list.pairs()) {
    if (!pair->isOutstanding || now < pair->nextSend) continue;
    if (pair->tries >= m_timing.tries) {
      pair->fail();
      continue;
    }
    ++pair->tries;
    pair->rto *= 2;
    const bool isLast = pair->tries >= m_timing.tries;
    pair->nextSend = now + (isLast ? std::min(pair->rto, m_timing.rto * kFinalWait) : pair->rto);
    // TCP retransmits by itself (RFC 6544 7.1): only the time passes.
    if (pair->path.transport == Transport::Tcp) continue;
    ++m_counters.retransmissions;
    pair->newestCheck().isRetransmitted = true;
    sendBinding(pair->path, *m_keys, pair->newestCheck());
  }
}

void Agent::Core::sendBinding(const Path& path, const CheckKeys& keys, const Check& check) {
  StunWriter writer(StunClass::Request, kStunBinding, check.id);
  writer.add(StunAttribute::Username, keys.username);
  writer.add32(StunAttribute::Priority, check.priority);
  writer.add64(check.role == Role::Controlling ? StunAttribute::IceControlling
                                               : StunAttribute::IceControlled,
               m_tieBreaker);
  if (check.isNominating) writer.addFlag(StunAttribute::UseCandidate);
  writer.sign(keys.password);
  writer.addFingerprint();
  m_listener.onSend(writer.bytes(), path);
}

// The best working pair, while this side has to nominate one and no nomination is on its way.
Pair* Agent::Core::nominationCandidate() {
  const bool isReplacing = m_state == State::Disconnected && m_selected;
  if (m_role != Role::Controlling || (isNominated() && !isReplacing)) return nullptr;
  Pair* best = nullptr;
  for (const auto& pair : m_list.pairs()) {
    if (pair->isNominee && pair->isOutstanding) return nullptr;
    const bool isSilent = isReplacing && pair->path == m_consent.path();
    if (best == nullptr && pair->state == PairState::Succeeded && !isSilent) best = pair.get();
  }
  return best;
}

bool Agent::Core::mayBeOutdone(const Pair& best) const {
  if (!m_isEndOfRemote) return true;
  return std::any_of(m_list.pairs().begin(), m_list.pairs().end(), [&](const auto& pair) {
    return pair->priority > best.priority && pair->state != PairState::Failed;
  });
}

// Regular nomination (RFC 8445 8.1.1): the best pair at once when nothing better can come, else
// after a short wait.
void Agent::Core::nominate(TimePoint now) {
  Pair* best = nominationCandidate();
  if (best == nullptr || (now < m_nominateAt && mayBeOutdone(*best))) return;
  best->isNominee = true;
  startCheck(*best, now);
}

bool Agent::Core::onResponse(const StunMessage& message, const Path& path) {
  if (m_consent.owns(message.transactionId())) {
    onConsentResponse(message, path);
    return true;
  }
  const auto [pair, check] = m_list.findCheck(message.transactionId());
  if (pair == nullptr || !m_keys) {
    ++m_counters.strayResponses;
    return false;
  }
  ++m_counters.responsesReceived;
  if (path != pair->path) {
    ++m_counters.asymmetricResponses;
    return true;
  }
  const auto integrity = message.integrity(m_keys->password);
  // A peer that could not verify the request cannot sign its refusal (RFC 8489 9.1.3).
  const bool isUnsignedError =
      message.messageClass() == StunClass::Error && integrity == StunMessage::Check::Absent;
  if (integrity != StunMessage::Check::Valid && !isUnsignedError) {
    ++m_counters.badIntegrity;
    return true;
  }
  ++pair->counters.responsesReceived;
  if (!std::exchange(check->isOpen, false)) {  // answered before
    ++m_counters.strayResponses;
    return true;
  }
  if (message.messageClass() == StunClass::Error) {
    onErrorResponse(*pair, *check, message);
  } else {
    onSuccess(*pair, *check, message);
  }
  return true;
}

void Agent::Core::onErrorResponse(Pair& pair, Check& check, const StunMessage& message) {
  ++m_counters.errorResponses;
  const auto error = message.error();
  const bool isSigned = message.integrity(m_keys->password) == StunMessage::Check::Valid;
  if (error && error->code == 487 && isSigned && ++m_conflicts <= kMaxConflicts) {
    onRoleConflict(pair, check);
    return;
  }
  // An answer to a superseded check says nothing about the one under way.
  if (&check == &pair.newestCheck()) pair.fail();
}

// RFC 8445 7.2.5.1: take the other role unless that has happened since, and ask again.
void Agent::Core::onRoleConflict(Pair& pair, const Check& check) {
  ++m_counters.roleConflicts;
  if (check.role == m_role) {
    setRole(m_role == Role::Controlling ? Role::Controlled : Role::Controlling);
    m_tieBreaker = random64(m_random);
  }
  pair.isTriggered = true;
}

void Agent::Core::onSuccess(Pair& pair, Check& check, const StunMessage& message) {
  const TimePoint now = m_clock.now();
  if (pair.isRevoked) return;
  if (!pair.isNominee || check.isNominating) pair.isOutstanding = false;
  pair.state = PairState::Succeeded;
  pair.validatedAt = now;
  if (m_consent.isRunning() && pair.path == m_consent.path()) onConsent(now);
  if (const auto mapped = message.mappedAddress()) pair.mapped = mapped;
  if (!check.isRetransmitted) pair.roundTripTime = now - check.sentAt;
  const bool isNominatedByUs = m_role == Role::Controlling && check.isNominating;
  const bool isNominatedByPeer = m_role == Role::Controlled && pair.isNominatedByPeer;
  if (isNominatedByUs || isNominatedByPeer) {
    pair.isNominee = false;
    select(pair, true);
  } else if (!m_selected || !m_isSelectedCurrent) {
    select(pair, false);
  }
  if (nominationCandidate() != nullptr && m_nominateAt == TimePoint::max()) {
    m_nominateAt = now + m_timing.nominationDelay;
  }
}

bool Agent::Core::keepsSelected(const Pair& pair) const {
  return isNominated() && m_state == State::Ready && m_role == Role::Controlled &&
         pair.path != m_consent.path() && pair.priority < m_selectedPriority &&
         m_clock.now() - m_nominatedAt < kNominationHold;
}

// RFC 8445 8.1.2: checks that can no longer matter are not repeated; an answer on its way still
// counts.
void Agent::Core::restOthers() {
  for (const auto& pair : m_list.pairs()) {
    const bool canMatter = pair->path == m_consent.path() ||
                           (m_role == Role::Controlled && pair->priority > m_selectedPriority);
    if (canMatter || !pair->isOutstanding) continue;
    pair->isOutstanding = false;
    if (pair->state == PairState::InProgress) pair->state = PairState::Waiting;
  }
}

void Agent::Core::select(const Pair& pair, bool isNomination) {
  if (isNomination && keepsSelected(pair)) return;
  const TimePoint now = m_clock.now();
  const bool isSame =
      m_selected && m_isSelectedCurrent && m_consent.isRunning() && pair.path == m_consent.path();
  SelectedPair next{m_list.validLocal(pair), pair.remote, pair.path, isNomination,
                    pair.roundTripTime};
  const bool isNews =
      !isSame || next.local != m_selected->local || next.remote != m_selected->remote;
  if (isSame && m_selected->roundTripTime) next.roundTripTime = m_selected->roundTripTime;
  if (!isSame) m_consent.start(pair.path, *m_keys, now, consentInterval());
  m_selected = std::move(next);
  m_isSelectedCurrent = true;
  m_selectedPriority = pair.priority;
  if (isNews) m_events.emplace_back(*m_selected);
  if (isNomination) {
    m_nominatedAt = now;
    m_nominateAt = TimePoint::max();
    m_previousLocal.reset();
    restOthers();
  }
  // Whether a silent pair is back is for its consent to say, not for the peer's requests.
  if (isSame && m_state == State::Disconnected) return;
  if (m_state != State::Ready) setState(State::Connected);
  if (isNomination) setState(State::Ready);
}

}  // namespace kms::ice
