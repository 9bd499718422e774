// Cuts the bytes of a fuzzer into values and packets. Beyond the end everything is 0 or empty.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kms::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : m_rest(data, size) {}

  [[nodiscard]] bool empty() const { return m_rest.empty(); }
  [[nodiscard]] std::uint8_t byte() {
    const auto one = bytes(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  [[nodiscard]] std::uint16_t word() {
    const unsigned high = byte();
    return static_cast<std::uint16_t>((high << 8U) | byte());
  }
  /// At most `size` bytes.
  [[nodiscard]] std::span<const std::uint8_t> bytes(std::size_t size) {
    const auto taken = m_rest.first(std::min(size, m_rest.size()));
    m_rest = m_rest.subspan(taken.size());
    return taken;
  }
  /// A packet behind its length (two bytes), in memory of its own, so that a sanitizer sees each
  /// byte read beyond it.
  [[nodiscard]] std::vector<std::uint8_t> packet() {
    const auto taken = bytes(word());
    return {taken.begin(), taken.end()};
  }

 private:
  std::span<const std::uint8_t> m_rest;
};

/// For what is computed only to see that it can be: the compiler may not leave it out.
template <typename Value>
void use(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// What must hold for every input; a fuzzer takes the abort for a finding.
inline void demand(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace kms::fuzz
