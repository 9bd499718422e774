// What generated code tells of its types, and the small types that it uses: the base of encode.hpp
// and decode.hpp.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kms::model {

/// Of an enumeration; generated: `kName`, its name in the KMD, and `kNames`, the pairs of value and
/// text.
template <typename T>
struct EnumInfo;

/// Of a register or an event; generated: `kModule` and `kName`, its type on the wire, and
/// `fields(self, visitor)`, which calls visitor.required(name, member) or visitor.optional(name,
/// member) for each field, inherited ones first.
template <typename T>
struct RegisterInfo;

template <typename T>
concept Enum = requires {
  EnumInfo<T>::kName;
  EnumInfo<T>::kNames;
};
template <typename T>
concept Register = requires {
  RegisterInfo<T>::kModule;
  RegisterInfo<T>::kName;
};

/// The text that stands for the value in a KMD and on the wire; empty for what is no value of T.
template <Enum T>
[[nodiscard]] constexpr std::string_view toString(T value) noexcept {
  for (const auto& [known, text] : EnumInfo<T>::kNames) {
    if (known == value) return text;
  }
  return {};
}

/// The value that the text stands for; nothing for an unknown text.
template <Enum T>
[[nodiscard]] constexpr std::optional<T> fromString(std::string_view text) noexcept {
  for (const auto& [value, known] : EnumInfo<T>::kNames) {
    if (known == text) return value;
  }
  return std::nullopt;
}

/// Names an object of the remote class T by its id; empty for none. T need not be defined.
template <typename T>
struct Ref {
  std::string id;
  bool operator==(const Ref&) const = default;
};

/// An optional T on the heap: for a register's field whose type contains the register again.
template <typename T>
class Box {
 public:
  Box() = default;
  Box(T value) : m_value(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : m_value(copyOf(other)) {}
  Box(Box&&) noexcept = default;
  ~Box() = default;
  Box& operator=(const Box& other) {
    if (this != &other) m_value = copyOf(other);
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;

  [[nodiscard]] bool has_value() const noexcept { return m_value != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  /// Only where has_value().
  [[nodiscard]] const T& operator*() const noexcept { return *m_value; }
  [[nodiscard]] T& operator*() noexcept { return *m_value; }
  [[nodiscard]] const T* operator->() const noexcept { return m_value.get(); }

  bool operator==(const Box& other) const {
    return has_value() && other.has_value() ? *m_value == *other.m_value
                                            : has_value() == other.has_value();
  }

 private:
  static std::unique_ptr<T> copyOf(const Box& other) {
    return other.m_value ? std::make_unique<T>(*other.m_value) : nullptr;
  }

  std::unique_ptr<T> m_value;
};

}  // namespace kms::model
