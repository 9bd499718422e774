// CRC-32 of ISO 3309, which STUN's FINGERPRINT is made of.
#pragma once

#include <cstdint>
#include <span>

namespace kms::ice {

/// Any thread.
[[nodiscard]] std::uint32_t crc32(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace kms::ice
