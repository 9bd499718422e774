// The agent's inside. agent-core.cpp: life and timers; agent-checks.cpp: our checks;
// agent-requests.cpp: the peer's.
#pragma once

#include "check-list.hpp"
#include "consent.hpp"

#include <kms/ice/agent.hpp>
#include <kms/ice/stun.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kms::ice {

class Agent::Core {
 public:
  Core(const Config& config, const Clock& clock, AgentListener& listener);

  void setLocalCandidates(std::vector<Candidate> candidates);
  void setRemoteCredentials(Credentials credentials);
  void setRemoteLite();
  bool addRemoteCandidate(const Candidate& candidate);
  void endOfRemoteCandidates();
  bool handlePacket(ByteView packet, const Path& path);
  void closePath(const Path& path);
  void run();
  void restart(Credentials credentials);

  [[nodiscard]] TimePoint nextDeadline();
  [[nodiscard]] std::optional<SelectedPair> selectedPair() const { return m_selected; }
  [[nodiscard]] std::vector<PairStats> pairs() const;
  [[nodiscard]] State state() const noexcept { return m_state; }
  [[nodiscard]] Role role() const noexcept { return m_role; }
  [[nodiscard]] const Counters& counters() const noexcept { return m_counters; }

 private:
  struct ConsentLost {};
  using Event = std::variant<State, SelectedPair, ConsentLost>;

  // Life and timers
  void setState(State state);
  void deliver();
  void beginIfNeeded(TimePoint now);
  void judge(TimePoint now);
  void setRole(Role role);
  [[nodiscard]] TransactionId newId();

  // Our checks
  void startTriggered(TimePoint now);
  void startOrdinary(TimePoint now);
  void retransmit(TimePoint now);
  void nominate(TimePoint now);
  void startCheck(Pair& pair, TimePoint now);
  void sendBinding(const Path& path, const CheckKeys& keys, const Check& check);
  [[nodiscard]] Pair* nextOrdinary();
  [[nodiscard]] Pair* nominationCandidate();
  [[nodiscard]] bool isNominated() const noexcept;
  [[nodiscard]] bool mayBeOutdone(const Pair& best) const;

  // Their outcome
  bool onResponse(const StunMessage& message, const Path& path);
  void onSuccess(Pair& pair, Check& check, const StunMessage& message);
  void onErrorResponse(Pair& pair, Check& check, const StunMessage& message);
  void onRoleConflict(Pair& pair, const Check& check);
  void restOthers();
  void select(const Pair& pair, bool isNomination);
  [[nodiscard]] bool keepsSelected(const Pair& pair) const;

  // Consent
  void runConsent(TimePoint now);
  void askConsent(TimePoint now);
  void onConsentResponse(const StunMessage& message, const Path& path);
  void onConsent(TimePoint now);
  void disconnect();
  void losePath();
  void loseConsent();
  [[nodiscard]] Duration consentInterval();
  [[nodiscard]] bool canDisconnect() const noexcept;

  // The peer's requests
  void onRequest(const StunMessage& message, const Path& path);
  void onAuthentic(const StunMessage& message, const Path& path);
  [[nodiscard]] const Credentials* credentialsFor(std::string_view username) const;
  [[nodiscard]] bool isStale(const Pair& pair) const;
  [[nodiscard]] bool settleRoles(const StunMessage& message);
  void refuse(const StunMessage& message, const Path& path, int code, const Credentials* keys);
  void agree(const StunMessage& message, const Path& path, const Credentials& keys);

  // Given
  const Clock& m_clock;
  AgentListener& m_listener;
  const Timing m_timing;
  const RandomSource m_random;
  const std::uint32_t m_transactionTag;

  // Session
  Role m_role;
  std::uint64_t m_tieBreaker;
  Credentials m_local;
  std::optional<Credentials> m_previousLocal;  // until the restart is complete
  std::optional<CheckKeys> m_keys;             // known with the remote credentials
  CheckList m_list;
  bool m_isEndOfRemote = false;
  unsigned m_conflicts = 0;  // in this generation

  // State
  State m_state = State::Disconnected;
  std::optional<SelectedPair> m_selected;
  bool m_isSelectedCurrent = false;  // of this generation, not the one before the restart
  std::uint64_t m_selectedPriority = 0;
  TimePoint m_nominatedAt{};
  TimePoint m_nominateAt = TimePoint::max();
  TimePoint m_nextOrdinary{};
  TimePoint m_checksDeadline = TimePoint::max();
  Consent m_consent;
  Counters m_counters;
  std::vector<Event> m_events;
  bool m_isDelivering = false;
};

}  // namespace kms::ice
