#include "binding/convert.hpp"

#include <cmath>
#include <cstring>

namespace kms::binding {

namespace {

constexpr std::int64_t kMaxSafe = (std::int64_t{1} << 53) - 1;
constexpr int kMaxDepth = 64;

// To JavaScript: one overload per row of the table.

struct Writer {
  napi_env env;

  napi_value operator()(std::monostate) const { return made(&napi_get_null); }
  napi_value operator()(bool value) const { return made(&napi_get_boolean, value); }
  napi_value operator()(double value) const { return made(&napi_create_double, value); }
  napi_value operator()(std::int64_t value) const {
    const bool isSafe = value >= -kMaxSafe && value <= kMaxSafe;
    return isSafe ? made(&napi_create_int64, value) : made(&napi_create_bigint_int64, value);
  }
  napi_value operator()(const std::string& value) const {
    return made(&napi_create_string_utf8, value.data(), value.size());
  }
  napi_value operator()(const Bytes& value) const {
    void* memory = nullptr;
    napi_value buffer = nullptr;
    if (napi_create_arraybuffer(env, value.size(), &memory, &buffer) != napi_ok) return nullptr;
    if (!value.empty()) std::memcpy(memory, value.data(), value.size());
    return made(&napi_create_typedarray, napi_uint8_array, value.size(), buffer, std::size_t{0});
  }
  napi_value operator()(const List& value) const {
    napi_value array = made(&napi_create_array_with_length, value.size());
    for (std::uint32_t i = 0; array != nullptr && i < value.size(); ++i) {
      napi_value item = toJs(env, value[i]);
      if (item == nullptr || napi_set_element(env, array, i, item) != napi_ok) return nullptr;
    }
    return array;
  }
  napi_value operator()(const Map& value) const {
    napi_value object = made(&napi_create_object);
    for (const auto& [key, member] : value) {
      // Defined, not set: a key "__proto__" must stay a key.
      napi_property_descriptor property{};
      property.name = (*this)(key);
      property.value = toJs(env, member);
      property.attributes = napi_default_jsproperty;
      if (object == nullptr || property.name == nullptr || property.value == nullptr ||
          napi_define_properties(env, object, 1, &property) != napi_ok) {
        return nullptr;
      }
    }
    return object;
  }

  template <typename Make, typename... Args>
  napi_value made(Make make, Args... args) const {
    napi_value result = nullptr;
    return make(env, args..., &result) == napi_ok ? result : nullptr;
  }
};

// From JavaScript: one function per kind of JavaScript value.

[[noreturn]] void refuse(const std::string& place, const char* why) {
  throw Error(ErrorCode::kMarshall, "'" + place + "' " + why);
}

void check(napi_status status, const std::string& place) {
  if (status != napi_ok) refuse(place, "cannot be read");
}

struct Reader {
  napi_env env;
  int depth = 0;

  Value read(napi_value value, const std::string& place) {
    if (depth > kMaxDepth) refuse(place, "is nested too deeply");
    napi_valuetype type = napi_undefined;
    check(napi_typeof(env, value, &type), place);
    using Read = Value (Reader::*)(napi_value, const std::string&);
    static const std::map<napi_valuetype, Read> readers = {
        {napi_undefined, &Reader::null},  {napi_null, &Reader::null},
        {napi_boolean, &Reader::boolean}, {napi_number, &Reader::number},
        {napi_bigint, &Reader::bigint},   {napi_string, &Reader::string},
        {napi_object, &Reader::object},
    };
    const auto reader = readers.find(type);
    if (reader == readers.end()) refuse(place, "is neither data nor null");
    return (this->*reader->second)(value, place);
  }

  Value null(napi_value, const std::string&) { return {}; }

  Value boolean(napi_value value, const std::string& place) {
    bool result = false;
    check(napi_get_value_bool(env, value, &result), place);
    return result;
  }

  Value number(napi_value value, const std::string& place) {
    double result = 0;
    check(napi_get_value_double(env, value, &result), place);
    const bool isInteger =
        std::trunc(result) == result && std::abs(result) <= static_cast<double>(kMaxSafe);
    return isInteger ? Value(static_cast<std::int64_t>(result)) : Value(result);
  }

  Value bigint(napi_value value, const std::string& place) {
    std::int64_t result = 0;
    bool isLossless = false;
    check(napi_get_value_bigint_int64(env, value, &result, &isLossless), place);
    if (!isLossless) refuse(place, "does not fit in 64 bits");
    return result;
  }

  Value string(napi_value value, const std::string& place) {
    std::size_t length = 0;
    check(napi_get_value_string_utf8(env, value, nullptr, 0, &length), place);
    std::string result(length, '\0');
    check(napi_get_value_string_utf8(env, value, result.data(), length + 1, &length), place);
    return result;
  }

  Value object(napi_value value, const std::string& place) {
    bool is = false;
    check(napi_is_typedarray(env, value, &is), place);
    if (is) return bytes(value, place);
    check(napi_is_array(env, value, &is), place);
    ++depth;
    Value result = is ? list(value, place) : map(value, place);
    --depth;
    return result;
  }

  Value bytes(napi_value value, const std::string& place) {
    napi_typedarray_type type{};
    std::size_t length = 0;
    void* memory = nullptr;
    check(napi_get_typedarray_info(env, value, &type, &length, &memory, nullptr, nullptr), place);
    if (type != napi_uint8_array) refuse(place, "should be a Uint8Array");
    const auto* first = static_cast<const std::uint8_t*>(memory);
    return first == nullptr ? Bytes{} : Bytes(first, first + length);
  }

  Value list(napi_value value, const std::string& place) {
    std::uint32_t length = 0;
    check(napi_get_array_length(env, value, &length), place);
    List result;
    for (std::uint32_t i = 0; i < length; ++i) {
      napi_value item = nullptr;
      check(napi_get_element(env, value, i, &item), place);
      result.push_back(read(item, place + "[" + std::to_string(i) + "]"));
    }
    return result;
  }

  Value map(napi_value value, const std::string& place) {
    napi_value keys = nullptr;
    check(napi_get_all_property_names(
              env, value, napi_key_own_only,
              static_cast<napi_key_filter>(napi_key_enumerable | napi_key_skip_symbols),
              napi_key_numbers_to_strings, &keys),
          place);
    std::uint32_t count = 0;
    check(napi_get_array_length(env, keys, &count), place);
    Map result;
    for (std::uint32_t i = 0; i < count; ++i) {
      napi_value key = nullptr;
      napi_value member = nullptr;
      check(napi_get_element(env, keys, i, &key), place);
      check(napi_get_property(env, value, key, &member), place);
      const std::string name = string(key, place).text();
      std::string inside = place;
      result.emplace(name, read(member, inside.append(".").append(name)));
    }
    return result;
  }
};

}  // namespace

napi_value toJs(napi_env env, const Value& value) {
  return std::visit(Writer{env}, value.data());
}

Value fromJs(napi_env env, napi_value value, const std::string& place) {
  return Reader{env}.read(value, place);
}

napi_value toJsError(napi_env env, int code, const std::string& message) {
  const Writer write{env};
  napi_value text = write(message);
  napi_value error = nullptr;
  if (text == nullptr || napi_create_error(env, nullptr, text, &error) != napi_ok) return nullptr;
  napi_value number = write(std::int64_t{code});
  if (number == nullptr || napi_set_named_property(env, error, "code", number) != napi_ok)
    return nullptr;
  return error;
}

}  // namespace kms::binding
