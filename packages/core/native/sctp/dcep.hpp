// Data Channel Establishment Protocol (RFC 8832): its two messages, and the payload protocol ids of
// RFC 8831 8. Pure; any thread.
#pragma once

#include <kms/base/value.hpp>
#include <kms/sctp/channel.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace kms::sctp {

/// Payload protocol identifiers. An empty message has ids of its own, because SCTP cannot carry
/// nothing: one byte is sent, and ignored.
enum class Ppid : std::uint32_t {
  kControl = 50,
  kText = 51,
  kBinary = 53,
  kEmptyText = 56,
  kEmptyBinary = 57,
};

/// Whether `message` is a DATA_CHANNEL_ACK.
[[nodiscard]] bool isAck(std::span<const std::uint8_t> message);
/// The options of a DATA_CHANNEL_OPEN; empty for anything else, and for lengths or types that are
/// wrong. A reliability parameter beyond 65,535 is taken as that.
[[nodiscard]] std::optional<ChannelOptions> readOpen(std::span<const std::uint8_t> message);

[[nodiscard]] Bytes writeAck();
/// Labels and protocols are cut at 65,535 bytes.
[[nodiscard]] Bytes writeOpen(const ChannelOptions& options);

}  // namespace kms::sctp
