// Sliding replay window over a ring of bits (RFC 3711 3.3.2): bit number = index modulo window.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace kms::srtp {

/// True when `index` was accepted before or is older than the window. `next` is 1 + the highest
/// accepted index.
[[nodiscard]] inline bool isReplay(std::span<const std::uint64_t> seen, std::uint64_t next,
                                   std::uint64_t index) {
  const std::uint64_t window = seen.size() * 64;
  if (index >= next) {
    return false;
  }
  const std::uint64_t bit = index % window;
  return next - index > window || ((seen[bit / 64] >> (bit % 64)) & 1U) != 0;
}

/// Marks an index for which isReplay() said false.
inline void accept(std::span<std::uint64_t> seen, std::uint64_t& next, std::uint64_t index) {
  const std::uint64_t window = seen.size() * 64;
  if (index >= next && index - next >= window) {
    std::ranges::fill(seen, std::uint64_t{0});
  } else {
    for (std::uint64_t skipped = next; skipped < index; ++skipped) {
      seen[skipped % window / 64] &= ~(std::uint64_t{1} << (skipped % 64));
    }
  }
  seen[index % window / 64] |= std::uint64_t{1} << (index % 64);
  next = std::max(next, index + 1);
}

}  // namespace kms::srtp
