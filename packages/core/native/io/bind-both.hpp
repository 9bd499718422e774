// One port for both address families: what UDP sockets and TCP listeners share.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/error.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace kms::io {

/// Throws Error 40009 naming "UDP port 5000" or the like, with the reason in errno.
[[noreturn]] void failBind(const char* protocol, std::uint16_t port);
/// Binds `fd` to `port` (0: any) of all addresses of a family. False: see errno.
[[nodiscard]] bool bindAny(int fd, bool v6, std::uint16_t port);
/// What a socket is bound to.
[[nodiscard]] std::optional<Address> localAddress(int fd);

/// Makes both sockets of `Pair`, IPv4 first; for port 0 until a port is found that is free for
/// both. Throws Error 40009 naming the port.
template <typename Pair>
Pair bindBoth(std::uint16_t port, bool hasV6) {
  using Socket = typename decltype(Pair::v4)::element_type;
  constexpr int kAttempts = 50;
  for (int attempt = 1;; ++attempt) {
    Pair pair;
    pair.v4 = std::make_unique<Socket>(false, port);
    try {
      if (hasV6) pair.v6 = std::make_unique<Socket>(true, pair.v4->port());
      return pair;
    } catch (const Error&) {
      if (port != 0 || attempt == kAttempts) throw;
    }
  }
}

}  // namespace kms::io
