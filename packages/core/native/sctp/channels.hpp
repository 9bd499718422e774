// The data channels of one association: opened and closed by either side, each a pair of streams.
#pragma once

#include "sctp/outgoing-queue.hpp"
#include "sctp/stream-socket.hpp"

#include <kms/media/data.hpp>
#include <kms/sctp/channel.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace kms::sctp {

/// Told what happens to channels. SCTP thread; must not call the channels but for send().
class ChannelsListener {
 public:
  virtual ~ChannelsListener() = default;
  virtual void onOpened(std::uint16_t channel) = 0;
  /// Once for each that was opened.
  virtual void onClosed(std::uint16_t channel) = 0;
  virtual void onMessage(media::DataMessage message) = 0;
  /// Something was dropped.
  virtual void onDrop(Drop reason) = 0;
};

/// RFC 8831 and 8832 over a StreamSocket. SCTP thread.
class Channels {
 public:
  /// Channels at a time, both sides' together; the peer's requests for more are refused.
  static constexpr std::size_t kMaxChannels = 512;
  /// Bytes of all labels and protocols together.
  static constexpr std::size_t kMaxNameBytes = std::size_t{256} * 1024;

  /// `isDtlsClient`: ours are the even ids (RFC 8832 6). `peerMaxMessageSize`: bytes that the peer
  /// takes. `listener` outlives it.
  Channels(bool isDtlsClient, std::size_t peerMaxMessageSize, ChannelsListener& listener);

  /// Opens a channel, now or when the association comes up, and gives its id. Throws Error 40003
  /// beyond a limit or after the end.
  std::uint16_t open(ChannelOptions options);
  /// Closes a channel after what waits for it was sent; an unknown one is no error.
  void close(std::uint16_t id);
  /// Sends over the channel that is most like the message's: same label, then same id, then the
  /// first that was opened. Drops and counts what cannot be sent.
  void send(const media::DataMessage& message);
  [[nodiscard]] Stats stats() const;
  /// Bytes that wait for SCTP.
  [[nodiscard]] std::size_t bufferedBytes() const { return m_queue.bytes(); }
  /// Messages that SCTP has taken since the start.
  [[nodiscard]] std::uint64_t sent() const noexcept { return m_sent; }

  // What the socket says: see SocketListener. `socket` is used until onDown().
  void onUp(StreamSocket& socket, std::uint16_t streams);
  void onDown();
  void onMessage(std::uint16_t stream, std::uint32_t ppid, std::span<const std::uint8_t> payload);
  void onTooLong() { drop(Drop::kTooLong); }
  void onPeerReset(std::span<const std::uint16_t> streams);
  void onReset(std::span<const std::uint16_t> streams, bool done);
  void onWritable() { flush(); }

 private:
  enum class OwnReset : std::uint8_t { kNone, kAsked, kDone };
  struct Channel {
    ChannelOptions options;
    ChannelStats stats;
    std::uint64_t order = 0;  ///< of opening
    bool isAnnounced = false;
    OwnReset ownReset = OwnReset::kNone;
    bool peerReset = false;
    int resetsRefused = 0;
  };
  using Table = std::map<std::uint16_t, Channel>;

  Channel& add(std::uint16_t id, ChannelOptions options);
  [[nodiscard]] bool hasRoomFor(const ChannelOptions& options) const;
  [[nodiscard]] std::uint16_t freeId() const;
  void sendOpen(std::uint16_t id, const Channel& channel);
  void announce(Channel& channel);
  void drop(Drop reason);
  [[nodiscard]] Channel* likest(const media::DataMessage& message);
  void onControl(std::uint16_t stream, std::span<const std::uint8_t> payload);
  void onOpen(std::uint16_t stream, ChannelOptions options);
  void onAck(std::uint16_t stream);
  void onData(std::uint16_t stream, bool isText, std::span<const std::uint8_t> payload);
  void refuse(std::uint16_t stream);

  void beginClosing(Channel& channel);
  void sendResets();
  void loseWithoutResets(std::span<const std::uint16_t> ids);
  void peerHasReset(std::uint16_t id);
  void onResetAnswer(Channel& channel, bool done);
  void eraseIfClosed(std::uint16_t id);
  void erase(Table::iterator where);
  void loseAll();
  void flush();
  [[nodiscard]] bool sendFront();

  const bool m_isDtlsClient;
  const std::size_t m_peerMaxMessageSize;
  ChannelsListener& m_listener;

  StreamSocket* m_socket = nullptr;  // while the association is up
  bool m_hasEnded = false;
  std::uint16_t m_streams = kStreams;
  Table m_channels;
  std::size_t m_nameBytes = 0;
  std::uint64_t m_lastOrder = 0;
  OutgoingQueue m_queue;
  std::uint64_t m_sent = 0;
  bool m_isResetting = false;  // the peer has a request of ours
  Stats m_stats;               // its lists are made when they are asked for
};

}  // namespace kms::sctp
