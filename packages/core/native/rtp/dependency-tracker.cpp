#include <kms/rtp/dependency-tracker.hpp>

#include <tuple>

namespace kms::rtp {

std::optional<DependencyDescriptor> DependencyTracker::onPacket(
    std::span<const std::uint8_t> data) noexcept {
  auto found = DependencyDescriptor::parse(data, m_structure);
  if (!found) return found;
  if (found->hasStructure) ++m_version;
  const auto ahead =
      m_newest ? static_cast<std::int16_t>(found->frameNumber - *m_newest) : std::int16_t{1};
  // What was recovered late tells of targets as they were.
  if (found->activeTargets && ahead >= 0) setActiveTargets(*found->activeTargets);
  if (ahead > 0 || found->hasStructure) m_newest = found->frameNumber;
  Entry& entry = m_entries[found->frameNumber % kFrames];
  if (entry.number != found->frameNumber) {
    entry = Entry{};
    entry.number = found->frameNumber;
  }
  entry.frame = found->frame;
  return found;
}

void DependencyTracker::onArrival(std::uint16_t number, std::uint16_t sequence, bool start,
                                  bool end) noexcept {
  Entry& entry = m_entries[number % kFrames];
  if (entry.number != number) return;
  ++entry.arrived;
  if (start) entry.first = sequence;
  if (end) entry.last = sequence;
  entry.started |= start;
  entry.ended |= end;
}

bool DependencyTracker::isWhole(std::uint16_t number) const noexcept {
  const Entry& entry = m_entries[number % kFrames];
  if (entry.number != number || !entry.started || !entry.ended) return false;
  return static_cast<std::uint16_t>(entry.last - entry.first) < entry.arrived;
}

void DependencyTracker::setActiveTargets(std::uint32_t targets) noexcept {
  if (targets == m_activeTargets) return;
  m_activeTargets = targets;
  ++m_version;
}

const FrameDependencies* DependencyTracker::find(std::uint16_t number) const noexcept {
  const Entry& entry = m_entries[number % kFrames];
  return entry.number == number ? &entry.frame : nullptr;
}

std::optional<std::uint8_t> DependencyTracker::target(LayerPair most) const noexcept {
  std::optional<std::uint8_t> best;
  for (std::uint8_t i = 0; i < m_structure.targetCount; ++i) {
    const LayerPair& layer = m_structure.targets[i];
    const bool fits = ((m_activeTargets >> i) & 1U) != 0 && layer.spatial <= most.spatial &&
                      layer.temporal <= most.temporal;
    if (!fits) continue;
    const LayerPair& found = m_structure.targets[best.value_or(i)];
    if (!best || std::tie(layer.spatial, layer.temporal) > std::tie(found.spatial, found.temporal))
      best = i;
  }
  return best;
}

bool DependencyTracker::standsAlone(const FrameDependencies& frame) const noexcept {
  for (std::size_t i = 0; i < m_structure.targetCount; ++i) {
    if (m_structure.targets[i].spatial > frame.layer.spatial && frame.isPartOf(i)) return false;
  }
  return true;
}

}  // namespace kms::rtp
