#include "check-list.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace kms::ice {

namespace {

constexpr std::size_t kMaxPairs = 128;
constexpr std::size_t kMaxLocals = 64;
constexpr std::size_t kMaxLearnedBases = 16;
constexpr std::size_t kMaxLearnedRemotes = 32;

bool isAnyAddress(const Address& address) noexcept {
  return std::all_of(address.ip.begin(), address.ip.end(), [](std::uint8_t o) { return o == 0; });
}

bool isMulticast(const Address& address) noexcept {
  return address.isV6 ? address.ip[0] == 0xFF : address.ip[0] >= 224;
}

bool isUsable(const Candidate& remote) noexcept {
  return remote.component == 1 && remote.address.port != 0 && !isAnyAddress(remote.address) &&
         !isMulticast(remote.address) && remote.tcpType != TcpType::SimultaneousOpen &&
         (remote.transport == Transport::Tcp) == (remote.tcpType != TcpType::None);
}

// RFC 8445 6.1.2.2: same family, and IPv6 link-local addresses only among themselves.
bool canReach(const Address& base, const Address& remote) noexcept {
  if (base.isV6 != remote.isV6) return false;
  if (!base.isV6 || isAnyAddress(base)) return true;
  return base.isLinkLocal() == remote.isLinkLocal();
}

// RFC 6544 6.2: over TCP only the active side makes pairs; the passive one learns them.
bool canPair(const Candidate& local, const Candidate& remote) noexcept {
  if (local.transport != remote.transport) return false;
  const bool isTcp = local.transport == Transport::Tcp;
  if (isTcp && (local.tcpType != TcpType::Active || remote.tcpType != TcpType::Passive))
    return false;
  return canReach(local.baseAddress(), remote.address);
}

bool isLearned(const Candidate& remote) noexcept {
  return remote.type == CandidateType::PeerReflexive;
}

Candidate reflexiveCandidate(const Address& address, Transport transport, TcpType tcpType,
                             std::uint32_t priority) {
  Candidate candidate;
  candidate.address = address;
  candidate.transport = transport;
  candidate.tcpType = tcpType;
  candidate.type = CandidateType::PeerReflexive;
  candidate.priority = priority;
  candidate.foundation = candidateFoundation(CandidateType::PeerReflexive, address);
  return candidate;
}

// Who goes first when room is needed: the least useful state, then the lowest priority.
auto worth(const Pair& pair) noexcept {
  const int rank = pair.state == PairState::Succeeded ? 3
                   : pair.isRevoked                   ? 2
                   : pair.state == PairState::Failed  ? 0
                                                      : 1;
  return std::tuple(rank, pair.priority);
}

}  // namespace

void Pair::fail() noexcept {
  state = PairState::Failed;
  isOutstanding = false;
  isTriggered = false;
  isNominee = false;
}

void CheckList::setRole(Role role) {
  m_role = role;
  for (const auto& pair : m_pairs) prioritise(*pair);
  sort();
}

void CheckList::setLocals(std::vector<Candidate> locals) {
  std::erase_if(locals, [](const Candidate& local) { return local.component != 1; });
  if (locals.size() > kMaxLocals) locals.resize(kMaxLocals);
  m_locals = std::move(locals);
  rebuildBases();
  std::erase_if(m_pairs, [this](const auto& pair) {
    return baseFor(pair->path.base, pair->path.transport) == nullptr;
  });
  for (const Base& base : m_bases) pairUp(base);
  sort();
}

// One base per socket address; a host candidate names it better than the reflexive ones made of it.
void CheckList::rebuildBases() {
  std::vector<Base> learned;
  std::copy_if(m_bases.begin(), m_bases.end(), std::back_inserter(learned),
               [](const Base& base) { return base.isLearned; });
  m_bases.clear();
  const auto take = [this](const Candidate& local) {
    if (baseFor(local.baseAddress(), local.transport) == nullptr) {
      m_bases.push_back({local.baseAddress(), local, false});
    }
  };
  for (const Candidate& local : m_locals) {
    if (local.type == CandidateType::Host || local.type == CandidateType::Relayed) take(local);
  }
  for (const Candidate& local : m_locals) take(local);
  for (Base& base : learned) {
    if (baseFor(base.address, base.candidate.transport) == nullptr) {
      m_bases.push_back(std::move(base));
    }
  }
}

void CheckList::pairUp(const Base& base) {
  for (const auto& pair : m_pairs) {
    if (pair->path.base != base.address || pair->path.transport != base.candidate.transport) {
      continue;
    }
    pair->local = base.candidate;
    prioritise(*pair);
  }
  for (const Candidate& remote : m_remotes) {
    const bool isNew = find({base.address, remote.address, remote.transport}) == nullptr;
    if (isNew && canPair(base.candidate, remote)) makePair(base, remote);
  }
}

void CheckList::pairUp(const Candidate& remote) {
  for (const Base& base : m_bases) {
    if (canPair(base.candidate, remote)) makePair(base, remote);
  }
  sort();
}

bool CheckList::addRemote(const Candidate& remote, bool& isRefused) {
  isRefused = !isUsable(remote);
  if (isRefused || remote.tcpType == TcpType::Active) return false;
  if (Candidate* known = findRemote(remote.address, remote.transport)) {
    const bool isNews = isLearned(*known) && !isLearned(remote);
    if (isNews) upgrade(*known, remote);
    return isNews;
  }
  const auto signalled = std::count_if(m_remotes.begin(), m_remotes.end(),
                                       [](const Candidate& c) { return !isLearned(c); });
  const auto learned = m_remotes.size() - static_cast<std::size_t>(signalled);
  isRefused = static_cast<std::size_t>(signalled) >= m_maxRemotes ||
              (isLearned(remote) && learned >= kMaxLearnedRemotes);
  if (isRefused) return false;
  m_remotes.push_back(remote);
  pairUp(m_remotes.back());
  return true;
}

// The peer's check was faster than its candidate: from now on it goes by its signalled name.
void CheckList::upgrade(Candidate& known, const Candidate& signalled) {
  known = signalled;
  for (const auto& pair : m_pairs) {
    const bool isIts =
        pair->path.remote == signalled.address && pair->path.transport == signalled.transport;
    if (!isIts) continue;
    pair->remote = signalled;
    prioritise(*pair);
  }
  sort();
}

void CheckList::clearRemotes() {
  m_remotes.clear();
  m_pairs.clear();
}

Pair* CheckList::learn(const Path& path, std::uint32_t priority) {
  if (Pair* known = find(path)) return known;
  const Base* base = learnBase(path);
  if (base == nullptr) return nullptr;
  makePair(*base, learnRemote(path, priority));
  sort();
  return find(path);
}

const CheckList::Base* CheckList::learnBase(const Path& path) {
  if (const Base* known = baseFor(path.base, path.transport)) return known;
  const auto learned =
      std::count_if(m_bases.begin(), m_bases.end(), [](const Base& b) { return b.isLearned; });
  if (static_cast<std::size_t>(learned) >= kMaxLearnedBases) return nullptr;
  const auto type = path.transport == Transport::Tcp ? TcpType::Passive : TcpType::None;
  const auto priority = candidatePriority(CandidateType::PeerReflexive, 0, 1, type);
  m_bases.push_back(
      {path.base, reflexiveCandidate(path.base, path.transport, type, priority), true});
  return &m_bases.back();
}

const Candidate& CheckList::learnRemote(const Path& path, std::uint32_t priority) {
  if (const Candidate* known = findRemote(path.remote, path.transport)) return *known;
  const auto learned = std::count_if(m_remotes.begin(), m_remotes.end(), isLearned);
  if (static_cast<std::size_t>(learned) >= kMaxLearnedRemotes) forgetOldestLearnedRemote();
  const auto type = path.transport == Transport::Tcp ? TcpType::Active : TcpType::None;
  m_remotes.push_back(reflexiveCandidate(path.remote, path.transport, type, priority));
  return m_remotes.back();
}

// A peer that roams for days must still be found at its newest address.
void CheckList::forgetOldestLearnedRemote() {
  const auto oldest = std::find_if(m_remotes.begin(), m_remotes.end(), isLearned);
  const Candidate gone = *oldest;
  m_remotes.erase(oldest);
  std::erase_if(m_pairs, [&](const auto& pair) {
    return pair->path.remote == gone.address && pair->path.transport == gone.transport;
  });
}

Pair* CheckList::find(const Path& path) noexcept {
  const auto found = std::find_if(m_pairs.begin(), m_pairs.end(),
                                  [&](const auto& pair) { return pair->path == path; });
  return found == m_pairs.end() ? nullptr : found->get();
}

std::pair<Pair*, Check*> CheckList::findCheck(const TransactionId& id) noexcept {
  for (const auto& pair : m_pairs) {
    for (Check& check : pair->checks) {
      if (check.sentAt != TimePoint{} && check.id == id) return {pair.get(), &check};
    }
  }
  return {nullptr, nullptr};
}

Candidate CheckList::validLocal(const Pair& pair) const {
  if (!pair.mapped || *pair.mapped == pair.local.address) return pair.local;
  for (const Candidate& local : m_locals) {
    const bool isIts = local.transport == pair.path.transport && local.address == *pair.mapped &&
                       local.baseAddress() == pair.path.base;
    if (isIts) return local;
  }
  const auto preference = static_cast<std::uint16_t>(pair.local.priority >> 8U);
  const auto priority =
      candidatePriority(CandidateType::PeerReflexive, preference, 1, pair.local.tcpType);
  Candidate local =
      reflexiveCandidate(*pair.mapped, pair.path.transport, pair.local.tcpType, priority);
  local.related = pair.path.base;
  return local;
}

const CheckList::Base* CheckList::baseFor(const Address& address,
                                          Transport transport) const noexcept {
  const auto found = std::find_if(m_bases.begin(), m_bases.end(), [&](const Base& base) {
    return base.address == address && base.candidate.transport == transport;
  });
  return found == m_bases.end() ? nullptr : &*found;
}

Candidate* CheckList::findRemote(const Address& address, Transport transport) noexcept {
  const auto found = std::find_if(m_remotes.begin(), m_remotes.end(), [&](const Candidate& remote) {
    return remote.address == address && remote.transport == transport;
  });
  return found == m_remotes.end() ? nullptr : &*found;
}

Pair* CheckList::makePair(const Base& base, const Candidate& remote) {
  makeRoom();
  auto pair = std::make_unique<Pair>();
  pair->path = {base.address, remote.address, remote.transport};
  pair->local = base.candidate;
  pair->remote = remote;
  prioritise(*pair);
  m_pairs.push_back(std::move(pair));
  return m_pairs.back().get();
}

void CheckList::makeRoom() {
  if (m_pairs.size() < kMaxPairs) return;
  m_pairs.erase(std::min_element(m_pairs.begin(), m_pairs.end(), [](const auto& a, const auto& b) {
    return worth(*a) < worth(*b);
  }));
}

void CheckList::prioritise(Pair& pair) const noexcept {
  const bool isControlling = m_role == Role::Controlling;
  const std::uint64_t controlling = isControlling ? pair.local.priority : pair.remote.priority;
  const std::uint64_t controlled = isControlling ? pair.remote.priority : pair.local.priority;
  pair.priority = (std::min(controlling, controlled) << 32U) +
                  2 * std::max(controlling, controlled) + (controlling > controlled ? 1 : 0);
}

void CheckList::sort() {
  std::stable_sort(m_pairs.begin(), m_pairs.end(),
                   [](const auto& a, const auto& b) { return a->priority > b->priority; });
}

}  // namespace kms::ice
