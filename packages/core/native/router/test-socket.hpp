// Sockets of tests that stand for peers and servers, on loopback.
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace kms::router {

/// Blocks, for at most 10 s.
class Socket {
 public:
  explicit Socket(int type) : m_fd(::socket(AF_INET, type, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  Socket(Socket&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  ~Socket() {
    if (m_fd >= 0) ::close(m_fd);
  }
  [[nodiscard]] int fd() const { return m_fd; }
  bool connect(std::uint16_t port) const {
    sockaddr_in name = loopback(port);
    return ::connect(m_fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
  }
  std::uint16_t bind() const {
    sockaddr_in name = loopback(0);
    ::bind(m_fd, reinterpret_cast<sockaddr*>(&name), sizeof name);
    socklen_t length = sizeof name;
    ::getsockname(m_fd, reinterpret_cast<sockaddr*>(&name), &length);
    return ntohs(name.sin_port);
  }
  void write(std::span<const std::uint8_t> bytes) const {
    ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void writeFrame(std::span<const std::uint8_t> bytes) const {
    std::vector<std::uint8_t> frame = {static_cast<std::uint8_t>(bytes.size() >> 8U),
                                       static_cast<std::uint8_t>(bytes.size())};
    frame.insert(frame.end(), bytes.begin(), bytes.end());
    write(frame);
  }
  /// The next datagram, and where it came from; an empty one after the patience.
  struct Datagram {
    std::vector<std::uint8_t> bytes;
    sockaddr_in from{};
  };
  [[nodiscard]] Datagram receive() const { return receive(0); }
  /// What is there already, if anything.
  [[nodiscard]] Datagram receiveAtOnce() const { return receive(MSG_DONTWAIT); }
  [[nodiscard]] Datagram receive(int flags) const {
    Datagram datagram{std::vector<std::uint8_t>(1500), {}};
    socklen_t length = sizeof datagram.from;
    const auto got = ::recvfrom(m_fd, datagram.bytes.data(), datagram.bytes.size(), flags,
                                reinterpret_cast<sockaddr*>(&datagram.from), &length);
    datagram.bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return datagram;
  }
  void sendTo(const sockaddr_in& to, std::span<const std::uint8_t> bytes) const {
    ::sendto(m_fd, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to),
             sizeof to);
  }
  /// Until the peer has closed; false when it has not within the patience.
  [[nodiscard]] bool isClosedByPeer() const {
    std::uint8_t byte = 0;
    ssize_t got = 0;
    while ((got = ::recv(m_fd, &byte, 1, 0)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return name;
  }
  int m_fd;
};

}  // namespace kms::router
