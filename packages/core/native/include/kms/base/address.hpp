// Transport address: IP (v4 or v6) and port, small, comparable and hashable.
#pragma once

#include <kms/base/export.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace kms {

/// An IP address with a UDP or TCP port. IPv4 is held in the first four bytes of `ip`. Plain value,
/// any thread.
struct KMS_API Address {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;  ///< host byte order
  bool isV6 = false;

  auto operator<=>(const Address&) const = default;

  /// Parses an IP literal (no names, no brackets). Empty when `text` is none.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text, std::uint16_t port);
  /// Reads an AF_INET or AF_INET6 socket address; v4-mapped IPv6 becomes IPv4. Empty for other
  /// families.
  [[nodiscard]] static std::optional<Address> fromSockaddr(const sockaddr* address);
  /// Writes a socket address and returns its length.
  [[nodiscard]] socklen_t toSockaddr(sockaddr_storage& out) const;
  /// The IP literal without port.
  [[nodiscard]] std::string ipText() const;
  /// "1.2.3.4:5" or "[::1]:5".
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool isLoopback() const;
  [[nodiscard]] bool isLinkLocal() const;
};

}  // namespace kms

template <>
struct std::hash<kms::Address> {
  std::size_t operator()(const kms::Address& address) const noexcept {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::memcpy(&low, address.ip.data(), 8);
    std::memcpy(&high, address.ip.data() + 8, 8);
    return (low ^ (high * 0x9E3779B97F4A7C15ULL) ^ (std::uint64_t{address.port} << 32U)) *
           0xD6E8FEB86659FD93ULL;
  }
};
