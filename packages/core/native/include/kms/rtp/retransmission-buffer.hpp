// The last packets of one source, by reference, for retransmission.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/io/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kms::rtp {

/// A decrypted packet with what its header said, so that nobody parses it again.
struct MediaPacket {
  io::PacketRef packet;
  std::int64_t sequence = -1;  ///< extended
  std::uint32_t timestamp = 0;
  std::uint16_t payloadOffset = 0;
  std::uint16_t payloadSize = 0;
  std::uint16_t frame = 0;  ///< number by the dependency descriptor, where there is one
  std::uint8_t payloadType = 0;
  std::uint8_t padding = 0;  ///< RTP padding that lies behind the payload, to be sent with it
  std::uint8_t descriptorOffset = 0;  ///< of the dependency descriptor, from the packet's start
  std::uint8_t descriptorSize = 0;    ///< 0: there is none
  std::uint8_t temporal : 4 = 0;      ///< temporal layer
  std::uint8_t spatial : 4 = 0;       ///< spatial layer
  bool marker : 1 = false;
  bool keyframe : 1 = false;  ///< first packet of a keyframe
  // As in LayerId.
  bool frameStart : 1 = false;
  bool frameEnd : 1 = false;
  bool switchUp : 1 = false;
  bool switchAfter : 1 = false;
  bool interPredicted : 1 = false;
  bool standsAlone : 1 = false;

  [[nodiscard]] std::span<const std::uint8_t> payload() const {
    return {&packet->data[payloadOffset], payloadSize};
  }
  [[nodiscard]] std::span<const std::uint8_t> paddedPayload() const {
    return {&packet->data[payloadOffset], std::size_t{payloadSize} + padding};
  }
  /// The dependency descriptor; empty when there is none.
  [[nodiscard]] std::span<const std::uint8_t> descriptor() const {
    return {&packet->data[descriptorOffset], descriptorSize};
  }
};
static_assert(sizeof(MediaPacket) == 32, "buffers and queues hold thousands");

/// A ring of packet references, bounded by count and age. Allocates only for the first
/// packet. I/O thread.
class KMS_API RetransmissionBuffer {
 public:
  /// `capacity`: a power of two.
  RetransmissionBuffer(std::size_t capacity, Duration maxAge);

  /// Keeps `packet`; false when it was there already or is older than what was let go, so that no
  /// number is ever taken twice.
  bool insert(const MediaPacket& packet);
  /// The packet with that extended sequence number, or null; valid until the next call.
  [[nodiscard]] const MediaPacket* find(std::int64_t sequence) const;
  /// Notes the padding of a packet, so that it is sent again with it.
  void setPadding(std::int64_t sequence, std::uint8_t padding);
  /// Lets go of packets received more than the maximum age before `now`.
  void expire(TimePoint now);
  void clear();
  [[nodiscard]] std::size_t size() const noexcept { return m_size; }
  /// The highest extended number taken; -1 when there is none.
  [[nodiscard]] std::int64_t highest() const noexcept { return m_highest; }

 private:
  [[nodiscard]] MediaPacket& place(std::int64_t sequence) {
    return m_ring[static_cast<std::size_t>(sequence) & (m_ring.size() - 1)];
  }
  void drop(MediaPacket& packet);
  void makeRoom(std::int64_t sequence);

  std::size_t m_capacity;
  std::vector<MediaPacket> m_ring;  // made by the first packet
  Duration m_maxAge;
  std::int64_t m_oldest = -1;  // no packet below is held
  std::int64_t m_highest = -1;
  std::int64_t m_floor = 0;  // what was let go below this never comes back
  std::size_t m_size = 0;
};

}  // namespace kms::rtp
