// The agent's knowledge of addresses: local bases, remote candidates and the pairs made of them
// (RFC 8445 6.1.2).
//
// With one component no pair is ever Frozen: that state only orders the checks of several
// components.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/ice/agent.hpp>
#include <kms/ice/candidate.hpp>
#include <kms/ice/stun.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace kms::ice {

/// One Binding request that was sent on a pair.
struct Check {
  TransactionId id{};
  TimePoint sentAt{};
  std::uint32_t priority = 0;
  Role role = Role::Controlled;
  bool isNominating = false;
  bool isRetransmitted = false;
  bool isOpen = false;  ///< sent and not yet answered
};

struct Pair {
  Path path;
  Candidate local;
  Candidate remote;
  std::uint64_t priority = 0;
  PairState state = PairState::Waiting;
  bool isTriggered = false;        ///< to be checked at once
  bool isNominee = false;          ///< controlling: its next checks carry USE-CANDIDATE
  bool isNominatedByPeer = false;  ///< controlled: the peer has sent USE-CANDIDATE
  bool isRevoked = false;          ///< consent was lost; not to be used in this generation

  // The newest check and its retransmissions; older ones are kept because their answers count, too.
  bool isOutstanding = false;
  unsigned tries = 0;
  Duration rto{};
  TimePoint nextSend{};
  std::size_t newest = 0;
  std::array<Check, 4> checks{};

  std::optional<Address> mapped;  ///< our address as the peer saw it
  TimePoint validatedAt{};        ///< of the last success
  std::optional<Duration> roundTripTime;
  PairCounters counters;

  [[nodiscard]] Check& newestCheck() noexcept { return checks[newest]; }
  /// Gives up on the pair until something new is heard of it.
  void fail() noexcept;
};

/// Bounded sets of candidates and pairs, pairs by falling priority. Pointers into it hold until the
/// next change.
class CheckList {
 public:
  CheckList(Role role, std::size_t maxRemotes) : m_role(role), m_maxRemotes(maxRemotes) {}

  void setRole(Role role);
  /// Replaces the signalled local candidates; pairs on bases that are gone go, too.
  void setLocals(std::vector<Candidate> locals);
  /// False when `remote` is known, unusable or one too many (then also `isRefused`).
  bool addRemote(const Candidate& remote, bool& isRefused);
  /// ICE restart: forgets remotes and pairs, keeps locals.
  void clearRemotes();

  /// The pair of `path`, made with peer-reflexive candidates where its ends are not known.
  /// `priority` is the request's. Null when too many bases are known.
  [[nodiscard]] Pair* learn(const Path& path, std::uint32_t priority);
  [[nodiscard]] Pair* find(const Path& path) noexcept;
  /// The pair whose check `id` waits for its answer or had it, and that check.
  [[nodiscard]] std::pair<Pair*, Check*> findCheck(const TransactionId& id) noexcept;
  /// The local candidate of a valid pair, by the address that the peer saw (RFC 8445 7.2.5.3.1).
  [[nodiscard]] Candidate validLocal(const Pair& pair) const;

  [[nodiscard]] const std::vector<std::unique_ptr<Pair>>& pairs() const noexcept { return m_pairs; }

 private:
  struct Base {
    Address address;
    Candidate candidate;
    bool isLearned = false;
  };

  [[nodiscard]] const Base* baseFor(const Address& address, Transport transport) const noexcept;
  [[nodiscard]] const Base* learnBase(const Path& path);
  [[nodiscard]] const Candidate& learnRemote(const Path& path, std::uint32_t priority);
  [[nodiscard]] Candidate* findRemote(const Address& address, Transport transport) noexcept;
  void forgetOldestLearnedRemote();
  void upgrade(Candidate& known, const Candidate& signalled);
  void rebuildBases();
  void pairUp(const Base& base);
  void pairUp(const Candidate& remote);
  Pair* makePair(const Base& base, const Candidate& remote);
  void makeRoom();
  void prioritise(Pair& pair) const noexcept;
  void sort();

  Role m_role;
  std::size_t m_maxRemotes;
  std::vector<Candidate> m_locals;
  std::vector<Base> m_bases;
  std::vector<Candidate> m_remotes;
  std::vector<std::unique_ptr<Pair>> m_pairs;
};

}  // namespace kms::ice
