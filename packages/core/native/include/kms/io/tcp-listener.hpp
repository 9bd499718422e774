// A listening TCP socket on the wildcard address.
#pragma once

#include <kms/base/address.hpp>
#include <kms/io/io-thread.hpp>

#include <cstdint>
#include <memory>

namespace kms::io {

/// Takes accepted connections, on the listener's thread.
class KMS_API TcpAcceptor {
 public:
  virtual ~TcpAcceptor() = default;
  /// A connection from `remote` to our address `local`; closed when the descriptor goes.
  virtual void onAccepted(FileDescriptor connection, const Address& local,
                          const Address& remote) = 0;
};

/// I/O thread.
class KMS_API TcpListener final : public Watcher {
 public:
  /// Binds and listens. `port` 0: any. Throws Error 40009 naming the port when it is taken.
  TcpListener(bool v6, std::uint16_t port);

  [[nodiscard]] std::uint16_t port() const noexcept { return m_port; }
  /// Before the thread starts, or on it.
  void attach(IoThread& thread, TcpAcceptor& acceptor);
  void detach() noexcept;

  void onReady(std::uint32_t events) override;

 private:
  void accepted(FileDescriptor connection, const Address& remote);

  FileDescriptor m_fd;
  std::uint16_t m_port = 0;
  IoThread* m_thread = nullptr;
  TcpAcceptor* m_acceptor = nullptr;
};

/// An IPv4 and, where the machine has it, an IPv6 listener on one port.
struct TcpListenerPair {
  std::unique_ptr<TcpListener> v4;
  std::unique_ptr<TcpListener> v6;  ///< null when the machine has no IPv6
};

/// Binds both families to `port` (0: any port that is free for both). Throws Error 40009 naming the
/// port.
[[nodiscard]] KMS_API TcpListenerPair bindTcpPair(std::uint16_t port, bool hasV6);

}  // namespace kms::io
