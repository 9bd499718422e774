#include <kms/io/stream-socket.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

namespace kms::io {

namespace {

constexpr int kReadsPerRound = 4;

void disableDelay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool bindTo(int fd, Address local) {
  local.port = 0;
  sockaddr_storage name{};
  const socklen_t length = local.toSockaddr(name);
  return ::bind(fd, reinterpret_cast<sockaddr*>(&name), length) == 0;
}

}  // namespace

StreamSocket::StreamSocket(std::size_t receiveCapacity, std::size_t sendCapacity)
    : m_receiveCapacity(receiveCapacity),
      m_sendCapacity(sendCapacity),
      m_in(std::make_unique_for_overwrite<std::uint8_t[]>(receiveCapacity)) {}

void StreamSocket::adopt(FileDescriptor connected, IoThread& thread, StreamReceiver& receiver) {
  m_fd = std::move(connected);
  watch(thread, receiver, true);
}

bool StreamSocket::connect(const Address& remote, const std::optional<Address>& local,
                           IoThread& thread, StreamReceiver& receiver) {
  FileDescriptor fd(
      ::socket(remote.isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid() || (local && !bindTo(fd.get(), *local))) return false;
  sockaddr_storage name{};
  const socklen_t length = remote.toSockaddr(name);
  const int result = ::connect(fd.get(), reinterpret_cast<sockaddr*>(&name), length);
  if (result != 0 && errno != EINPROGRESS) return false;
  m_fd = std::move(fd);
  watch(thread, receiver, false);
  return true;
}

void StreamSocket::watch(IoThread& thread, StreamReceiver& receiver, bool isConnected) {
  m_thread = &thread;
  m_receiver = &receiver;
  m_isConnecting = !isConnected;
  m_isAwaitingRoom = !isConnected;
  disableDelay(m_fd.get());
  thread.watch(m_fd.get(), isConnected ? EPOLLIN : EPOLLIN | EPOLLOUT, *this);
}

void StreamSocket::close() noexcept {
  if (!m_fd.valid()) return;
  m_thread->unwatch(m_fd.get(), *this);
  m_fd = FileDescriptor();
}

void StreamSocket::onReady(std::uint32_t events) {
  if (m_isConnecting && !finishConnect()) return;
  if ((events & EPOLLOUT) != 0) flush();
  if (m_fd.valid() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive();
}

bool StreamSocket::finishConnect() {
  int error = 0;
  socklen_t length = sizeof error;
  ::getsockopt(m_fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    fail();
    return false;
  }
  m_isConnecting = false;
  m_receiver->onConnected();
  return m_fd.valid();
}

void StreamSocket::receive() {
  for (int reads = 0; reads < kReadsPerRound; ++reads) {
    const std::size_t room = m_receiveCapacity - m_inUsed;
    const auto got = ::recv(m_fd.get(), &m_in[m_inUsed], room, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return fail();
    m_inUsed += static_cast<std::size_t>(got);
    const std::size_t taken = m_receiver->onBytes({m_in.get(), m_inUsed});
    if (!m_fd.valid()) return;
    m_inUsed -= taken;
    std::memmove(m_in.get(), &m_in[taken], m_inUsed);
    if (m_inUsed == m_receiveCapacity) return fail();
    if (static_cast<std::size_t>(got) < room) return;
  }
}

void StreamSocket::fail() {
  close();
  m_receiver->onClosed();
}

bool StreamSocket::send(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
  const std::size_t size = first.size() + second.size();
  if (!m_fd.valid() || size > m_sendCapacity - (m_outEnd - m_outBegin)) return false;
  if (!m_out) m_out = std::make_unique_for_overwrite<std::uint8_t[]>(m_sendCapacity);
  if (size > m_sendCapacity - m_outEnd) {
    std::memmove(m_out.get(), &m_out[m_outBegin], m_outEnd - m_outBegin);
    m_outEnd -= std::exchange(m_outBegin, 0);
  }
  for (const auto part : {first, second}) {
    if (part.empty()) continue;
    std::memcpy(&m_out[m_outEnd], part.data(), part.size());
    m_outEnd += part.size();
  }
  return true;
}

bool StreamSocket::sendAtOnce(std::span<const std::uint8_t> first,
                              std::span<const std::uint8_t> second) {
  std::array<iovec, 2> parts = {{{const_cast<std::uint8_t*>(first.data()), first.size()},
                                 {const_cast<std::uint8_t*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const auto sent = ::sendmsg(m_fd.get(), &message, MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(first.size() + second.size());
}

// An error shows when the socket is read: nobody is told from within a send.
void StreamSocket::flush() {
  if (!m_fd.valid() || m_isConnecting) return;
  while (m_outBegin < m_outEnd) {
    const auto sent = ::send(m_fd.get(), &m_out[m_outBegin], m_outEnd - m_outBegin, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return awaitRoom(true);
    if (sent < 0) break;
    m_outBegin += static_cast<std::size_t>(sent);
  }
  m_outBegin = 0;
  m_outEnd = 0;
  awaitRoom(false);
}

void StreamSocket::awaitRoom(bool isNeeded) {
  if (std::exchange(m_isAwaitingRoom, isNeeded) == isNeeded) return;
  m_thread->rewatch(m_fd.get(), isNeeded ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
}

}  // namespace kms::io
