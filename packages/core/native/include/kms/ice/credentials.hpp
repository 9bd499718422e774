// ICE short-term credentials (RFC 8445 5.3) and the source of randomness that tests replace.
#pragma once

#include <kms/base/export.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace kms::ice {

/// Fills the span with random octets.
using RandomSource = std::function<void(std::span<std::uint8_t>)>;

/// Username fragment and password of one side.
struct KMS_API Credentials {
  std::string ufrag;
  std::string pwd;

  bool operator==(const Credentials&) const = default;

  /// Draws a ufrag of 8 and a password of 24 ice-chars (48 and 144 bits).
  [[nodiscard]] static Credentials generate(const RandomSource& random);
  /// Throws Error 40107 naming the field unless both are 1 to 256 visible ASCII characters other
  /// than ':'.
  void validate(const char* side) const;
};

/// OpenSSL's generator. Throws Error 40003 when it has no entropy. Any thread.
[[nodiscard]] KMS_API RandomSource secureRandom();

/// One random number from `random`.
[[nodiscard]] KMS_API std::uint64_t random64(const RandomSource& random);

}  // namespace kms::ice
