// encode() and decode() for nlohmann::json.
#pragma once

#include <kms/model/decode.hpp>
#include <kms/model/encode.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>

namespace kms::model {

/// 40001: a JSON value is not what its type says; the message names it.
class ValueError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <>
struct TreeTraits<nlohmann::json> {
  using Tree = nlohmann::json;
  using Elements = Tree::array_t;
  using Members = Tree::object_t;

  static Kind kind(const Tree& tree) {
    switch (tree.type()) {
      case Tree::value_t::null:
        return Kind::kNull;
      case Tree::value_t::boolean:
        return Kind::kBoolean;
      case Tree::value_t::number_integer:
        return Kind::kInteger;
      case Tree::value_t::number_unsigned:
        return fitsInt64(tree) ? Kind::kInteger : Kind::kNumber;
      case Tree::value_t::number_float:
        return Kind::kNumber;
      case Tree::value_t::string:
        return Kind::kText;
      case Tree::value_t::array:
        return Kind::kList;
      case Tree::value_t::object:
        return Kind::kMap;
      default:
        return Kind::kOther;
    }
  }
  static bool boolean(const Tree& tree) { return tree.get<bool>(); }
  static std::int64_t integer(const Tree& tree) { return tree.get<std::int64_t>(); }
  static double number(const Tree& tree) { return tree.get<double>(); }
  static const std::string& text(const Tree& tree) { return tree.get_ref<const std::string&>(); }
  static const Elements& elements(const Tree& tree) { return tree.get_ref<const Elements&>(); }
  static const Members& members(const Tree& tree) { return tree.get_ref<const Members&>(); }
  static const Tree* find(const Tree& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? nullptr : &*found;
  }
  [[noreturn]] static void fail(const std::string& message) { throw ValueError(message); }

 private:
  static bool fitsInt64(const Tree& tree) {
    constexpr auto kLimit = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    return tree.get<std::uint64_t>() <= kLimit;
  }
};

}  // namespace kms::model
