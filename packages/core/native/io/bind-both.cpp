#include "io/bind-both.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <sys/socket.h>

namespace kms::io {

void failBind(const char* protocol, std::uint16_t port) {
  throw Error(ErrorCode::kNotEnoughResources, std::string("cannot bind ") + protocol + " port " +
                                                  std::to_string(port) + ": " +
                                                  std::strerror(errno));
}

bool bindAny(int fd, bool v6, std::uint16_t port) {
  Address any;
  any.isV6 = v6;
  any.port = port;
  sockaddr_storage name{};
  const socklen_t length = any.toSockaddr(name);
  return ::bind(fd, reinterpret_cast<sockaddr*>(&name), length) == 0;
}

std::optional<Address> localAddress(int fd) {
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return std::nullopt;
  return Address::fromSockaddr(reinterpret_cast<sockaddr*>(&name));
}

}  // namespace kms::io
