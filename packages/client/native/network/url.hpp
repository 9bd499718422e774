// The parts of a WebSocket URL.
#pragma once

#include <string>
#include <string_view>

namespace kms::client {

struct Url {
  bool isSecure = false;
  /// Name or address, an IPv6 address without brackets.
  std::string host;
  /// 80 or 443 where the URL has none.
  std::string port;
  /// Path and query, at least "/".
  std::string target;
  /// Host and port as the Host header has them.
  std::string authority;
};

/// Throws std::invalid_argument that names the fault.
[[nodiscard]] Url parseUrl(std::string_view text);

}  // namespace kms::client
