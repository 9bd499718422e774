// encode(): from the types of generated code to a tree of values, as they go on the wire: registers
// with `__module__` and `__type__` and without unset fields, enumerations as text, objects as their
// ids, a float as the double that it is exactly.
#pragma once

#include <kms/model/reflect.hpp>
#include <kms/model/tree.hpp>

#include <concepts>
#include <cstdint>

namespace kms::model {

/// The value as a Tree. Takes what decode<T>() gives.
template <typename Tree, typename T>
[[nodiscard]] Tree encode(const T& value);

namespace detail {

/// Visitor of RegisterInfo::fields(): puts the members into a map.
template <typename Tree>
class FieldEncoder {
 public:
  explicit FieldEncoder(typename TreeTraits<Tree>::Members& members) : m_members(members) {}

  template <typename T>
  void required(std::string_view name, const T& member) const {
    m_members.insert_or_assign(std::string(name), encode<Tree>(member));
  }
  template <typename T>
  void optional(std::string_view name, const T& member) const {
    required(name, member);
  }
  template <typename T>
  void optional(std::string_view name, const std::optional<T>& member) const {
    if (member) required(name, *member);
  }
  template <typename T>
  void optional(std::string_view name, const Box<T>& member) const {
    if (member) required(name, *member);
  }

 private:
  typename TreeTraits<Tree>::Members& m_members;
};

template <typename Tree, Register T>
Tree encodeRegister(const T& value) {
  typename TreeTraits<Tree>::Members members;
  members.insert_or_assign("__module__", Tree(std::string(RegisterInfo<T>::kModule)));
  members.insert_or_assign("__type__", Tree(std::string(RegisterInfo<T>::kName)));
  const FieldEncoder<Tree> encoder(members);
  RegisterInfo<T>::fields(value, encoder);
  return Tree(std::move(members));
}

template <typename Tree, typename T>
Tree encodeList(const T& list) {
  typename TreeTraits<Tree>::Elements elements;
  for (const auto& element : list) elements.push_back(encode<Tree>(element));
  return Tree(std::move(elements));
}

template <typename Tree, typename T>
Tree encodeMap(const T& map) {
  typename TreeTraits<Tree>::Members members;
  for (const auto& [name, member] : map) members.insert_or_assign(name, encode<Tree>(member));
  return Tree(std::move(members));
}

}  // namespace detail

template <typename Tree, typename T>
Tree encode(const T& value) {
  if constexpr (Enum<T>) {
    return Tree(std::string(toString(value)));
  } else if constexpr (std::floating_point<T>) {
    return Tree(static_cast<double>(value));
  } else if constexpr (std::signed_integral<T> && !std::same_as<T, bool>) {
    return Tree(static_cast<std::int64_t>(value));
  } else if constexpr (kIsVector<T>) {
    return detail::encodeList<Tree>(value);
  } else if constexpr (kIsMap<T>) {
    return detail::encodeMap<Tree>(value);
  } else if constexpr (Register<T>) {
    return detail::encodeRegister<Tree>(value);
  } else if constexpr (requires { value.id; }) {
    return value.id.empty() ? Tree(nullptr) : Tree(value.id);
  } else {
    return Tree(value);
  }
}

}  // namespace kms::model
