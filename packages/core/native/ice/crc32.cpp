#include "crc32.hpp"

#include <array>

namespace kms::ice {

namespace {

constexpr std::array<std::uint32_t, 256> makeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t index = 0; index < table.size(); ++index) {
    std::uint32_t remainder = index;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    table[index] = remainder;
  }
  return table;
}

constexpr auto kTable = makeTable();

}  // namespace

std::uint32_t crc32(std::span<const std::uint8_t> bytes) noexcept {
  std::uint32_t remainder = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) {
    remainder = (remainder >> 8U) ^ kTable[(remainder ^ byte) & 0xFFU];
  }
  return remainder ^ 0xFFFFFFFFU;
}

}  // namespace kms::ice
