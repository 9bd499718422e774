// Transport-wide congestion control feedback, sending side
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/rtcp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kms::rtp {

/// What the receiver says of one packet.
struct PacketStatus {
  std::uint16_t sequence = 0;  ///< transport-wide
  bool received = false;
  /// On the receiver's clock, of unknown origin, in steps of 250 us; it wraps around every 12.4
  /// days. Zero when not received.
  Duration arrival{};

  bool operator==(const PacketStatus&) const = default;
};

/// Walks over the statuses of one feedback packet in ascending order. Borrows the bytes. A packet
/// that is cut short has no status at all. Any thread.
class KMS_API FeedbackReader {
 public:
  explicit FeedbackReader(const RtcpPacket& packet) noexcept;

  /// Empty at the end, and from the first thing on that is malformed.
  [[nodiscard]] std::optional<PacketStatus> next() noexcept;
  [[nodiscard]] bool malformed() const noexcept { return m_malformed; }

 private:
  [[nodiscard]] bool findDeltas() noexcept;
  [[nodiscard]] unsigned nextSymbol() noexcept;
  [[nodiscard]] bool readDelta(unsigned symbol) noexcept;

  ByteView m_body;
  std::size_t m_chunkAt = 0;
  std::size_t m_deltaAt = 0;
  std::size_t m_inChunk = 0;  // symbols of the present chunk that were read
  std::uint16_t m_sequence = 0;
  std::size_t m_left = 0;
  std::int64_t m_ticks = 0;  // of 250 us
  bool m_malformed = true;
};

}  // namespace kms::rtp
