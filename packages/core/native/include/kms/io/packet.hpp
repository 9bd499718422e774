// Slab packets: fixed-size buffers with a reference count, owned by one I/O thread.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace kms::io {

/// Bytes that a packet can hold: what fits an Ethernet frame. Longer datagrams are dropped and
/// counted.
inline constexpr std::size_t kPacketCapacity = 1504;

struct Packet;

/// Takes packets back when their last reference goes.
class KMS_API PacketOwner {
 public:
  virtual void give(Packet* packet) noexcept = 0;

 protected:
  ~PacketOwner() = default;
};

/// A packet and where its bytes lie. Only PacketRef and its owner touch the bookkeeping.
struct Packet {
  PacketOwner* owner = nullptr;
  Packet* next = nullptr;  ///< the owner's: in its free list, ...
  std::uint32_t references = 0;
  std::uint32_t size = 0;
  TimePoint received{};
  std::span<std::uint8_t> data;  ///< kPacketCapacity bytes
  Address remote;
  Address local;

  [[nodiscard]] std::span<std::uint8_t> bytes() { return data.first(size); }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return data.first(size); }
};

/// A counted reference to a packet. Not thread-safe: stays on the thread that owns the packet.
class KMS_API PacketRef {
 public:
  PacketRef() = default;
  explicit PacketRef(Packet* packet) noexcept : m_packet(packet) {
    if (m_packet != nullptr) ++m_packet->references;
  }
  PacketRef(const PacketRef& other) noexcept : PacketRef(other.m_packet) {}
  PacketRef(PacketRef&& other) noexcept : m_packet(std::exchange(other.m_packet, nullptr)) {}
  PacketRef& operator=(PacketRef other) noexcept {
    std::swap(m_packet, other.m_packet);
    return *this;
  }
  ~PacketRef() { reset(); }

  void reset() noexcept;
  /// Gives the counted reference away; null when there is none.
  [[nodiscard]] Packet* release() noexcept { return std::exchange(m_packet, nullptr); }
  /// Takes a reference that release() gave away.
  [[nodiscard]] static PacketRef adopt(Packet* packet) noexcept {
    PacketRef reference;
    reference.m_packet = packet;
    return reference;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return m_packet != nullptr; }
  [[nodiscard]] Packet* operator->() const noexcept { return m_packet; }
  [[nodiscard]] Packet& operator*() const noexcept { return *m_packet; }

 private:
  Packet* m_packet = nullptr;
};

/// Free list over slabs that are added when it runs empty, up to a limit. Owned by one thread; all
/// references must be gone before it.
class KMS_API PacketPool final : public PacketOwner {
 public:
  /// `limit`: the most packets there will ever be (1.., rounded up to a multiple of 64).
  explicit PacketPool(std::size_t limit);
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  /// A packet of size 0, or null when `limit` packets are in use.
  [[nodiscard]] PacketRef allocate();
  void give(Packet* packet) noexcept override;
  [[nodiscard]] std::size_t inUse() const noexcept { return m_inUse; }
  [[nodiscard]] std::size_t capacity() const noexcept { return m_slabs.size() * kSlab; }

 private:
  static constexpr std::size_t kSlab = 64;

  struct Slot {
    Packet packet;
    alignas(16) std::array<std::uint8_t, kPacketCapacity> room;
  };

  bool grow();

  std::size_t m_limit;
  std::size_t m_inUse = 0;
  Packet* m_free = nullptr;
  std::vector<std::unique_ptr<Slot[]>> m_slabs;
};

inline void PacketRef::reset() noexcept {
  Packet* packet = std::exchange(m_packet, nullptr);
  if (packet != nullptr && --packet->references == 0) packet->owner->give(packet);
}

}  // namespace kms::io
