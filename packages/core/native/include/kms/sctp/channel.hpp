// What is known of a data channel (RFC 8831, 8832).
#pragma once

#include <kms/base/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kms::sctp {

/// How a channel is opened. At most one of the two limits is set; without one every message is sent
/// again until it arrives.
struct ChannelOptions {
  std::string label{};
  bool ordered = true;
  std::optional<std::uint16_t> maxPacketLifeTime{};  ///< ms that a message may be sent again
  std::optional<std::uint16_t> maxRetransmits{};     ///< times that a message may be sent again
  std::string protocol{};

  bool operator==(const ChannelOptions&) const = default;
};

enum class ChannelState : std::uint8_t { kConnecting, kOpen, kClosing };

/// One channel at present; those that are closed are no longer listed.
struct ChannelStats {
  std::uint16_t id = 0;
  std::string label;
  std::string protocol;
  ChannelState state = ChannelState::kConnecting;
  std::uint64_t messagesSent = 0;
  std::uint64_t bytesSent = 0;
  std::uint64_t messagesReceived = 0;
  std::uint64_t bytesReceived = 0;
};

/// What was dropped since the start, by reason.
struct Drops {
  // Packets from the peer.
  std::uint64_t packetQueueFull = 0;  ///< more at once than the SCTP thread keeps up with
  // Messages from the peer.
  std::uint64_t malformed = 0;  ///< neither data nor a well-formed DCEP message
  std::uint64_t refused = 0;    ///< DCEP OPEN: beyond a limit, of our ids, or of an open channel
  std::uint64_t unknownChannel = 0;  ///< data on a stream that is no channel
  std::uint64_t tooLong = 0;         ///< beyond kMaxMessageSize
  // Messages to the peer.
  std::uint64_t noChannel = 0;   ///< no channel is open
  std::uint64_t beyondPeer = 0;  ///< longer than the peer takes
  std::uint64_t queueFull = 0;   ///< the peer takes them too slowly
  std::uint64_t failed = 0;      ///< refused by SCTP
};

/// The data channels of one endpoint at present.
struct Stats {
  std::vector<ChannelStats> channels;  ///< by id
  std::uint64_t opened = 0;            ///< channels since the start
  std::uint64_t closed = 0;
  std::uint64_t bufferedBytes = 0;  ///< to the peer, not yet taken by SCTP
  Drops drops;
};

/// Largest message taken from the peer, in bytes; what `a=max-message-size` should say.
inline constexpr std::size_t kMaxMessageSize = 262'144;
/// The SCTP port that everybody has.
inline constexpr std::uint16_t kDefaultPort = 5000;

}  // namespace kms::sctp
