// The few header fields that SRTP needs, and byte order helpers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::srtp {

inline constexpr std::size_t kRtpFixedHeader = 12;
/// Part of an RTCP packet that is never encrypted: first header word and sender SSRC.
inline constexpr std::size_t kRtcpClearHeader = 8;
inline constexpr std::size_t kRtcpIndexLength = 4;
inline constexpr std::uint32_t kEncryptedFlag = 0x80000000U;
inline constexpr std::uint32_t kMaxRtcpIndex = 0x7fffffffU;
inline constexpr std::uint64_t kMaxRtpIndex = (std::uint64_t{1} << 48U) - 1;

[[nodiscard]] inline std::uint16_t read16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>((at[0] << 8U) | at[1]);
}

[[nodiscard]] inline std::uint32_t read32(const std::uint8_t* at) {
  return (std::uint32_t{read16(at)} << 16U) | read16(at + 2);
}

[[nodiscard]] inline std::array<std::uint8_t, 4> bytes32(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24U), static_cast<std::uint8_t>(value >> 16U),
          static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}

struct RtpHeader {
  std::size_t length;  ///< with CSRCs and header extension
  std::uint16_t sequence;
  std::uint32_t ssrc;
};

/// Reads an RTP header (RFC 3550 5.1, 5.3.1). Empty when it is not version 2 or does not fit into
/// `packet`.
[[nodiscard]] inline std::optional<RtpHeader> parseRtpHeader(std::span<const std::uint8_t> packet) {
  if (packet.size() < kRtpFixedHeader || packet[0] >> 6U != 2) {
    return std::nullopt;
  }
  std::size_t length = kRtpFixedHeader + 4 * std::size_t{packet[0] & 0x0fU};
  if ((packet[0] & 0x10U) != 0) {
    if (packet.size() < length + 4) {
      return std::nullopt;
    }
    length += 4 + 4 * std::size_t{read16(&packet[length + 2])};
  }
  if (packet.size() < length) {
    return std::nullopt;
  }
  return RtpHeader{length, read16(&packet[2]), read32(&packet[8])};
}

/// The 48-bit index of the packet with that sequence number, seen from the highest index so far
/// (RFC 3711 3.3.1). Where the text would give a negative rollover counter the answer has rollover
/// counter 0.
[[nodiscard]] inline std::uint64_t estimateIndex(std::uint64_t highest, std::uint16_t sequence) {
  constexpr std::uint64_t kCycle = 0x10000;
  const std::uint64_t last = highest & 0xffffU;
  const std::uint64_t sameCycle = (highest & ~std::uint64_t{0xffff}) | sequence;
  if (last < 0x8000) {
    const bool previous = sequence > last + 0x8000 && sameCycle >= kCycle;
    return previous ? sameCycle - kCycle : sameCycle;
  }
  return last - 0x8000 > sequence ? sameCycle + kCycle : sameCycle;
}

}  // namespace kms::srtp
