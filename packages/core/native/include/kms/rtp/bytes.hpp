// Big-endian numbers in byte arrays. The caller has checked the bounds.
#pragma once

#include <cstdint>

namespace kms::rtp {

[[nodiscard]] inline std::uint16_t read16(const std::uint8_t* at) noexcept {
  return static_cast<std::uint16_t>((at[0] << 8U) | at[1]);
}
[[nodiscard]] inline std::uint32_t read24(const std::uint8_t* at) noexcept {
  return (std::uint32_t{at[0]} << 16U) | (std::uint32_t{at[1]} << 8U) | at[2];
}
[[nodiscard]] inline std::uint32_t read32(const std::uint8_t* at) noexcept {
  return (std::uint32_t{read16(at)} << 16U) | read16(at + 2);
}
[[nodiscard]] inline std::uint64_t read64(const std::uint8_t* at) noexcept {
  return (std::uint64_t{read32(at)} << 32U) | read32(at + 4);
}
inline void write16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8U);
  at[1] = static_cast<std::uint8_t>(value);
}
inline void write24(std::uint8_t* at, std::uint32_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 16U);
  write16(at + 1, static_cast<std::uint16_t>(value));
}
inline void write32(std::uint8_t* at, std::uint32_t value) noexcept {
  write16(at, static_cast<std::uint16_t>(value >> 16U));
  write16(at + 2, static_cast<std::uint16_t>(value));
}
inline void write64(std::uint8_t* at, std::uint64_t value) noexcept {
  write32(at, static_cast<std::uint32_t>(value >> 32U));
  write32(at + 4, static_cast<std::uint32_t>(value));
}

}  // namespace kms::rtp
