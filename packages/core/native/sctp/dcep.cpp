#include "sctp/dcep.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace kms::sctp {

namespace {

constexpr std::uint8_t kAck = 0x02;
constexpr std::uint8_t kOpen = 0x03;
constexpr std::size_t kOpenHeader = 12;
constexpr std::uint16_t kNormalPriority = 256;  // RFC 8831 6.4

// Channel types (RFC 8832 5.1): one bit and a limit.
constexpr std::uint8_t kUnordered = 0x80;
constexpr std::uint8_t kReliable = 0x00;
constexpr std::uint8_t kRetransmits = 0x01;
constexpr std::uint8_t kLifeTime = 0x02;

std::uint32_t read(std::span<const std::uint8_t> bytes) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

void append(Bytes& to, std::uint32_t number, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

std::string text(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string_view shortened(const std::string& text) {
  return std::string_view(text).substr(0, std::numeric_limits<std::uint16_t>::max());
}

bool setReliability(ChannelOptions& options, std::uint8_t type, std::uint32_t parameter) {
  const auto limit = static_cast<std::uint16_t>(
      std::min<std::uint32_t>(parameter, std::numeric_limits<std::uint16_t>::max()));
  options.ordered = (type & kUnordered) == 0;
  switch (type & ~kUnordered) {
    case kReliable:
      return true;
    case kRetransmits:
      options.maxRetransmits = limit;
      return true;
    case kLifeTime:
      options.maxPacketLifeTime = limit;
      return true;
    default:
      return false;
  }
}

std::uint8_t typeOf(const ChannelOptions& options) {
  const std::uint8_t order = options.ordered ? 0 : kUnordered;
  if (options.maxRetransmits) return order | kRetransmits;
  return options.maxPacketLifeTime ? order | kLifeTime : order;
}

}  // namespace

bool isAck(std::span<const std::uint8_t> message) {
  return !message.empty() && message.front() == kAck;
}

std::optional<ChannelOptions> readOpen(std::span<const std::uint8_t> message) {
  if (message.size() < kOpenHeader || message.front() != kOpen) return {};
  const std::size_t labelSize = read(message.subspan(8, 2));
  const std::size_t protocolSize = read(message.subspan(10, 2));
  if (message.size() != kOpenHeader + labelSize + protocolSize) return {};
  ChannelOptions options;
  if (!setReliability(options, message[1], read(message.subspan(4, 4)))) return {};
  options.label = text(message.subspan(kOpenHeader, labelSize));
  options.protocol = text(message.subspan(kOpenHeader + labelSize, protocolSize));
  return options;
}

Bytes writeAck() {
  return {kAck};
}

Bytes writeOpen(const ChannelOptions& options) {
  const std::string_view label = shortened(options.label);
  const std::string_view protocol = shortened(options.protocol);
  Bytes message{kOpen, typeOf(options)};
  append(message, kNormalPriority, 2);
  append(message, options.maxRetransmits.value_or(options.maxPacketLifeTime.value_or(0)), 4);
  append(message, static_cast<std::uint32_t>(label.size()), 2);
  append(message, static_cast<std::uint32_t>(protocol.size()), 2);
  message.insert(message.end(), label.begin(), label.end());
  message.insert(message.end(), protocol.begin(), protocol.end());
  return message;
}

}  // namespace kms::sctp
