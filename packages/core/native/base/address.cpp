#include <kms/base/address.hpp>

#include <arpa/inet.h>

namespace kms {

std::optional<Address> Address::parse(std::string_view text, std::uint16_t port) {
  const std::string literal(text);
  Address address;
  address.port = port;
  if (inet_pton(AF_INET, literal.c_str(), address.ip.data()) == 1) return address;
  address.isV6 = true;
  if (inet_pton(AF_INET6, literal.c_str(), address.ip.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> Address::fromSockaddr(const sockaddr* address) {
  Address result;
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    std::memcpy(result.ip.data(), &v4->sin_addr, 4);
    result.port = ntohs(v4->sin_port);
    return result;
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
  result.port = ntohs(v6->sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
    std::memcpy(result.ip.data(), v6->sin6_addr.s6_addr + 12, 4);
    return result;
  }
  result.isV6 = true;
  std::memcpy(result.ip.data(), &v6->sin6_addr, 16);
  return result;
}

socklen_t Address::toSockaddr(sockaddr_storage& out) const {
  out = {};
  if (!isV6) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, ip.data(), 4);
    return sizeof(sockaddr_in);
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  std::memcpy(&v6->sin6_addr, ip.data(), 16);
  return sizeof(sockaddr_in6);
}

std::string Address::ipText() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(isV6 ? AF_INET6 : AF_INET, ip.data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string Address::text() const {
  const auto host = ipText();
  return (isV6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Address::isLoopback() const {
  if (!isV6) return ip[0] == 127;
  return *this == *parse("::1", port);
}

bool Address::isLinkLocal() const {
  if (!isV6) return ip[0] == 169 && ip[1] == 254;
  return ip[0] == 0xFE && (ip[1] & 0xC0U) == 0x80;
}

}  // namespace kms
