// A non-blocking UDP socket on the wildcard address, which tells the local address of what it
// receives.
#pragma once

#include <kms/io/io-thread.hpp>
#include <kms/io/packet.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sys/socket.h>

namespace kms::io {

/// Takes what a UdpSocket receives, on its thread. `remote`, `local`, `received` and `size` of the
/// packet are set.
class KMS_API UdpReceiver {
 public:
  virtual ~UdpReceiver() = default;
  virtual void onDatagram(PacketRef packet) = 0;
  /// A datagram longer than a packet, of unknown origin or without room in the pool was dropped.
  virtual void onDropped() = 0;
  /// All datagrams of one receive batch were handed over.
  virtual void onBatchEnd() = 0;
};

/// One of a thread's sockets (one a family, both on the thread's port). I/O thread.
class KMS_API UdpSocket final : public Watcher {
 public:
  /// Binds to the wildcard address. `port` 0: any. Throws Error 40009 naming the port when it is
  /// taken.
  UdpSocket(bool v6, std::uint16_t port);

  [[nodiscard]] int fd() const noexcept { return m_fd.get(); }
  [[nodiscard]] bool isV6() const noexcept { return m_v6; }
  [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }

  /// Starts receiving into packets of `pool`. Before the thread starts, or on it.
  void attach(IoThread& thread, PacketPool& pool, UdpReceiver& receiver);
  /// Stops receiving and gives its packets back.
  void detach() noexcept;
  void onReady(std::uint32_t events) override;

 private:
  static constexpr std::size_t kBatch = 32;
  static constexpr int kBatchesPerRound = 4;

  [[nodiscard]] std::size_t prepare();
  [[nodiscard]] int receiveBatch();
  void deliver(std::size_t index, TimePoint now);
  [[nodiscard]] std::optional<Address> localAddress(std::size_t index);

  FileDescriptor m_fd;
  bool m_v6;
  std::uint16_t m_port = 0;

  IoThread* m_thread = nullptr;
  PacketPool* m_pool = nullptr;
  UdpReceiver* m_receiver = nullptr;

  std::size_t m_used = kBatch;  ///< places to prepare before the next batch
  std::array<PacketRef, kBatch> m_packets;
  std::array<mmsghdr, kBatch> m_messages{};
  std::array<iovec, kBatch> m_vectors{};
  std::array<sockaddr_storage, kBatch> m_names{};
  alignas(16) std::array<std::array<std::uint8_t, 64>, kBatch> m_controls{};
};

/// An IPv4 and, where the machine has it, an IPv6 socket on one port.
struct UdpSocketPair {
  std::unique_ptr<UdpSocket> v4;
  std::unique_ptr<UdpSocket> v6;  ///< null when the machine has no IPv6
};

/// Binds both families to `port` (0: any port that is free for both). Throws Error 40009 naming the
/// port.
[[nodiscard]] KMS_API UdpSocketPair bindUdpPair(std::uint16_t port);

}  // namespace kms::io
