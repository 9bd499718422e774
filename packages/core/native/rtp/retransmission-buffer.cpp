#include <kms/rtp/retransmission-buffer.hpp>

#include <algorithm>

namespace kms::rtp {

RetransmissionBuffer::RetransmissionBuffer(std::size_t capacity, Duration maxAge)
    : m_capacity(capacity), m_maxAge(maxAge) {}

bool RetransmissionBuffer::insert(const MediaPacket& packet) {
  if (m_ring.empty()) m_ring.resize(m_capacity);
  const auto capacity = static_cast<std::int64_t>(m_ring.size());
  if (packet.sequence < m_floor) return false;
  if (m_highest >= 0 && packet.sequence <= m_highest - capacity) return false;
  if (packet.sequence > m_highest) {
    makeRoom(packet.sequence);
    m_highest = packet.sequence;
  }
  MediaPacket& there = place(packet.sequence);
  if (there.sequence == packet.sequence) return false;
  if (there.packet) drop(there);
  there = packet;
  ++m_size;
  m_oldest = m_oldest < 0 ? packet.sequence : std::min(m_oldest, packet.sequence);
  return true;
}

void RetransmissionBuffer::makeRoom(std::int64_t sequence) {
  const std::int64_t keepFrom = sequence - static_cast<std::int64_t>(m_ring.size()) + 1;
  if (m_oldest < 0 || m_oldest >= keepFrom) return;
  if (keepFrom > m_highest) {
    clear();
    m_floor = keepFrom;
    return;
  }
  for (; m_oldest < keepFrom; ++m_oldest) {
    MediaPacket& old = place(m_oldest);
    if (old.sequence == m_oldest) drop(old);
  }
  m_floor = m_oldest;
}

const MediaPacket* RetransmissionBuffer::find(std::int64_t sequence) const {
  if (sequence < 0 || m_ring.empty()) return nullptr;
  const MediaPacket& there = m_ring[static_cast<std::size_t>(sequence) & (m_ring.size() - 1)];
  return there.sequence == sequence ? &there : nullptr;
}

void RetransmissionBuffer::setPadding(std::int64_t sequence, std::uint8_t padding) {
  if (find(sequence) != nullptr) place(sequence).padding = padding;
}

void RetransmissionBuffer::expire(TimePoint now) {
  while (m_size > 0 && m_oldest <= m_highest) {
    MediaPacket& old = place(m_oldest);
    if (old.sequence == m_oldest) {
      if (now - old.packet->received <= m_maxAge) return;
      drop(old);
    }
    m_floor = ++m_oldest;
  }
}

void RetransmissionBuffer::drop(MediaPacket& packet) {
  packet.packet.reset();
  packet.sequence = -1;
  --m_size;
}

void RetransmissionBuffer::clear() {
  for (MediaPacket& packet : m_ring) {
    if (packet.packet) drop(packet);
  }
  m_oldest = -1;
  m_highest = -1;
  m_floor = 0;
}

}  // namespace kms::rtp
