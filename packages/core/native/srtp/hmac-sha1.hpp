// HMAC-SHA1 (RFC 2104) with the key's part of both hashes computed once.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <span>

namespace kms::srtp {

inline constexpr std::size_t kSha1Length = 20;

/// OpenSSL's plain SHA-1 functions on purpose: copying an EVP digest or MAC context allocates on
/// every packet.
class HmacSha1 {
 public:
  explicit HmacSha1(std::span<const std::uint8_t> key);
  ~HmacSha1();
  HmacSha1(const HmacSha1&) = delete;
  HmacSha1& operator=(const HmacSha1&) = delete;

  /// The code over `first` followed by `second`.
  [[nodiscard]] std::array<std::uint8_t, kSha1Length> compute(
      std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) const;

 private:
  SHA_CTX m_inner{};
  SHA_CTX m_outer{};
};

}  // namespace kms::srtp
