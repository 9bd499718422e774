// Packets that wait to be paced.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstddef>
#include <vector>

namespace kms::router {

/// A bounded queue. Allocates when it is longer than it was since shrink(). I/O thread.
class KMS_API PacketQueue {
 public:
  static constexpr std::size_t kCapacity = 512;
  static constexpr std::size_t kLeast = 32;

  [[nodiscard]] bool empty() const noexcept { return m_count == 0; }
  [[nodiscard]] bool full() const noexcept { return m_count == kCapacity; }
  /// Of all payloads.
  [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }
  /// The queue must not be full.
  void push(const rtp::MediaPacket& packet);
  [[nodiscard]] const rtp::MediaPacket& front() const { return m_ring[m_first]; }
  /// The queue must not be empty.
  [[nodiscard]] rtp::MediaPacket pop() noexcept;
  void clear() noexcept;
  /// Gives its memory back while nothing waits: most viewers never wait again.
  void shrink() noexcept;

 private:
  void grow();

  std::vector<rtp::MediaPacket> m_ring;  // a power of two
  std::size_t m_first = 0;
  std::size_t m_count = 0;
  std::size_t m_bytes = 0;
};

}  // namespace kms::router
