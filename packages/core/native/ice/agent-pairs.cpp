#include "agent-core.hpp"

#include <algorithm>

namespace kms::ice {

namespace {

PairStats statsOf(const Pair& pair) {
  PairStats stats;
  stats.local = pair.local;
  stats.remote = pair.remote;
  stats.path = pair.path;
  stats.state = pair.state;
  stats.priority = pair.priority;
  stats.roundTripTime = pair.roundTripTime;
  stats.counters = pair.counters;
  return stats;
}

}  // namespace

// The selected pair bears the candidates that its checks have shown, and after a restart it may be
// of the generation before, which the list has forgotten.
std::vector<PairStats> Agent::Core::pairs() const {
  std::vector<PairStats> all;
  for (const auto& pair : m_list.pairs()) all.push_back(statsOf(*pair));
  if (!m_selected) return all;
  auto used = std::ranges::find(all, m_selected->path, &PairStats::path);
  if (used == all.end()) {
    used = all.insert(all.begin(), PairStats{});
    used->path = m_selected->path;
    used->state = PairState::Succeeded;
    used->priority = m_selectedPriority;
  }
  used->local = m_selected->local;
  used->remote = m_selected->remote;
  used->isSelected = true;
  used->isNominated = m_selected->isNominated;
  if (m_selected->roundTripTime) used->roundTripTime = m_selected->roundTripTime;
  return all;
}

}  // namespace kms::ice
