// What channels need of SCTP: messages on numbered streams, and streams that can be reset.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace kms::sctp {

/// Streams of one association each way, and so ids of channels: 0 .. kStreams - 1.
inline constexpr std::uint16_t kStreams = 1024;

struct OutgoingMessage {
  std::uint16_t stream = 0;
  std::uint32_t ppid = 0;
  std::span<const std::uint8_t> payload;  ///< not empty
  bool ordered = true;
  std::optional<std::uint16_t> maxPacketLifeTime{};  ///< ms
  std::optional<std::uint16_t> maxRetransmits{};
};

enum class SendResult {
  kTaken,
  kLater,   ///< no room, or busy with the like: try again when told
  kFailed,  ///< will not work later either
};

/// An association. SCTP thread.
class StreamSocket {
 public:
  virtual ~StreamSocket() = default;
  virtual SendResult send(const OutgoingMessage& message) = 0;
  /// Asks the peer to take our side of `streams` as ended (RFC 6525): one request at a time.
  virtual SendResult reset(std::span<const std::uint16_t> streams) = 0;
};

/// Told what comes from the peer, on the SCTP thread, with no function of the library on the stack
/// but in onPacket. May call the socket, but not destroy it.
class SocketListener {
 public:
  virtual ~SocketListener() = default;
  /// A packet for the peer. Must not call the socket.
  virtual void onPacket(std::span<const std::uint8_t> packet) = 0;
  /// The association is there, with that many streams both ways; said again when the peer began
  /// anew, which loses all streams.
  virtual void onUp(std::uint16_t streams) = 0;
  /// The association is gone or could not be made. Nothing comes later.
  virtual void onDown() = 0;
  virtual void onMessage(std::uint16_t stream, std::uint32_t ppid,
                         std::span<const std::uint8_t> payload) = 0;
  /// Whether what has come may be given now. While not, it waits where the peer sees it: in the
  /// receive window.
  [[nodiscard]] virtual bool mayRead() = 0;
  /// A message beyond kMaxMessageSize was dropped.
  virtual void onTooLong() = 0;
  /// The peer has ended its side of `streams` (none named: of all).
  virtual void onPeerReset(std::span<const std::uint16_t> streams) = 0;
  /// The answer to reset(): our side has ended, or the peer did not do it.
  virtual void onReset(std::span<const std::uint16_t> streams, bool done) = 0;
  /// There is room for messages again.
  virtual void onWritable() = 0;
};

}  // namespace kms::sctp
