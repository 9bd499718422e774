// A TURN allocation with its own socket: UDP, TCP or TLS to the server.
#pragma once

#include "router/thread-context.hpp"

#include <kms/ice/turn.hpp>
#include <kms/io/send-queue.hpp>
#include <kms/io/stream-socket.hpp>
#include <kms/io/timer.hpp>
#include <kms/io/tls-client.hpp>
#include <kms/io/udp-socket.hpp>
#include <kms/router/gather-options.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kms::router {

class Relay;

/// Told on the I/O thread. Must not destroy the relay.
class RelayListener {
 public:
  virtual ~RelayListener() = default;
  virtual void onRelayed(const Address& relayed, const std::optional<Address>& mapped) = 0;
  /// There is no allocation, or not any longer. The last call.
  virtual void onRelayFailed(const std::string& reason) = 0;
  /// From packet->remote, a peer, to packet->local, the relayed address.
  virtual void onRelayedPacket(io::PacketRef packet) = 0;
  virtual void onRelayedBatchEnd() = 0;
};

/// TLS does not verify the server's certificate: the configuration names servers by IP address, the
/// password never crosses the wire (RFC 8489 9.2), and media is encrypted end to end by DTLS-SRTP.
/// I/O thread.
class Relay final : private ice::TurnListener, private io::UdpReceiver, private io::StreamReceiver {
 public:
  /// Octets of the room of commit() that go before the packet.
  static constexpr std::size_t kPrefix = ice::kChannelHeader;

  Relay(ThreadContext& context, TurnServer server, RelayListener& listener);
  ~Relay() override;

  /// Connects and asks for the allocation. What fails is told by the listener.
  void start();
  /// Gives the allocation back. No call to the listener comes later.
  void close();
  [[nodiscard]] std::optional<Address> relayed() const noexcept {
    return m_client ? m_client->relayed() : std::nullopt;
  }

  /// Sends a packet to `peer`.
  void send(const Address& peer, std::span<const std::uint8_t> packet);
  /// Media will go to `peer`: from now on by a channel.
  void favour(const Address& peer);
  /// Sends the packet of `size` octets that lies behind the prefix of `room`, which is the send
  /// queue's.
  void commit(const Address& peer, std::span<std::uint8_t> room, std::size_t size);

 private:
  // ice::TurnListener
  void onTurnSend(ice::ByteView message) override;
  void onRelayed(const Address& relayed, const std::optional<Address>& mapped) override;
  void onAlternateServer(const Address& server) override;
  void onTurnFailed(const std::string& reason) override;
  // io::UdpReceiver
  void onDatagram(io::PacketRef packet) override;
  void onDropped() override { m_context.countMalformed(); }
  void onBatchEnd() override { m_listener.onRelayedBatchEnd(); }
  // io::StreamReceiver
  void onConnected() override;
  std::size_t onBytes(std::span<std::uint8_t> bytes) override;
  void onClosed() override;

  [[nodiscard]] bool isStream() const noexcept {
    return m_server.transport != TurnServer::Transport::Udp;
  }
  void onTimer();
  void startOver(const Address& server);
  void closeSockets();
  void startDatagram();
  void startStream();
  void fail(const std::string& reason);
  void rearm();
  void take(io::PacketRef packet);
  void countDrops(const ice::TurnCounters& before);
  std::size_t takeMessages(std::span<const std::uint8_t> bytes);
  void takeMessage(std::span<const std::uint8_t> message);
  std::size_t onCiphertext(std::span<const std::uint8_t> bytes);
  void sendStream(std::span<const std::uint8_t> bytes, std::size_t padding = 0);
  void flushTls();

  ThreadContext& m_context;
  TurnServer m_server;
  std::vector<Address> m_asked;        // servers, in their order
  std::optional<Address> m_alternate;  // to be asked next; by the timer, never from within a call
  RelayListener& m_listener;
  std::optional<ice::TurnClient> m_client;
  io::Timer m_timer;
  io::Flow m_flow;
  std::unique_ptr<io::UdpSocket> m_datagram;
  std::unique_ptr<io::StreamSocket> m_stream;
  std::unique_ptr<io::TlsClient> m_tls;
  TimePoint m_connectBy = TimePoint::max();  // while TLS is not up
  std::unique_ptr<std::uint8_t[]> m_plain;   // decrypted and not yet taken
  std::size_t m_plainUsed = 0;
  std::string m_failure;  // told by the timer, never from within a call
  bool m_isOver = false;
};

}  // namespace kms::router
