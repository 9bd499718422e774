// What is known of a data channel (RFC 8831, 8832).
#pragma once

#include <kms/base/export.hpp>
#include <kms/base/value.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// Why something of data channels was dropped.
enum class Drop : std::uint8_t {
  // Packets from the peer.
  kPacketQueueFull,  ///< more at once than the SCTP thread keeps up with
  kNoAssociation,    ///< before there was one, or after its end
  // Messages from the peer.
  kMalformed,       ///< neither data nor a well-formed DCEP message
  kRefused,         ///< DCEP OPEN: beyond a limit, of our ids, or of an open channel
  kUnknownChannel,  ///< data on a stream that is no channel
  kTooLong,         ///< beyond kMaxMessageSize
  // Messages to the peer.
  kNoChannel,   ///< no channel is open
  kBeyondPeer,  ///< longer than the peer takes
  kQueueFull,   ///< the peer takes them too slowly
  kFailed,      ///< refused by SCTP
  kCount,
};

inline constexpr auto kDropReasons = static_cast<std::size_t>(Drop::kCount);

/// As statistics and metrics spell it: "packetQueueFull", ...
[[nodiscard]] constexpr std::string_view name(Drop reason) noexcept {
  constexpr std::array<std::string_view, kDropReasons> kNames = {
      "packetQueueFull", "noAssociation", "malformed",  "refused",   "unknownChannel",
      "tooLong",         "noChannel",     "beyondPeer", "queueFull", "failed"};
  return kNames[static_cast<std::size_t>(reason)];
}

/// What was dropped since the start, by reason. `Count`: of messages or packets.
template <typename Count>
class DropsOf {
 public:
  [[nodiscard]] Count& operator[](Drop reason) noexcept {
    return m_counts[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] const Count& operator[](Drop reason) const noexcept {
    return m_counts[static_cast<std::size_t>(reason)];
  }
  /// By name.
  [[nodiscard]] Map toMap() const {
    Map map;
    for (std::size_t i = 0; i < kDropReasons; ++i) {
      const std::uint64_t count = m_counts[i];
      map.emplace(name(static_cast<Drop>(i)), count);
    }
    return map;
  }

 private:
  std::array<Count, kDropReasons> m_counts{};
};

using Drops = DropsOf<std::uint64_t>;
/// Counted and read on any thread.
using DropTotals = DropsOf<std::atomic<std::uint64_t>>;

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
