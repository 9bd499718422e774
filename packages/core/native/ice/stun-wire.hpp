// Layout facts that the STUN reader and writer share.
#pragma once

#include <kms/ice/stun.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kms::ice::wire {

constexpr std::size_t kAttributeHeader = 4;
constexpr std::size_t kIntegritySize = 20;
constexpr std::size_t kFingerprintSize = 4;
constexpr std::uint32_t kFingerprintMask = 0x5354554EU;
constexpr std::uint8_t kFamilyV4 = 1;
constexpr std::uint8_t kFamilyV6 = 2;

constexpr std::size_t padded(std::size_t length) noexcept {
  return (length + 3U) & ~std::size_t{3};
}

inline std::uint16_t read16(const std::uint8_t* from) noexcept {
  return static_cast<std::uint16_t>((from[0] << 8U) | from[1]);
}
inline std::uint32_t read32(const std::uint8_t* from) noexcept {
  return (std::uint32_t{read16(from)} << 16U) | read16(from + 2);
}
inline std::uint64_t read64(const std::uint8_t* from) noexcept {
  return (std::uint64_t{read32(from)} << 32U) | read32(from + 4);
}
inline void write16(std::uint8_t* to, std::uint16_t number) noexcept {
  to[0] = static_cast<std::uint8_t>(number >> 8U);
  to[1] = static_cast<std::uint8_t>(number);
}
inline void write32(std::uint8_t* to, std::uint32_t number) noexcept {
  write16(to, static_cast<std::uint16_t>(number >> 16U));
  write16(to + 2, static_cast<std::uint16_t>(number));
}

/// The octets that XOR-MAPPED-ADDRESS is masked with: cookie, then transaction id (RFC 8489 14.2).
inline std::array<std::uint8_t, 16> addressMask(const TransactionId& id) noexcept {
  std::array<std::uint8_t, 16> mask{};
  write32(mask.data(), kStunCookie);
  std::copy(id.begin(), id.end(), mask.begin() + 4);
  return mask;
}

/// HMAC-SHA1 of `message`. False when OpenSSL refuses.
[[nodiscard]] bool hmacSha1(std::string_view key, ByteView message,
                            std::array<std::uint8_t, kIntegritySize>& out) noexcept;

}  // namespace kms::ice::wire
