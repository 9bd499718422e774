// Unpredictable numbers for SSRCs, CNAMEs and first sequence numbers.
#pragma once

#include <kms/ice/credentials.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace kms::router {

/// From OpenSSL's generator. Any thread.
[[nodiscard]] inline std::uint32_t random32() {
  std::array<std::uint8_t, 4> bytes{};
  ice::secureRandom()(bytes);
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U |
         std::uint32_t{bytes[2]} << 8U | bytes[3];
}

/// A random SSRC other than 0, which some receivers take for none.
[[nodiscard]] inline std::uint32_t randomSsrc() {
  const std::uint32_t ssrc = random32();
  return ssrc != 0 ? ssrc : 1;
}

/// A CNAME that tells nothing of the host (RFC 7022 4.2).
[[nodiscard]] inline std::string randomCname() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string name;
  for (int i = 0; i < 4; ++i) {
    for (std::uint32_t bits = random32(), k = 0; k < 4; ++k, bits >>= 8U)
      name += kDigits[bits & 15U];
  }
  return name;
}

}  // namespace kms::router
