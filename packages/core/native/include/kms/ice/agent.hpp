// The ICE agent (RFC 8445, 8838 trickle, 7675 consent) for one component, without sockets, threads
// or a clock of its own.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/ice/candidate.hpp>
#include <kms/ice/credentials.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kms::ice {

enum class Role : std::uint8_t { Controlling, Controlled };

/// Kurento's IceComponentState. Connected: a pair works, so DTLS may start. Ready: a pair is
/// nominated. Disconnected: not started, or the selected pair has stopped answering.
enum class State : std::uint8_t { Disconnected, Gathering, Connecting, Connected, Ready, Failed };

/// "DISCONNECTED", "GATHERING", ... as the API spells it.
[[nodiscard]] KMS_API std::string_view name(State state) noexcept;

struct Timing {
  Duration pacing = std::chrono::milliseconds(50);  ///< Ta, between new ordinary checks
  /// Before the first retransmission of a check; doubles. Below RFC 8445's 500 ms so that one lost
  /// packet costs little.
  Duration rto = std::chrono::milliseconds(250);
  unsigned tries = 7;  ///< sends per check, 1 or more
  /// How long a better pair is awaited after the first success before the best one is nominated.
  Duration nominationDelay = std::chrono::milliseconds(250);
  Duration checksTimeout = std::chrono::seconds(30);      ///< without any working pair: Failed
  Duration consentInterval = std::chrono::seconds(5);     ///< randomised by +-20 %
  Duration disconnectedAfter = std::chrono::seconds(15);  ///< without an answer: Disconnected
  Duration consentTimeout = std::chrono::seconds(30);     ///< without an answer: consent is lost
};

struct Config {
  Credentials local;
  Role role = Role::Controlled;
  std::uint64_t tieBreaker = 0;  ///< 0: drawn from `random`
  Timing timing;
  RandomSource random;               ///< empty: secureRandom()
  std::uint32_t transactionTag = 0;  ///< see transactionTag() in stun.hpp
  std::size_t maxRemoteCandidates = 64;
};

/// The two ends of a packet's way, seen from here. Over TCP `base` is the listening address for
/// connections that the peer opened, and has port kActiveTcpPort for those that we opened.
struct Path {
  Address base;
  Address remote;
  Transport transport = Transport::Udp;

  bool operator==(const Path&) const = default;
};

/// What stands in place of a port that only the connection itself will have (RFC 6544 4.5).
inline constexpr std::uint16_t kActiveTcpPort = 9;

struct SelectedPair {
  Candidate local;
  Candidate remote;
  Path path;  ///< to send on
  bool isNominated = false;
  std::optional<Duration> roundTripTime;
};

/// RFC 8445 6.1.2.6, without Frozen: with one component no pair waits for another one's success.
enum class PairState : std::uint8_t { Waiting, InProgress, Succeeded, Failed };

/// "waiting", "inprogress", "succeeded" or "failed".
[[nodiscard]] KMS_API std::string_view name(PairState state) noexcept;

/// What went over a pair, of RTCIceCandidatePairStats.
struct PairCounters {
  std::uint64_t requestsSent = 0;         ///< checks, without retransmissions
  std::uint64_t requestsReceived = 0;     ///< authentic ones
  std::uint64_t responsesSent = 0;        ///< that agreed
  std::uint64_t responsesReceived = 0;    ///< authentic ones, to checks and consent requests
  std::uint64_t consentRequestsSent = 0;  ///< RFC 7675
};

/// A candidate pair at one moment.
struct PairStats {
  Candidate local;
  Candidate remote;
  Path path;
  PairState state = PairState::Waiting;
  std::uint64_t priority = 0;
  bool isNominated = false;  ///< and selected by it
  bool isSelected = false;
  std::optional<Duration> roundTripTime;  ///< of the latest answer
  PairCounters counters;
};

/// Running totals since construction.
struct Counters {
  std::uint64_t requestsReceived = 0;   ///< well-formed Binding requests, before authentication
  std::uint64_t responsesReceived = 0;  ///< that matched a transaction
  std::uint64_t checksSent = 0;         ///< without retransmissions
  std::uint64_t retransmissions = 0;
  std::uint64_t consentChecksSent = 0;
  std::uint64_t malformed = 0;     ///< broken STUN, wrong fingerprint, missing attributes
  std::uint64_t badIntegrity = 0;  ///< requests and responses with a wrong MESSAGE-INTEGRITY
  std::uint64_t unknownUsername = 0;
  std::uint64_t unknownAttributes = 0;    ///< requests answered with 420
  std::uint64_t errorResponses = 0;       ///< received
  std::uint64_t roleConflicts = 0;        ///< found by either side
  std::uint64_t asymmetricResponses = 0;  ///< from or to another address than the request
  std::uint64_t strayResponses = 0;       ///< to no check, or a second one
  /// Requests left unanswered: too many addresses, or their pair's consent has ended.
  std::uint64_t unwanted = 0;
  std::uint64_t refusedCandidates =
      0;  ///< remote ones: too many, other component, unusable address
};

/// Called on the thread that called the Agent. onSend comes from within and must not call the
/// Agent; the others come when the Agent's work is done and may. None may destroy the Agent.
class KMS_API AgentListener {
 public:
  virtual ~AgentListener() = default;
  virtual void onSend(std::span<const std::uint8_t> packet, const Path& path) = 0;
  virtual void onStateChanged(State state) = 0;
  /// First the pair that works first, then the nominated one where it differs. Send on its path
  /// from now on.
  virtual void onSelectedPair(const SelectedPair& pair) = 0;
  /// The peer's consent has expired, or the path is closed: send nothing more until the next
  /// onSelectedPair.
  virtual void onConsentLost() = 0;
};

/// Full agent. All methods on one thread, the home thread of the listener. After each call that
/// returns, the owner arms its timer for nextDeadline().
class KMS_API Agent {
 public:
  /// Throws Error 40107 for unusable local credentials. `clock` and `listener` outlive the agent.
  Agent(const Config& config, const Clock& clock, AgentListener& listener);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Replaces the local candidates; call again as more are gathered. Disconnected becomes
  /// Gathering.
  void setLocalCandidates(std::vector<Candidate> candidates);
  /// Throws Error 40107 for unusable credentials. Other credentials than the present ones take
  /// their place.
  void setRemoteCredentials(std::string ufrag, std::string pwd);
  /// The peer is ICE-lite: this side controls (RFC 8445 6.1.1).
  void setRemoteLite();
  /// Before or after the credentials. False when refused (see Counters), already known, or an
  /// active TCP candidate: such a peer connects by itself (RFC 6544 6.2).
  bool addRemoteCandidate(const Candidate& candidate);
  void endOfRemoteCandidates();

  /// True when `packet` is a Binding message for this agent (also if it is then dropped as false);
  /// false leaves it to others: not STUN, another method, or a response to nobody here.
  bool handlePacket(std::span<const std::uint8_t> packet, const Path& path);
  /// The connection or relay of `path` is gone. If the path is the selected one, consent is lost
  /// and the agent is Disconnected at once; then it looks for another path.
  void closePath(const Path& path);
  /// When onTimer() is due; TimePoint::max() when nothing is planned.
  [[nodiscard]] TimePoint nextDeadline() const;
  void onTimer();

  /// ICE restart with new local credentials. The selected pair stays in use, and requests with the
  /// old credentials are answered, until a pair of the new generation is nominated. Throws Error
  /// 40107.
  void restart(std::string ufrag, std::string pwd);

  [[nodiscard]] std::optional<SelectedPair> selectedPair() const;
  /// All pairs by falling priority; at most 129.
  [[nodiscard]] std::vector<PairStats> pairs() const;
  [[nodiscard]] State state() const noexcept;
  [[nodiscard]] Role role() const noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  class Core;
  std::unique_ptr<Core> m_core;
};

}  // namespace kms::ice
