// One usrsctp socket: an association whose packets are carried by somebody else (RFC 8261: DTLS).
#pragma once

#include "sctp/stream-socket.hpp"

#include <kms/base/value.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

struct socket;
union sctp_notification;

namespace kms::sctp {

class Stack;
struct Config;

/// SCTP thread.
class UsrSocket final : public StreamSocket {
 public:
  /// Begins to connect (both sides do, RFC 8831 6.2). `mtu`: largest packet in bytes, 600..65535.
  /// `stack` and `listener` outlive it. Throws Error 40009 when the library has no room.
  UsrSocket(Stack& stack, SocketListener& listener, const Config& config, std::size_t mtu);
  /// Ends the association at once, without a word to the peer.
  ~UsrSocket() override;
  UsrSocket(const UsrSocket&) = delete;
  UsrSocket& operator=(const UsrSocket&) = delete;

  /// Takes one packet from the peer.
  void receive(std::span<const std::uint8_t> packet);
  SendResult send(const OutgoingMessage& message) override;
  SendResult reset(std::span<const std::uint16_t> streams) override;

  // For the Stack.
  [[nodiscard]] bool isReady() const noexcept { return m_ready; }
  void setReady() noexcept { m_ready = true; }
  /// Reads what the library has for us.
  void process();
  void onOutput(std::span<const std::uint8_t> packet) { m_listener.onPacket(packet); }

 private:
  void configure(std::size_t mtu);
  void setOption(int option, const void* value, std::size_t size);
  void bind(std::uint16_t localPort);
  void connect(std::uint16_t remotePort);
  [[nodiscard]] bool readOne();
  void take(std::uint16_t stream, std::uint32_t ppid, std::span<const std::uint8_t> part,
            bool isEnd);
  void onNotification(std::span<const std::uint8_t> notification);
  void onAssociation(const sctp_notification& event);
  void onStreamReset(const sctp_notification& event, std::size_t size);

  Stack& m_stack;
  SocketListener& m_listener;
  std::uintptr_t m_id;
  struct ::socket* m_socket = nullptr;
  bool m_ready = false;
  std::uint32_t m_sinceDry = 0;  // messages taken since the library had none left
  bool m_isDown = false;
  Bytes m_partial;  // a message that the library delivers in parts
  bool m_discarding = false;
};

}  // namespace kms::sctp
