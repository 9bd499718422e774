// 16-bit sequence numbers unwrapped to 64 bits.
#pragma once

#include <cstdint>

namespace kms::rtp {

/// Extends 16-bit numbers: each is taken as the nearest to the one before it that was the highest.
/// Starts above zero, so that numbers before the first stay positive.
class SequenceUnwrapper {
 public:
  /// The extended number of `sequence`, without taking note of it.
  [[nodiscard]] std::int64_t peek(std::uint16_t sequence) const noexcept {
    if (m_highest < 0) return std::int64_t{1} << 16 | sequence;
    const auto step = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(m_highest));
    return m_highest + step;
  }
  std::int64_t unwrap(std::uint16_t sequence) noexcept {
    const std::int64_t extended = peek(sequence);
    if (extended > m_highest) m_highest = extended;
    return extended;
  }
  [[nodiscard]] bool started() const noexcept { return m_highest >= 0; }
  [[nodiscard]] std::int64_t highest() const noexcept { return m_highest; }
  void reset() noexcept { m_highest = -1; }

 private:
  std::int64_t m_highest = -1;
};

}  // namespace kms::rtp
