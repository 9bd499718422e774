#include <kms/io/loan.hpp>

namespace kms::io {

Packet* PacketLoan::lend(PacketRef packet) {
  if (m_lent == m_returned.capacity()) return nullptr;
  ++m_lent;
  return packet.release();
}

void PacketLoan::collect() noexcept {
  for (Packet** returned = m_returned.front(); returned != nullptr; returned = m_returned.front()) {
    PacketRef::adopt(*returned).reset();
    m_returned.pop();
    --m_lent;
  }
}

PacketRef PacketLoan::borrow(Packet* packet) {
  if (m_free == nullptr) grow();
  Packet* standIn = m_free;
  m_free = standIn->next;
  standIn->next = packet;
  standIn->size = packet->size;
  standIn->received = packet->received;
  standIn->data = packet->data;
  return PacketRef(standIn);
}

void PacketLoan::give(Packet* standIn) noexcept {
  // Never full: no more than its capacity are lent.
  *m_returned.next() = standIn->next;
  m_returned.push();
  standIn->next = m_free;
  m_free = standIn;
}

void PacketLoan::grow() {
  m_slabs.push_back(std::make_unique<Packet[]>(kSlab));
  for (std::size_t i = kSlab; i > 0; --i) {
    Packet& standIn = m_slabs.back()[i - 1];
    standIn.owner = this;
    standIn.next = m_free;
    m_free = &standIn;
  }
}

}  // namespace kms::io
