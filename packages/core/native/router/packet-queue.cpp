#include <kms/router/packet-queue.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

void PacketQueue::push(const rtp::MediaPacket& packet) {
  if (m_count == m_ring.size()) grow();
  m_ring[(m_first + m_count++) & (m_ring.size() - 1)] = packet;
  m_bytes += packet.payloadSize;
}

rtp::MediaPacket PacketQueue::pop() noexcept {
  rtp::MediaPacket packet = std::move(m_ring[m_first]);
  m_first = (m_first + 1) & (m_ring.size() - 1);
  --m_count;
  m_bytes -= packet.payloadSize;
  return packet;
}

void PacketQueue::clear() noexcept {
  while (!empty()) static_cast<void>(pop());
}

void PacketQueue::shrink() noexcept {
  if (!empty() || m_ring.empty()) return;
  m_ring = {};
  m_first = 0;
}

void PacketQueue::grow() {
  std::vector<rtp::MediaPacket> longer(std::max(kLeast, m_ring.size() * 2));
  for (std::size_t i = 0; i < m_count; ++i)
    longer[i] = std::move(m_ring[(m_first + i) & (m_ring.size() - 1)]);
  m_ring = std::move(longer);
  m_first = 0;
}

}  // namespace kms::router
