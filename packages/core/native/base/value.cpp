#include <kms/base/value.hpp>

#include <limits>

namespace kms {

namespace {
const Value kNull;
}

template <>
bool Value::as<bool>() const {
  return held<bool>("boolean");
}

template <>
std::int64_t Value::as<std::int64_t>() const {
  return held<std::int64_t>("integer");
}

template <>
int Value::as<int>() const {
  const auto wide = as<std::int64_t>();
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
    throw Error(ErrorCode::kMarshall, "value should be a 32-bit integer");
  }
  return static_cast<int>(wide);
}

template <>
double Value::as<double>() const {
  if (is<std::int64_t>()) return static_cast<double>(as<std::int64_t>());
  return held<double>("double");
}

template <>
std::string Value::as<std::string>() const {
  return text();
}

const Value& Value::at(std::string_view key) const {
  const auto& members = map();
  const auto found = members.find(key);
  if (found != members.end()) return found->second;
  throw Error(ErrorCode::kMarshall, "'" + std::string(key) + "' is required");
}

const Value& Value::get(std::string_view key) const {
  const auto* members = std::get_if<Map>(&m_data);
  if (members == nullptr) return kNull;
  const auto found = members->find(key);
  return found == members->end() ? kNull : found->second;
}

}  // namespace kms
