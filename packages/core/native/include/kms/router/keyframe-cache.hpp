// Where the last keyframe lies in the retransmission buffer, and whether a new viewer can start
// with it.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kms::router {

/// Holds no packets of its own. A keyframe serves as long as it and all that followed are at most
/// kMaxAge old, kMaxPackets many and kMaxBytes long: the burst that a new viewer gets. I/O thread.
class KMS_API KeyframeCache {
 public:
  static constexpr Duration kMaxAge = std::chrono::milliseconds(1000);
  static constexpr std::size_t kMaxPackets = 256;
  static constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;

  /// Notes a packet that is new in the buffer.
  void onPacket(const rtp::MediaPacket& packet) noexcept;
  void reset() noexcept { *this = KeyframeCache(); }
  /// The extended number of the keyframe's first packet; empty when there is none that serves.
  [[nodiscard]] std::optional<std::int64_t> first(TimePoint now) const noexcept;

 private:
  void begin(const rtp::MediaPacket& packet) noexcept;

  std::int64_t m_first = -1;
  std::uint32_t m_timestamp = 0;
  TimePoint m_received{};
  std::size_t m_packets = 0;
  std::size_t m_bytes = 0;
};

}  // namespace kms::router
