#include <kms/router/layer-filter.hpp>

#include <algorithm>

namespace kms::router {

void LayerFilter::begin(rtp::LayerPair wanted) noexcept {
  *this = LayerFilter();
  m_present = wanted;
}

bool LayerFilter::keeps(const rtp::MediaPacket& packet, rtp::LayerPair wanted) noexcept {
  if (packet.sequence > m_newest) {
    const bool first = m_newest < 0 || packet.timestamp != m_timestamp;
    m_newest = packet.sequence;
    if (first) beginPicture(packet, wanted);
    m_seen = std::max<std::uint8_t>(m_seen, packet.spatial);
    rise(packet, wanted);
  }
  if (packet.temporal > m_present.temporal || packet.spatial > m_present.spatial) return false;
  if (!packet.standsAlone || packet.spatial >= std::min(m_present.spatial, m_top)) return true;
  m_lowerLeft = true;
  return false;
}

void LayerFilter::beginPicture(const rtp::MediaPacket& packet, rtp::LayerPair wanted) noexcept {
  if (m_lowerLeft && m_seen < std::min(m_present.spatial, m_top)) m_lostTop = true;
  m_timestamp = packet.timestamp;
  m_top = m_seen;
  m_seen = 0;
  if (packet.keyframe) {
    m_present = wanted;
    m_lowerLeft = m_lostTop = false;
    return;
  }
  m_present.temporal = std::min(m_present.temporal, wanted.temporal);
  if (!m_lowerLeft) m_present.spatial = std::min(m_present.spatial, wanted.spatial);
}

void LayerFilter::rise(const rtp::MediaPacket& packet, rtp::LayerPair wanted) noexcept {
  const bool within = packet.temporal <= m_present.temporal;
  if (packet.switchUp && !within && packet.temporal <= wanted.temporal)
    m_present.temporal = packet.temporal;
  if (packet.switchAfter && within)
    m_present.temporal = std::max(m_present.temporal, wanted.temporal);
  const bool next = packet.spatial == m_present.spatial + 1 && packet.spatial <= wanted.spatial;
  if (next && packet.frameStart && !packet.interPredicted && !m_lowerLeft)
    m_present.spatial = packet.spatial;
}

bool LayerFilter::wantsKeyframe(rtp::LayerPair wanted) const noexcept {
  return m_lostTop || wanted.spatial > m_present.spatial ||
         (wanted.spatial < m_present.spatial && m_lowerLeft);
}

}  // namespace kms::router
