#include "agent-core.hpp"

#include <algorithm>
#include <cstring>

namespace kms::ice {

namespace {

Credentials validated(Credentials credentials, const char* side) {
  credentials.validate(side);
  return credentials;
}

}  // namespace

Agent::Core::Core(const Config& config, const Clock& clock, AgentListener& listener)
    : m_clock(clock),
      m_listener(listener),
      m_timing(config.timing),
      m_random(config.random ? config.random : secureRandom()),
      m_transactionTag(config.transactionTag),
      m_role(config.role),
      m_tieBreaker(config.tieBreaker != 0 ? config.tieBreaker : random64(m_random)),
      m_local(validated(config.local, "local")),
      m_list(config.role, config.maxRemoteCandidates) {}

void Agent::Core::setLocalCandidates(std::vector<Candidate> candidates) {
  m_list.setLocals(std::move(candidates));
  if (m_state == State::Disconnected && !m_selected) setState(State::Gathering);
  run();
}

void Agent::Core::setRemoteCredentials(Credentials credentials) {
  credentials.validate("remote");
  m_keys = CheckKeys{credentials.ufrag + ":" + m_local.ufrag, std::move(credentials.pwd)};
  run();
}

void Agent::Core::setRemoteLite() {
  if (m_role != Role::Controlling) setRole(Role::Controlling);
  run();
}

bool Agent::Core::addRemoteCandidate(const Candidate& candidate) {
  bool isRefused = false;
  const bool isAdded = m_list.addRemote(candidate, isRefused);
  if (isRefused) ++m_counters.refusedCandidates;
  run();
  return isAdded;
}

void Agent::Core::endOfRemoteCandidates() {
  m_isEndOfRemote = true;
  run();
}

void Agent::Core::restart(Credentials credentials) {
  credentials.validate("local");
  m_previousLocal = std::exchange(m_local, std::move(credentials));
  m_keys.reset();
  m_list.clearRemotes();
  m_isEndOfRemote = false;
  m_isSelectedCurrent = false;
  m_conflicts = 0;
  m_nominateAt = TimePoint::max();
  m_checksDeadline = TimePoint::max();
  if (m_state != State::Disconnected || m_selected) setState(State::Gathering);
  run();
}

bool Agent::Core::handlePacket(ByteView packet, const Path& path) {
  if (!isStun(packet)) return false;
  const auto message = StunMessage::parse(packet);
  if (!message || message->fingerprint() == StunMessage::Check::Invalid) {
    ++m_counters.malformed;
    return true;
  }
  if (message->method() != kStunBinding) return false;
  // A Binding indication only keeps NAT bindings alive (RFC 8445 11).
  if (message->messageClass() == StunClass::Indication) return true;
  bool isOurs = true;
  if (message->messageClass() == StunClass::Request) {
    onRequest(*message, path);
  } else {
    isOurs = onResponse(*message, path);
  }
  run();
  return isOurs;
}

void Agent::Core::run() {
  const TimePoint now = m_clock.now();
  if (m_keys) {
    beginIfNeeded(now);
    retransmit(now);
    startTriggered(now);
    nominate(now);
    startOrdinary(now);
    judge(now);
  }
  runConsent(now);
  deliver();
}

TimePoint Agent::Core::nextDeadline() {
  TimePoint next = TimePoint::max();
  if (m_keys) {
    for (const auto& pair : m_list.pairs()) {
      if (pair->isOutstanding) next = std::min(next, pair->nextSend);
    }
    if (nominationCandidate() != nullptr) next = std::min(next, m_nominateAt);
    if (nextOrdinary() != nullptr) next = std::min(next, m_nextOrdinary);
    if (m_state == State::Connecting) next = std::min(next, m_checksDeadline);
  }
  if (m_consent.isRunning()) {
    next = std::min({next, m_consent.nextAsk(), m_consent.lastAnswer() + m_timing.consentTimeout});
    if (canDisconnect()) {
      next = std::min(next, m_consent.lastAnswer() + m_timing.disconnectedAfter);
    }
  }
  return next;
}

// Checks (re)start with the first pair that can be checked, and also after Failed, when a new
// candidate appears. A check that a known pair's request triggers after Failed shows only if it
// succeeds.
void Agent::Core::beginIfNeeded(TimePoint now) {
  const bool isIdle = m_state == State::Gathering || m_state == State::Failed ||
                      (m_state == State::Disconnected && !m_selected);
  if (!isIdle) return;
  const bool hasOpenPair =
      std::any_of(m_list.pairs().begin(), m_list.pairs().end(),
                  [](const auto& pair) { return pair->state == PairState::Waiting; });
  const bool isWaitingForPeer = m_isEndOfRemote && m_state == State::Gathering;
  if (!hasOpenPair && !isWaitingForPeer) return;
  m_checksDeadline = now + m_timing.checksTimeout;
  setState(State::Connecting);
}

void Agent::Core::judge(TimePoint now) {
  if (m_state != State::Connecting) return;
  const auto& pairs = m_list.pairs();
  const bool isHopeless = m_isEndOfRemote && !pairs.empty() &&
                          std::all_of(pairs.begin(), pairs.end(),
                                      [](const auto& p) { return p->state == PairState::Failed; });
  if (!isHopeless && now < m_checksDeadline) return;
  for (const auto& pair : pairs) pair->fail();
  setState(State::Failed);
}

void Agent::Core::setRole(Role role) {
  m_role = role;
  m_list.setRole(role);
  for (const auto& pair : m_list.pairs()) pair->isNominee = false;
  m_nominateAt =
      role == Role::Controlling ? m_clock.now() + m_timing.nominationDelay : TimePoint::max();
}

void Agent::Core::setState(State state) {
  if (m_state == state) return;
  m_state = state;
  m_events.emplace_back(state);
}

// The listener may call back into the agent: what that adds is delivered by the outermost call, in
// order.
void Agent::Core::deliver() {
  if (m_isDelivering) return;
  m_isDelivering = true;
  for (std::size_t index = 0; index < m_events.size(); ++index) {
    const Event event = std::move(m_events[index]);
    if (const auto* state = std::get_if<State>(&event)) m_listener.onStateChanged(*state);
    if (const auto* pair = std::get_if<SelectedPair>(&event)) m_listener.onSelectedPair(*pair);
    if (std::holds_alternative<ConsentLost>(event)) m_listener.onConsentLost();
  }
  m_events.clear();
  m_isDelivering = false;
}

TransactionId Agent::Core::newId() {
  TransactionId id{};
  m_random(id);
  if (m_transactionTag != 0) {
    for (unsigned index = 0; index < 4; ++index) {
      id[index] = static_cast<std::uint8_t>(m_transactionTag >> (24U - 8U * index));
    }
  }
  return id;
}

}  // namespace kms::ice
