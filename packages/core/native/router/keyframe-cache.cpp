#include <kms/router/keyframe-cache.hpp>

#include <algorithm>

namespace kms::router {

void KeyframeCache::onPacket(const rtp::MediaPacket& packet) noexcept {
  if (packet.keyframe) begin(packet);
  if (packet.sequence < m_first || m_first < 0) return;
  ++m_packets;
  m_bytes += packet.payloadSize;
}

void KeyframeCache::begin(const rtp::MediaPacket& packet) noexcept {
  if (m_first >= 0 && packet.timestamp == m_timestamp) {
    // Parameter sets and slices of one picture each look like a start: the first of them is it.
    m_first = std::min(m_first, packet.sequence);
    return;
  }
  if (packet.sequence < m_first) return;  // recovered late, and overtaken
  m_first = packet.sequence;
  m_timestamp = packet.timestamp;
  m_received = packet.packet->received;
  m_packets = 0;
  m_bytes = 0;
}

std::optional<std::int64_t> KeyframeCache::first(TimePoint now) const noexcept {
  const bool serves = m_first >= 0 && now - m_received <= kMaxAge && m_packets <= kMaxPackets &&
                      m_bytes <= kMaxBytes;
  return serves ? std::optional(m_first) : std::nullopt;
}

}  // namespace kms::router
