// Cuts the bytes of a TCP stream into packets: RFC 4571 2 (as RFC 6544 uses it) and RFC 8656 12.5.
#pragma once

#include <kms/ice/turn.hpp>
#include <kms/io/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::router {

/// Octets of the length before each packet (RFC 4571 2).
inline constexpr std::size_t kFrameHeader = 2;

/// Calls `onFrame` for each whole packet in `bytes`, until it says false. How many bytes these
/// took; empty when what follows has no length, or one that no packet of ours has.
template <typename OnFrame>
std::optional<std::size_t> takeFrames(std::span<std::uint8_t> bytes, OnFrame onFrame) {
  std::size_t taken = 0;
  while (bytes.size() - taken >= kFrameHeader) {
    const auto rest = bytes.subspan(taken);
    const std::size_t size = static_cast<std::size_t>(rest[0] << 8U) | rest[1];
    if (size == 0 || size > io::kPacketCapacity) return std::nullopt;
    if (rest.size() < kFrameHeader + size) break;
    taken += kFrameHeader + size;
    if (!onFrame(rest.subspan(kFrameHeader, size))) break;
  }
  return taken;
}

/// The length of the STUN message or ChannelData (padded) that `bytes` begins with; 0: not to be
/// told yet.
[[nodiscard]] inline std::size_t turnMessageLength(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < ice::kChannelHeader) return 0;
  const std::size_t length = static_cast<std::size_t>(bytes[2] << 8U) | bytes[3];
  if ((bytes[0] & 0xC0U) == 0) return ice::kStunHeaderSize + length;
  return (ice::kChannelHeader + length + 3U) & ~std::size_t{3};
}

/// The same for messages of a TURN server over TCP or TLS; empty when one is longer than any we
/// read.
template <typename OnMessage>
std::optional<std::size_t> takeTurnMessages(std::span<const std::uint8_t> bytes,
                                            OnMessage onMessage) {
  std::size_t taken = 0;
  while (true) {
    const auto rest = bytes.subspan(taken);
    const std::size_t length = turnMessageLength(rest);
    if (length > ice::kStunMaxSize) return std::nullopt;
    if (length == 0 || rest.size() < length) break;
    taken += length;
    if (!onMessage(rest.first(length))) break;
  }
  return taken;
}

}  // namespace kms::router
