// Sequence numbers and timestamps of an outgoing stream, continuous over source switches.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstdint>
#include <optional>

namespace kms::router {

/// Maps packets of one source after another onto one stream. Gaps of a source stay gaps, so that
/// receivers ask for what is missing. I/O thread.
class KMS_API StreamRewriter {
 public:
  struct Output {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
  };

  /// The numbers of the very first packet; best random (RFC 3550 5.1) and, for SRTP, `sequence`
  /// below 2^15.
  StreamRewriter(std::uint16_t sequence, std::uint32_t timestamp) noexcept;

  /// Makes `first` the first packet of a new source: it follows the last one of the source before
  /// at the distance of their capture times. `clockRate` in Hz, above 0.
  void begin(const rtp::MediaPacket& first, TimePoint capture, std::uint32_t clockRate) noexcept;
  /// The next packet begins a new source.
  void end() noexcept { m_active = false; }
  [[nodiscard]] bool active() const noexcept { return m_active; }

  /// Numbers of a packet of the present source; empty for one from before begin(), which has no
  /// place.
  [[nodiscard]] std::optional<Output> map(const rtp::MediaPacket& packet) const noexcept;
  /// As map(), and notes the packet as sent.
  std::optional<Output> next(const rtp::MediaPacket& packet, TimePoint capture) noexcept;
  /// Which packet of the present source was sent under `sequence`; empty when that was another
  /// source's.
  [[nodiscard]] std::optional<std::int64_t> source(std::uint16_t sequence) const noexcept;

 private:
  bool m_active = false;
  bool m_sent = false;
  std::int64_t m_first = 0;    // source number of the present source's first packet
  std::int64_t m_offset = 0;   // outgoing less source number
  std::int64_t m_highest = 0;  // outgoing
  std::uint32_t m_timestampOffset = 0;
  std::uint32_t m_lastTimestamp = 0;
  TimePoint m_lastCapture{};
};

}  // namespace kms::router
