#include <kms/io/packet.hpp>

namespace kms::io {

PacketPool::PacketPool(std::size_t limit) : m_limit(limit) {
  m_slabs.reserve((limit + kSlab - 1) / kSlab);
}

PacketRef PacketPool::allocate() {
  if (m_free == nullptr && !grow()) return {};
  Packet* packet = m_free;
  m_free = packet->next;
  packet->next = nullptr;
  packet->size = 0;
  ++m_inUse;
  return PacketRef(packet);
}

void PacketPool::give(Packet* packet) noexcept {
  packet->next = m_free;
  m_free = packet;
  --m_inUse;
}

bool PacketPool::grow() {
  if (capacity() >= m_limit) return false;
  // Uninitialised payload: writing it would touch memory that may never be used.
  m_slabs.push_back(std::make_unique_for_overwrite<Slot[]>(kSlab));
  for (std::size_t i = kSlab; i > 0; --i) {
    Slot& slot = m_slabs.back()[i - 1];
    Packet& packet = slot.packet;
    packet.owner = this;
    packet.data = slot.room;
    packet.next = m_free;
    m_free = &packet;
  }
  return true;
}

}  // namespace kms::io
