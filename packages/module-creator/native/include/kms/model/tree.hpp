// How encode.hpp and decode.hpp see a tree of values, such as kms::Value or a JSON library's type.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kms::model {

/// What a node of a tree holds. kOther is what KMDs know no type for, such as bytes.
enum class Kind { kNull, kBoolean, kInteger, kNumber, kText, kList, kMap, kOther };

/// Specialised for each type of tree:
///   Elements, Members: what lists and maps are made from (push_back; insert_or_assign)
///   kind(tree); boolean(tree), integer(tree), number(tree), text(tree): only for that kind
///   elements(tree), members(tree): ranges of trees, and of pairs of name and tree
///   find(tree, name): pointer to a map's member, null where it has none
///   fail(message): throws the error 40001 of that tree's world
template <typename Tree>
struct TreeTraits;

/// What an error calls a value: the name of its parameter or field, and which of both it is.
struct Place {
  std::string_view name;
  std::string_view noun = "property";
};

/// Throws 40001 "'<name>' <noun> should be a <wanted>".
template <typename Tree>
[[noreturn]] void failType(const Place& place, std::string_view wanted) {
  std::string text = "'";
  text.append(place.name).append("' ").append(place.noun).append(" should be a ").append(wanted);
  TreeTraits<Tree>::fail(text);
}

template <typename T>
inline constexpr bool kIsVector = false;
template <typename T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <typename T>
inline constexpr bool kIsMap = false;
template <typename T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

}  // namespace kms::model
