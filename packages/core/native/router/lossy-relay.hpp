// For tests: a UDP relay on 127.0.0.1 that drops every n-th media packet of those that pass it, in
// both directions.
#pragma once

#include <kms/base/address.hpp>
#include <kms/io/io-thread.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace kms::router {

/// Who sends to address() is relayed to `target`, from another socket, whose answers go back.
class LossyRelay {
 public:
  LossyRelay(const Address& target, unsigned every) : m_target(target), m_every(every) {
    m_thread = std::thread([this] { run(); });
  }
  ~LossyRelay() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(m_stop.get(), &one, sizeof one);
    m_thread.join();
  }

  [[nodiscard]] Address address() const {
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    ::getsockname(m_front.get(), reinterpret_cast<sockaddr*>(&name), &length);
    return *Address::fromSockaddr(reinterpret_cast<sockaddr*>(&name));
  }
  [[nodiscard]] unsigned dropped() const { return m_dropped; }
  /// Of the last media packet that came to address(); -1 before.
  [[nodiscard]] int dscp() const { return m_dscp; }

 private:
  static io::FileDescriptor makeSocket() {
    io::FileDescriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (::setsockopt(fd.get(), IPPROTO_IP, IP_RECVTOS, &on, sizeof on) != 0) std::terminate();
    sockaddr_storage name{};
    const socklen_t length = Address::parse("127.0.0.1", 0)->toSockaddr(name);
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&name), length) != 0) std::terminate();
    return fd;
  }

  void run() {
    std::array<pollfd, 3> fds{
        {{m_front.get(), POLLIN, 0}, {m_back.get(), POLLIN, 0}, {m_stop.get(), POLLIN, 0}}};
    while (::poll(fds.data(), fds.size(), -1) > 0 && fds[2].revents == 0) {
      if (fds[0].revents != 0) pass(m_front.get(), m_back.get(), m_client, m_target);
      if (fds[1].revents != 0) pass(m_back.get(), m_front.get(), m_ignored, m_client);
    }
  }

  void pass(int from, int to, Address& source, const Address& destination) {
    std::array<std::uint8_t, 2000> packet{};
    sockaddr_storage name{};
    std::array<std::uint8_t, CMSG_SPACE(sizeof(int))> control{};
    iovec bytes{packet.data(), packet.size()};
    msghdr message{&name, sizeof name, &bytes, 1, control.data(), control.size(), 0};
    const auto size = ::recvmsg(from, &message, 0);
    if (size < 2) return;
    source = *Address::fromSockaddr(reinterpret_cast<sockaddr*>(&name));
    const bool media = packet[0] >= 128 && packet[0] < 192 && (packet[1] < 192 || packet[1] > 223);
    if (media && from == m_front.get()) noteMark(message);
    if (media && ++m_media % m_every == 0) {
      ++m_dropped;
      return;
    }
    const socklen_t toLength = destination.toSockaddr(name);
    ::sendto(to, packet.data(), static_cast<std::size_t>(size), 0,
             reinterpret_cast<sockaddr*>(&name), toLength);
  }

  void noteMark(msghdr& message) {
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == IP_TOS) m_dscp = *CMSG_DATA(header) >> 2;
  }

  const Address m_target;
  const unsigned m_every;
  io::FileDescriptor m_front = makeSocket();
  io::FileDescriptor m_back = makeSocket();
  io::FileDescriptor m_stop{::eventfd(0, EFD_CLOEXEC)};
  Address m_client;
  Address m_ignored;
  unsigned m_media = 0;
  std::atomic<unsigned> m_dropped{0};
  std::atomic<int> m_dscp{-1};
  std::thread m_thread;
};

}  // namespace kms::router
