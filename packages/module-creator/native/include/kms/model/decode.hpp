// decode<T>(): from a tree of values to the types of generated code, by Kurento's rules of
// conversion (jsoncpp's): numbers and booleans become text, booleans become numbers, numbers become
// booleans, null becomes the empty value; text becomes nothing else.
#pragma once

#include <kms/model/reflect.hpp>
#include <kms/model/tree.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

namespace kms::model {

/// The value of a tree as a T: a primitive, an enumeration, a register, an object's Ref, or a list
/// (std::vector) or map (std::map) of those. Throws 40001 where it is of another type or an
/// enumeration does not know it; the message names `place`, or the register's field.
template <typename T, typename Tree>
[[nodiscard]] T decode(const Tree& tree, const Place& place);

namespace detail {

/// Shortest text that reads back as the same number.
inline std::string numberText(double number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end};
}

template <typename Tree>
std::string decodeText(const Tree& tree, const Place& place) {
  using Traits = TreeTraits<Tree>;
  switch (Traits::kind(tree)) {
    case Kind::kText:
      return Traits::text(tree);
    case Kind::kBoolean:
      return Traits::boolean(tree) ? "true" : "false";
    case Kind::kInteger:
      return std::to_string(Traits::integer(tree));
    case Kind::kNumber:
      return numberText(Traits::number(tree));
    case Kind::kNull:
      return {};
    default:
      failType<Tree>(place, "string");
  }
}

template <typename Tree>
bool decodeBoolean(const Tree& tree, const Place& place) {
  using Traits = TreeTraits<Tree>;
  switch (Traits::kind(tree)) {
    case Kind::kBoolean:
      return Traits::boolean(tree);
    case Kind::kInteger:
      return Traits::integer(tree) != 0;
    case Kind::kNumber:
      return Traits::number(tree) != 0;
    case Kind::kNull:
      return false;
    default:
      failType<Tree>(place, "boolean");
  }
}

/// A number as an integer, where it is one and fits.
inline std::optional<std::int64_t> wholeNumber(double number) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (std::trunc(number) != number || number < -kLimit || number >= kLimit) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

template <typename Tree>
std::optional<std::int64_t> integerIn(const Tree& tree) {
  using Traits = TreeTraits<Tree>;
  switch (Traits::kind(tree)) {
    case Kind::kInteger:
      return Traits::integer(tree);
    case Kind::kNumber:
      return wholeNumber(Traits::number(tree));
    case Kind::kBoolean:
      return Traits::boolean(tree) ? 1 : 0;
    case Kind::kNull:
      return 0;
    default:
      return std::nullopt;
  }
}

template <std::signed_integral T, typename Tree>
T decodeInteger(const Tree& tree, const Place& place) {
  const auto wide = integerIn(tree);
  if (!wide || *wide < std::numeric_limits<T>::min() || *wide > std::numeric_limits<T>::max()) {
    failType<Tree>(place, sizeof(T) > 4 ? "int64" : "integer");
  }
  return static_cast<T>(*wide);
}

template <std::floating_point T, typename Tree>
T decodeNumber(const Tree& tree, const Place& place) {
  using Traits = TreeTraits<Tree>;
  const auto integer = integerIn(tree);
  const bool isNumber = Traits::kind(tree) == Kind::kNumber;
  if (!integer && !isNumber) failType<Tree>(place, "double");
  const double wide = isNumber ? Traits::number(tree) : static_cast<double>(*integer);
  if (std::abs(wide) > std::numeric_limits<T>::max()) failType<Tree>(place, "double");
  return static_cast<T>(wide);
}

template <Enum T, typename Tree>
T decodeEnum(const Tree& tree, const Place& place) {
  const auto value = fromString<T>(decodeText(tree, place));
  if (!value) TreeTraits<Tree>::fail("Invalid value for '" + std::string(EnumInfo<T>::kName) + "'");
  return *value;
}

template <typename T, typename Tree>
T decodeList(const Tree& tree, const Place& place) {
  using Traits = TreeTraits<Tree>;
  const Kind kind = Traits::kind(tree);
  if (kind != Kind::kList && kind != Kind::kNull) failType<Tree>(place, "list");
  T list;
  if (kind == Kind::kNull) return list;
  for (const Tree& element : Traits::elements(tree)) {
    list.push_back(decode<typename T::value_type>(element, place));
  }
  return list;
}

template <typename T, typename Tree>
T decodeMap(const Tree& tree, const Place& place) {
  using Traits = TreeTraits<Tree>;
  const Kind kind = Traits::kind(tree);
  if (kind != Kind::kMap && kind != Kind::kNull) failType<Tree>(place, "map");
  T map;
  if (kind == Kind::kNull) return map;
  for (const auto& [name, member] : Traits::members(tree)) {
    map.emplace(name, decode<typename T::mapped_type>(member, place));
  }
  return map;
}

template <typename T>
inline constexpr bool kIsRef = false;
template <typename T>
inline constexpr bool kIsRef<Ref<T>> = true;

/// What Kurento's errors call a T.
template <typename T>
constexpr std::string_view wantedWord() {
  if constexpr (std::same_as<T, bool>) return "boolean";
  if constexpr (std::signed_integral<T>) return sizeof(T) > 4 ? "int64" : "integer";
  if constexpr (std::floating_point<T>) return "double";
  if constexpr (kIsVector<T>) return "list";
  if constexpr (kIsMap<T>) return "map";
  if constexpr (Register<T>) return "object";
  return "string";
}

/// Visitor of RegisterInfo::fields(): fills the members from a map.
template <typename Tree>
class FieldDecoder {
 public:
  explicit FieldDecoder(const Tree& tree) : m_tree(tree) {}

  template <typename T>
  void required(std::string_view name, T& member) const {
    const Tree* given = find(name);
    if (given == nullptr) failType<Tree>(Place{name}, wantedWord<T>());
    member = decode<T>(*given, Place{name});
  }
  template <typename T>
  void optional(std::string_view name, T& member) const {
    if (const Tree* given = find(name)) member = decode<T>(*given, Place{name});
  }
  template <typename T>
  void optional(std::string_view name, std::optional<T>& member) const {
    if (const Tree* given = find(name)) member = decode<T>(*given, Place{name});
  }
  template <typename T>
  void optional(std::string_view name, Box<T>& member) const {
    if (const Tree* given = find(name)) member = decode<T>(*given, Place{name});
  }

 private:
  [[nodiscard]] const Tree* find(std::string_view name) const {
    using Traits = TreeTraits<Tree>;
    return Traits::kind(m_tree) == Kind::kMap ? Traits::find(m_tree, name) : nullptr;
  }

  const Tree& m_tree;
};

template <Register T, typename Tree>
T decodeRegister(const Tree& tree, const Place& place) {
  const Kind kind = TreeTraits<Tree>::kind(tree);
  if (kind != Kind::kMap && kind != Kind::kNull) failType<Tree>(place, "object");
  T value;
  const FieldDecoder<Tree> decoder(tree);
  RegisterInfo<T>::fields(value, decoder);
  return value;
}

}  // namespace detail

template <typename T, typename Tree>
T decode(const Tree& tree, const Place& place) {
  if constexpr (std::same_as<T, std::string>) {
    return detail::decodeText(tree, place);
  } else if constexpr (std::same_as<T, bool>) {
    return detail::decodeBoolean(tree, place);
  } else if constexpr (std::signed_integral<T>) {
    return detail::decodeInteger<T>(tree, place);
  } else if constexpr (std::floating_point<T>) {
    return detail::decodeNumber<T>(tree, place);
  } else if constexpr (Enum<T>) {
    return detail::decodeEnum<T>(tree, place);
  } else if constexpr (kIsVector<T>) {
    return detail::decodeList<T>(tree, place);
  } else if constexpr (kIsMap<T>) {
    return detail::decodeMap<T>(tree, place);
  } else if constexpr (detail::kIsRef<T>) {
    return T{detail::decodeText(tree, place)};
  } else {
    return detail::decodeRegister<T>(tree, place);
  }
}

}  // namespace kms::model
