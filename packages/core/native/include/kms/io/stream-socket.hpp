// A non-blocking TCP connection with bounded buffers.
#pragma once

#include <kms/base/address.hpp>
#include <kms/io/io-thread.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace kms::io {

/// Takes what a StreamSocket receives, on its thread. May close the socket, must not destroy it.
class KMS_API StreamReceiver {
 public:
  virtual ~StreamReceiver() = default;
  /// connect() has succeeded.
  virtual void onConnected() {}
  /// What has come and was not taken yet. Returns how many of the bytes it took; the others come
  /// again, with more behind them.
  virtual std::size_t onBytes(std::span<std::uint8_t> bytes) = 0;
  /// Closed by the peer, failed, or full of bytes that nobody takes. The last call.
  virtual void onClosed() = 0;
};

/// I/O thread. What does not fit the send buffer is refused, never waited for.
class KMS_API StreamSocket final : public Watcher {
 public:
  /// `receiveCapacity`: the longest message, in bytes. `sendCapacity`: bytes that may wait for the
  /// peer; the room is made by the first send.
  StreamSocket(std::size_t receiveCapacity, std::size_t sendCapacity);
  ~StreamSocket() override { close(); }
  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;

  /// Goes on with an accepted connection.
  void adopt(FileDescriptor connected, IoThread& thread, StreamReceiver& receiver);
  /// Starts to connect, from `local`'s IP if given. False when the system refuses at once.
  [[nodiscard]] bool connect(const Address& remote, const std::optional<Address>& local,
                             IoThread& thread, StreamReceiver& receiver);
  /// Queues both parts, or neither: false when there is no room. flush() sends.
  [[nodiscard]] bool send(std::span<const std::uint8_t> first,
                          std::span<const std::uint8_t> second = {});
  /// Past the buffer: false when the kernel did not take all; then the stream is broken. Not while
  /// something is queued.
  [[nodiscard]] bool sendAtOnce(std::span<const std::uint8_t> first,
                                std::span<const std::uint8_t> second);
  /// Gives the kernel what it takes; the rest goes when it takes more.
  void flush();
  /// Without a call to the receiver.
  void close() noexcept;
  [[nodiscard]] bool isOpen() const noexcept { return m_fd.valid(); }

  void onReady(std::uint32_t events) override;

 private:
  void watch(IoThread& thread, StreamReceiver& receiver, bool isConnected);
  [[nodiscard]] bool finishConnect();
  void receive();
  void fail();
  void awaitRoom(bool isNeeded);

  const std::size_t m_receiveCapacity;
  const std::size_t m_sendCapacity;
  FileDescriptor m_fd;
  IoThread* m_thread = nullptr;
  StreamReceiver* m_receiver = nullptr;
  bool m_isConnecting = false;
  bool m_isAwaitingRoom = false;
  std::unique_ptr<std::uint8_t[]> m_in;
  std::size_t m_inUsed = 0;
  std::unique_ptr<std::uint8_t[]> m_out;
  std::size_t m_outBegin = 0;
  std::size_t m_outEnd = 0;
};

}  // namespace kms::io
