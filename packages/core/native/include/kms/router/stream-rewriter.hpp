// Sequence numbers and timestamps of an outgoing stream, continuous over source switches and over
// packets that are left out.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kms::router {

/// Maps packets of one source after another onto one stream. Gaps of a source stay gaps, so that
/// receivers ask for what is missing; packets that are skipped leave none. Allocates only for the
/// first skip. I/O thread.
class KMS_API StreamRewriter {
 public:
  struct Output {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint16_t skippedPictures = 0;  ///< of the present source, before this packet
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

  /// Numbers of a packet of the present source, which it is noted as sent with; empty for one from
  /// before begin(), or from too long ago, which has no place.
  std::optional<Output> next(const rtp::MediaPacket& packet, TimePoint capture) noexcept;
  /// Leaves `packet` out: what follows it moves up. When later ones are gone already it cannot:
  /// then these are the numbers that something else must fill.
  std::optional<Output> skip(const rtp::MediaPacket& packet);
  /// The outgoing timestamp of a packet of the present source.
  [[nodiscard]] std::uint32_t timestampOf(const rtp::MediaPacket& packet) const noexcept {
    return packet.timestamp + m_timestampOffset;
  }
  /// Whether `sequence` was given to a packet of the present source.
  [[nodiscard]] bool covers(std::uint16_t sequence) const noexcept;

 private:
  struct Skip {
    std::int64_t sequence = -1;
    bool picture = false;  // first packet of its picture
  };
  static constexpr std::size_t kSkips = 256;

  [[nodiscard]] std::optional<Output> map(const rtp::MediaPacket& packet) const noexcept;

  bool m_active = false;
  bool m_sent = false;
  std::int64_t m_first = 0;          // source number of the present source's first packet
  std::int64_t m_firstOutput = 0;    // its outgoing number
  std::int64_t m_highestSource = 0;  // sent or skipped
  std::int64_t m_offset = 0;         // outgoing less source number, after all skips
  std::int64_t m_highest = 0;        // outgoing
  std::uint32_t m_timestampOffset = 0;
  std::uint32_t m_lastTimestamp = 0;
  TimePoint m_lastCapture{};

  std::vector<Skip> m_skips;  // ring, ascending
  std::size_t m_skipCount = 0;
  std::uint16_t m_skippedPictures = 0;
  std::uint32_t m_lastSourceTimestamp = 0;  // of the highest
};

}  // namespace kms::router
