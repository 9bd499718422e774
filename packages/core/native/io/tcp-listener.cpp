#include "io/bind-both.hpp"

#include <kms/io/tcp-listener.hpp>

#include <cerrno>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace kms::io {

namespace {

constexpr int kBacklog = 128;

// A restarted worker takes its port again although connections of the old one linger.
bool configure(int fd, bool v6) {
  const int on = 1;
  if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return false;
  return !v6 || ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
}

}  // namespace

TcpListener::TcpListener(bool v6, std::uint16_t port)
    : m_fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const bool isListening = m_fd.valid() && configure(m_fd.get(), v6) &&
                           bindAny(m_fd.get(), v6, port) && ::listen(m_fd.get(), kBacklog) == 0;
  const auto local = isListening ? localAddress(m_fd.get()) : std::nullopt;
  if (!local) failBind("TCP", port);
  m_port = local->port;
}

// Edge-triggered: when the process is out of descriptors, the connections that wait do not make the
// loop spin.
void TcpListener::attach(IoThread& thread, TcpAcceptor& acceptor) {
  m_thread = &thread;
  m_acceptor = &acceptor;
  thread.watch(m_fd.get(), EPOLLIN | static_cast<std::uint32_t>(EPOLLET), *this);
}

void TcpListener::detach() noexcept {
  if (m_thread == nullptr) return;
  m_thread->unwatch(m_fd.get(), *this);
  m_thread = nullptr;
}

void TcpListener::onReady(std::uint32_t) {
  while (m_thread != nullptr) {
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    FileDescriptor connection(::accept4(m_fd.get(), reinterpret_cast<sockaddr*>(&name), &length,
                                        SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!connection.valid() && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (!connection.valid()) return;
    const auto remote = Address::fromSockaddr(reinterpret_cast<sockaddr*>(&name));
    if (remote) accepted(std::move(connection), *remote);
  }
}

void TcpListener::accepted(FileDescriptor connection, const Address& remote) {
  const auto local = localAddress(connection.get());
  if (local) m_acceptor->onAccepted(std::move(connection), *local, remote);
}

TcpListenerPair bindTcpPair(std::uint16_t port, bool hasV6) {
  return bindBoth<TcpListenerPair>(port, hasV6);
}

}  // namespace kms::io
