// encode() and decode() of kms/model for kms::Value: from and to the enumerations and registers
// that the module creator makes of a module's KMD (target server-cpp).
#pragma once

#include <kms/base/value.hpp>
#include <kms/model/decode.hpp>
#include <kms/model/encode.hpp>

#include <array>

template <>
struct kms::model::TreeTraits<kms::Value> {
  using Elements = List;
  using Members = Map;

  static Kind kind(const Value& tree) {
    // In the order of Value::Data.
    constexpr std::array kKinds{Kind::kNull, Kind::kBoolean, Kind::kInteger, Kind::kNumber,
                                Kind::kText, Kind::kOther,   Kind::kList,    Kind::kMap};
    return kKinds.at(tree.data().index());
  }
  static bool boolean(const Value& tree) { return tree.as<bool>(); }
  static std::int64_t integer(const Value& tree) { return tree.as<std::int64_t>(); }
  static double number(const Value& tree) { return tree.as<double>(); }
  static const std::string& text(const Value& tree) { return tree.text(); }
  static const Elements& elements(const Value& tree) { return tree.list(); }
  static const Members& members(const Value& tree) { return tree.map(); }
  static const Value* find(const Value& map, std::string_view name) {
    const auto found = map.map().find(name);
    return found == map.map().end() ? nullptr : &found->second;
  }
  /// Throws Error 40001.
  [[noreturn]] static void fail(const std::string& message) {
    throw Error(ErrorCode::kMarshall, message);
  }
};
