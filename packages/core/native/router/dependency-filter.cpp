#include <kms/router/dependency-filter.hpp>

#include <bit>

namespace kms::router {

namespace {

constexpr unsigned kMemory = 64;  // frames
/// So long what is missing may still come: the source is asked for it.
constexpr Duration kPatience = std::chrono::seconds(1);

constexpr std::uint64_t bitOf(unsigned back) noexcept {
  return std::uint64_t{1} << back;
}

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
                             rtp::LayerPair wanted, TimePoint now) noexcept {
  const int ahead = static_cast<std::int16_t>(packet.frame - m_newest);
  if (ahead > 0) {
    advance(static_cast<std::uint16_t>(ahead));
    choose(tracker, wanted);
    if (judge(tracker.find(packet.frame), tracker, now)) m_kept |= 1U;
    return (m_kept & 1U) != 0;
  }
  if (-ahead >= static_cast<int>(kMemory)) return false;
  const std::uint64_t bit = bitOf(static_cast<unsigned>(-ahead));
  if ((m_decided & bit) == 0) {
    m_decided |= bit;  // all of it was late
    const rtp::FrameDependencies* frame = tracker.find(packet.frame);
    if (frame == nullptr || !m_target || frame->isPartOf(*m_target)) m_kept |= bit;
  }
  return (m_kept & bit) != 0;
}

/// Makes the frame `ahead` of the newest the newest.
void DependencyFilter::advance(std::uint16_t ahead) noexcept {
  m_newest = static_cast<std::uint16_t>(m_newest + ahead);
  const bool isFar = ahead >= kMemory;
  const Frames forgotten = isFar ? m_awaited : m_awaited >> (kMemory - ahead);
  if (forgotten != 0) m_broken = true;
  for (Frames* frames : {&m_decided, &m_kept, &m_awaited}) *frames = isFar ? 0 : *frames << ahead;
  m_decided |= 1U;
  m_cut = false;
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

/// Whether a viewer who got what was kept can decode the newest frame, and go on with the desired
/// target from it.
bool DependencyFilter::isDecodable(const rtp::FrameDependencies& frame,
                                   const rtp::DependencyTracker& tracker) const noexcept {
  if (frame.farReference || ((frame.references << 1U) & ~m_kept) != 0) return false;
  const std::uint8_t chain = tracker.structure().chainOf[*m_desired];
  if (chain == rtp::DependencyStructure::kNoChain) return true;
  const std::uint8_t back = frame.chains[chain];
  return back == 0 || back >= kMemory || (m_kept & bitOf(back)) != 0;
}

/// Whether the newest frame is kept.
bool DependencyFilter::judge(const rtp::FrameDependencies* frame,
                             const rtp::DependencyTracker& tracker, TimePoint now) noexcept {
  if (frame == nullptr || !m_desired) return true;
  if (m_target != m_desired && frame->layer.spatial == 0 && isWithinTarget(tracker))
    take(*m_desired, tracker);
  if (m_target != m_desired &&
      frame->indication(*m_desired) == rtp::DecodeTargetIndication::kSwitch) {
    const bool decodable = isDecodable(*frame, tracker);
    if (decodable) take(*m_desired, tracker);
    // Frames of the layer come, but not from where this viewer could begin with them.
    if (!decodable && frame->layer.spatial == tracker.structure().targets[*m_desired].spatial)
      m_stuck = true;
  }
  if (!m_target) return true;
  if (!frame->isPartOf(*m_target)) return false;
  m_cut = !isLinked(*frame, tracker, now);
  return !m_cut;
}

void DependencyFilter::take(std::uint8_t target, const rtp::DependencyTracker& tracker) noexcept {
  m_target = target;
  m_highest = tracker.structure().targets[target].spatial;
  m_stuck = false;
  const std::uint8_t chain = tracker.structure().chainOf[target];
  if (m_chain == chain) return;
  m_chain = chain;
  m_broken = false;
  m_awaited = 0;
}

/// Whether the chain reaches the newest frame, or still may.
bool DependencyFilter::isLinked(const rtp::FrameDependencies& frame,
                                const rtp::DependencyTracker& tracker, TimePoint now) noexcept {
  if (m_chain == rtp::DependencyStructure::kNoChain) return true;
  const std::uint8_t back = frame.chains[m_chain];
  if (back == 0) {
    m_broken = false;
    m_awaited = 0;
    return true;
  }
  if (m_awaited != 0) dropArrived(tracker, now);
  const bool isKnown = back < kMemory;
  const bool isLeftOut = isKnown && (m_decided & ~m_kept & bitOf(back)) != 0;
  if (isKnown && !isLeftOut && !isThere(back, tracker)) await(back, now);
  if (isLeftOut || (m_awaited != 0 && now - m_awaitedSince >= kPatience)) m_broken = true;
  return !m_broken;
}

/// Whether all of the frame `back` before the newest has come, and was kept.
bool DependencyFilter::isThere(unsigned back,
                               const rtp::DependencyTracker& tracker) const noexcept {
  const auto number = static_cast<std::uint16_t>(m_newest - back);
  return (m_kept & bitOf(back)) != 0 && tracker.isWhole(number);
}

void DependencyFilter::await(unsigned back, TimePoint now) noexcept {
  if (m_awaited == 0) m_awaitedSince = now;
  m_awaited |= bitOf(back);
}

void DependencyFilter::dropArrived(const rtp::DependencyTracker& tracker, TimePoint now) noexcept {
  for (Frames rest = m_awaited; rest != 0; rest &= rest - 1) {
    const auto back = static_cast<unsigned>(std::countr_zero(rest));
    if (!isThere(back, tracker)) continue;
    m_awaited &= ~bitOf(back);
    m_awaitedSince = now;
  }
}

}  // namespace kms::router
