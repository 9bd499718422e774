#include "agent-core.hpp"

#include <array>

namespace kms::ice {

namespace {

constexpr int kBadRequest = 400;
constexpr int kUnauthenticated = 401;
constexpr int kUnknownAttribute = 420;
constexpr int kRoleConflict = 487;

struct Refusal {
  int code;
  std::string_view reason;
};
constexpr std::array<Refusal, 4> kRefusals = {{{kBadRequest, "Bad Request"},
                                               {kUnauthenticated, "Unauthenticated"},
                                               {kUnknownAttribute, "Unknown Attribute"},
                                               {kRoleConflict, "Role Conflict"}}};

std::string_view reasonFor(int code) {
  for (const Refusal& refusal : kRefusals) {
    if (refusal.code == code) return refusal.reason;
  }
  return {};
}

}  // namespace

// The order of tests is RFC 8489 9.1.3 and 6.3.1, then RFC 8445 7.3.
void Agent::Core::onRequest(const StunMessage& message, const Path& path) {
  ++m_counters.requestsReceived;
  const auto username = message.text(StunAttribute::Username);
  if (!username || !message.hasIntegrity()) {
    ++m_counters.malformed;
    return refuse(message, path, kBadRequest, nullptr);
  }
  const Credentials* keys = credentialsFor(*username);
  if (keys == nullptr) {
    ++m_counters.unknownUsername;
    return refuse(message, path, kUnauthenticated, nullptr);
  }
  if (message.integrity(keys->pwd) != StunMessage::Check::Valid) {
    ++m_counters.badIntegrity;
    return refuse(message, path, kUnauthenticated, nullptr);
  }
  if (!message.unknownRequired().empty()) {
    ++m_counters.unknownAttributes;
    return refuse(message, path, kUnknownAttribute, keys);
  }
  // A request of the generation before a restart only asks for consent.
  if (keys != &m_local) return agree(message, path, *keys);
  onAuthentic(message, path);
}

const Credentials* Agent::Core::credentialsFor(std::string_view username) const {
  const auto colon = username.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const auto ufrag = username.substr(0, colon);
  if (ufrag == m_local.ufrag) return &m_local;
  if (m_previousLocal && ufrag == m_previousLocal->ufrag) return &*m_previousLocal;
  return nullptr;
}

void Agent::Core::onAuthentic(const StunMessage& message, const Path& path) {
  const auto priority = message.number32(StunAttribute::Priority);
  if (!priority) {
    ++m_counters.malformed;
    return refuse(message, path, kBadRequest, &m_local);
  }
  if (!settleRoles(message)) return refuse(message, path, kRoleConflict, &m_local);
  Pair* pair = m_list.learn(path, *priority);
  // Silence is how consent is taken back (RFC 7675 5.2).
  if (pair == nullptr || pair->isRevoked) {
    ++m_counters.unwanted;
    return;
  }
  ++pair->counters.requestsReceived;
  ++pair->counters.responsesSent;
  agree(message, path, m_local);
  const bool isNomination =
      m_role == Role::Controlled && message.find(StunAttribute::UseCandidate).has_value();
  pair->isNominatedByPeer = pair->isNominatedByPeer || isNomination;
  if (pair->state == PairState::Succeeded && !isStale(*pair)) {
    if (isNomination) select(*pair, true);
    return;
  }
  // The peer's own repetitions must not multiply ours.
  const bool isFresh =
      pair->isOutstanding && m_clock.now() - pair->newestCheck().sentAt < m_timing.pacing;
  if (!isFresh) pair->isTriggered = true;
}

// A pair that worked long ago has to prove itself again before it is selected.
bool Agent::Core::isStale(const Pair& pair) const {
  const bool isSelected = m_consent.isRunning() && pair.path == m_consent.path();
  return !isSelected && m_clock.now() - pair.validatedAt >= m_timing.consentTimeout;
}

// RFC 8445 7.3.1.1. False when the peer has to change.
bool Agent::Core::settleRoles(const StunMessage& message) {
  const bool isControlling = m_role == Role::Controlling;
  const auto theirs = message.number64(isControlling ? StunAttribute::IceControlling
                                                     : StunAttribute::IceControlled);
  if (!theirs) return true;
  ++m_counters.roleConflicts;
  const bool isOursLarger = m_tieBreaker >= *theirs;
  if (isControlling && isOursLarger) return false;
  if (!isControlling && !isOursLarger) return false;
  setRole(isControlling ? Role::Controlled : Role::Controlling);
  return true;
}

// Without `keys` the request is not authenticated, so the answer cannot be, either.
void Agent::Core::refuse(const StunMessage& message, const Path& path, int code,
                         const Credentials* keys) {
  StunWriter writer(StunClass::Error, kStunBinding, message.transactionId());
  writer.addError(code, reasonFor(code));
  if (code == kUnknownAttribute) writer.addUnknown(message.unknownRequired());
  if (keys != nullptr) writer.sign(keys->pwd);
  writer.addFingerprint();
  // A stranger's address may be forged: nobody gets more from us than was sent in its name.
  if (keys == nullptr && writer.bytes().size() > message.size()) return;
  m_listener.onSend(writer.bytes(), path);
}

void Agent::Core::agree(const StunMessage& message, const Path& path, const Credentials& keys) {
  StunWriter writer(StunClass::Success, kStunBinding, message.transactionId());
  writer.addXorAddress(StunAttribute::XorMappedAddress, path.remote);
  writer.sign(keys.pwd);
  writer.addFingerprint();
  m_listener.onSend(writer.bytes(), path);
}

}  // namespace kms::ice
