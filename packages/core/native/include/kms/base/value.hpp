// kms::Value: the one type in which data crosses between JavaScript and native code.
#pragma once

#include <kms/base/error.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kms {

class Value;
using Bytes = std::vector<std::uint8_t>;
using List = std::vector<Value>;
using Map = std::map<std::string, Value, std::less<>>;

/// null, bool, int64, double, string, bytes, list or map. A plain value without identity; any
/// thread.
class KMS_API Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : m_data(value) {}
  Value(int value) : m_data(std::int64_t{value}) {}
  Value(unsigned value) : m_data(std::int64_t{value}) {}
  Value(std::int64_t value) : m_data(value) {}
  Value(std::uint64_t value) : m_data(static_cast<std::int64_t>(value)) {}
  Value(double value) : m_data(value) {}
  Value(const char* value) : m_data(std::string(value)) {}
  Value(std::string_view value) : m_data(std::string(value)) {}
  Value(std::string value) : m_data(std::move(value)) {}
  Value(Bytes value) : m_data(std::move(value)) {}
  Value(List value) : m_data(std::move(value)) {}
  Value(Map value) : m_data(std::move(value)) {}

  [[nodiscard]] bool isNull() const { return std::holds_alternative<std::monostate>(m_data); }
  template <typename T>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<T>(m_data);
  }

  /// The held T. Throws Error 40001 when the value is of another type; an int64 is accepted as a
  /// double.
  template <typename T>
  [[nodiscard]] T as() const;
  [[nodiscard]] const List& list() const { return held<List>("list"); }
  [[nodiscard]] const Map& map() const { return held<Map>("map"); }
  [[nodiscard]] const std::string& text() const { return held<std::string>("string"); }

  /// Member `key` of a map; throws Error 40001 naming `key` when absent or when this is no map.
  [[nodiscard]] const Value& at(std::string_view key) const;
  /// Member `key`, or null when absent.
  [[nodiscard]] const Value& get(std::string_view key) const;
  /// Member `key` as T, or `fallback` when absent or null.
  template <typename T>
  [[nodiscard]] T get(std::string_view key, T fallback) const {
    const Value& member = get(key);
    return member.isNull() ? std::move(fallback) : member.as<T>();
  }

  bool operator==(const Value&) const = default;

  using Data =
      std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, List, Map>;
  [[nodiscard]] const Data& data() const { return m_data; }

 private:
  template <typename T>
  [[nodiscard]] const T& held(const char* wanted) const {
    if (const T* value = std::get_if<T>(&m_data)) return *value;
    throw Error(ErrorCode::kMarshall, std::string("value should be a ") + wanted);
  }

  Data m_data;
};

template <>
KMS_API bool Value::as<bool>() const;
template <>
KMS_API std::int64_t Value::as<std::int64_t>() const;
template <>
KMS_API int Value::as<int>() const;
template <>
KMS_API double Value::as<double>() const;
template <>
KMS_API std::string Value::as<std::string>() const;

}  // namespace kms
