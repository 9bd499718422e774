#include <kms/router/packet-queue.hpp>

#include <utility>

namespace kms::router {

void PacketQueue::push(const rtp::MediaPacket& packet) {
  if (m_ring.empty()) m_ring.resize(kCapacity);
  m_ring[(m_first + m_count++) % kCapacity] = packet;
  m_bytes += packet.payloadSize;
}

rtp::MediaPacket PacketQueue::pop() noexcept {
  rtp::MediaPacket packet = std::move(m_ring[m_first]);
  m_first = (m_first + 1) % kCapacity;
  --m_count;
  m_bytes -= packet.payloadSize;
  return packet;
}

void PacketQueue::clear() noexcept {
  while (!empty()) static_cast<void>(pop());
}

}  // namespace kms::router
