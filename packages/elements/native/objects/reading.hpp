// How the arguments of native methods are read: what is wrong is named.
#pragma once

#include <kms/base/error.hpp>
#include <kms/base/value.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace kms::elements {

/// Words and what they stand for.
template <typename Choice, std::size_t kCount>
using Table = std::array<std::pair<std::string_view, Choice>, kCount>;

/// Throws Error 40107 naming the member and its value.
[[noreturn]] inline void fail(std::string_view name, const std::string& value) {
  throw Error(ErrorCode::kIllegalParam, std::string(name) + ": '" + value + "' is not valid");
}

/// What a word stands for. Throws Error 40107 for a word that is not in the table.
template <typename Choice, std::size_t kCount>
Choice choose(const Table<Choice, kCount>& table, std::string_view name, const std::string& text) {
  for (const auto& [word, choice] : table) {
    if (word == text) return choice;
  }
  fail(name, text);
}

/// An integer within limits, both included. Throws Error 40001 or 40107.
template <typename Number>
Number number(const Value& value, std::string_view name, std::int64_t least, std::int64_t most) {
  const auto read = value.as<std::int64_t>();
  if (read < least || read > most) fail(name, std::to_string(read));
  return static_cast<Number>(read);
}

}  // namespace kms::elements
