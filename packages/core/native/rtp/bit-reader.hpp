// Bits of a byte array, most significant first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kms::rtp {

/// Beyond the end every bit is 0, and failed() says so: readers need not check each step.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) noexcept : m_bytes(bytes) {}

  /// `count`: 0..32.
  [[nodiscard]] std::uint32_t bits(unsigned count) noexcept {
    std::uint32_t value = 0;
    for (; count > 0; --count) value = (value << 1U) | bit();
    return value;
  }
  [[nodiscard]] bool flag() noexcept { return bit() != 0; }
  /// ns(n) of the AV1 specification (4.10.7): a value below `limit`, which is above 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t limit) noexcept {
    unsigned width = 0;
    for (std::uint32_t rest = limit; rest != 0; rest >>= 1U) ++width;
    const std::uint32_t shorter = (1U << width) - limit;
    const std::uint32_t value = bits(width - 1);
    return value < shorter ? value : (value << 1U) - shorter + bit();
  }
  [[nodiscard]] bool failed() const noexcept { return m_failed; }

 private:
  [[nodiscard]] std::uint32_t bit() noexcept {
    const std::size_t byte = m_at / 8;
    if (byte >= m_bytes.size()) {
      m_failed = true;
      return 0;
    }
    return (m_bytes[byte] >> (7U - m_at++ % 8U)) & 1U;
  }

  std::span<const std::uint8_t> m_bytes;
  std::size_t m_at = 0;
  bool m_failed = false;
};

}  // namespace kms::rtp
