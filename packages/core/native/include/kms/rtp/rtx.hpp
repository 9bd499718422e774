// Retransmission payload format (RFC 4588).
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/packet-view.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace kms::rtp {

/// Size of the original sequence number that goes before the payload.
inline constexpr std::size_t kRtxOverhead = 2;

/// Whose packet a retransmission repeats.
struct RtxOriginal {
  std::uint32_t ssrc = 0;
  std::uint8_t payloadType = 0;  ///< 0..127
};

/// Turns a retransmission, in place, into the packet that was lost: its SSRC, payload type and
/// sequence number, the rest as it came. `view` is a view of `packet` and is void afterwards.
/// Returns the new size; 0, with nothing changed, when there is no packet within (padding that
/// probes for bandwidth).
[[nodiscard]] KMS_API std::size_t unwrapRtx(std::span<std::uint8_t> packet, const PacketView& view,
                                            const RtxOriginal& original) noexcept;

/// Writes the payload of a retransmission into `room` (kRtxOverhead bytes more than `payload`, at
/// least): the original sequence number, then `payload`. Returns what was written; empty when there
/// is no room.
[[nodiscard]] KMS_API ByteView wrapRtx(std::uint16_t sequence, ByteView payload,
                                       std::span<std::uint8_t> room) noexcept;

}  // namespace kms::rtp
