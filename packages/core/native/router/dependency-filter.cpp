#include <kms/router/dependency-filter.hpp>

namespace kms::router {

namespace {

constexpr int kMemory = 64;  // frames

}  // namespace

void DependencyFilter::begin(const rtp::MediaPacket& first, const rtp::DependencyTracker& tracker,
                             rtp::LayerPair wanted) noexcept {
  *this = DependencyFilter();
  m_newest = static_cast<std::uint16_t>(first.frame - 1);
  m_version = tracker.version() - 1;
  choose(tracker, wanted);
  if (m_desired) take(*m_desired, tracker);
}

bool DependencyFilter::keeps(const rtp::MediaPacket& packet, const rtp::DependencyTracker& tracker,
                             rtp::LayerPair wanted) noexcept {
  const int ahead = static_cast<std::int16_t>(packet.frame - m_newest);
  if (ahead > 0) {
    m_decided = ahead < kMemory ? m_decided << static_cast<unsigned>(ahead) : 0;
    m_kept = ahead < kMemory ? m_kept << static_cast<unsigned>(ahead) : 0;
    m_newest = packet.frame;
    choose(tracker, wanted);
    m_decided |= 1U;
    if (judge(tracker.find(packet.frame), tracker)) m_kept |= 1U;
    return (m_kept & 1U) != 0;
  }
  if (-ahead >= kMemory) return false;
  const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(-ahead);
  if ((m_decided & bit) == 0) {
    m_decided |= bit;  // all of it was late
    const rtp::FrameDependencies* frame = tracker.find(packet.frame);
    if (frame == nullptr || !m_target || frame->isPartOf(*m_target)) m_kept |= bit;
  }
  return (m_kept & bit) != 0;
}

void DependencyFilter::choose(const rtp::DependencyTracker& tracker,
                              rtp::LayerPair wanted) noexcept {
  if (m_version == tracker.version() && m_wanted == wanted) return;
  m_version = tracker.version();
  m_wanted = wanted;
  m_desired = tracker.target(wanted);
  m_stuck = false;
}

/// Whether what is desired is the present target with fewer temporal layers: all that it needs was
/// kept, so it may begin with any picture.
bool DependencyFilter::isWithinTarget(const rtp::DependencyTracker& tracker) const noexcept {
  if (!m_target) return false;
  const auto& targets = tracker.structure().targets;
  const rtp::LayerPair& present = targets[*m_target];
  const rtp::LayerPair& desired = targets[*m_desired];
  return desired.spatial == present.spatial && desired.temporal < present.temporal;
}

/// Whether the newest frame is kept.
bool DependencyFilter::judge(const rtp::FrameDependencies* frame,
                             const rtp::DependencyTracker& tracker) noexcept {
  if (frame == nullptr || !m_desired) return true;
  if (m_target != m_desired && frame->layer.spatial == 0 && isWithinTarget(tracker))
    take(*m_desired, tracker);
  if (m_target != m_desired &&
      frame->indication(*m_desired) == rtp::DecodeTargetIndication::kSwitch) {
    const bool decodable = !frame->farReference && ((frame->references << 1U) & ~m_kept) == 0;
    if (decodable) take(*m_desired, tracker);
    // Frames of the layer come, but not from where this viewer could begin with them.
    if (!decodable && frame->layer.spatial == tracker.structure().targets[*m_desired].spatial)
      m_stuck = true;
  }
  return !m_target || frame->isPartOf(*m_target);
}

void DependencyFilter::take(std::uint8_t target, const rtp::DependencyTracker& tracker) noexcept {
  m_target = target;
  m_highest = tracker.structure().targets[target].spatial;
  m_stuck = false;
}

}  // namespace kms::router
