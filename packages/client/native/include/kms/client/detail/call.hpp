// What generated classes.cpp files are written with; not for others.
#pragma once

#include <kms/client/remote-object.hpp>
#include <kms/model/json.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace kms::client::detail {

using Json = nlohmann::json;

template <typename T>
concept Handle = std::derived_from<T, RemoteObject>;

template <typename T>
inline constexpr bool kIsHandleList = false;
template <typename T>
inline constexpr bool kIsHandleList<std::vector<T>> = Handle<T>;
template <typename T>
inline constexpr bool kIsPolymorphic = false;
template <typename T>
inline constexpr bool kIsPolymorphic<Polymorphic<T>> = true;
template <typename T>
inline constexpr bool kIsOptionalHandle = false;
template <typename T>
inline constexpr bool kIsOptionalHandle<std::optional<T>> = Handle<T>;

/// The named parameters of a call; absent optional ones are left out.
class Arguments {
 public:
  template <typename T>
  void add(const char* name, const T& value) {
    m_members[name] = encode(value);
  }
  template <typename T>
  void add(const char* name, const std::optional<T>& value) {
    if (value) add(name, *value);
  }
  template <Handle T>
  void add(const char* name, const T* value) {
    if (value != nullptr) add(name, *value);
  }
  [[nodiscard]] Json take() && { return std::move(m_members); }

 private:
  template <typename T>
  static Json encode(const T& value) {
    if constexpr (Handle<T>) {
      return value.id();
    } else if constexpr (kIsHandleList<T>) {
      Json list = Json::array();
      for (const auto& handle : value) list.push_back(handle.id());
      return list;
    } else {
      return model::encode<Json>(value);
    }
  }

  Json m_members = Json::object();
};

/// Starts a call of `operation`. Any thread.
[[nodiscard]] KMS_CLIENT_API std::shared_ptr<PendingCall> startInvoke(const RemoteObject& object,
                                                                      const char* operation,
                                                                      Json params);
[[nodiscard]] KMS_CLIENT_API std::shared_ptr<PendingCall> startCreate(Client& client,
                                                                      std::string_view type,
                                                                      Json params);
/// `handler` gets the event's data, on the I/O thread.
[[nodiscard]] KMS_CLIENT_API Subscription startSubscribe(
    const RemoteObject& object, const char* event, std::function<void(const Json& data)> handler);

template <typename T>
T decodeValue(const Json& value, const PendingCall& call);

template <typename T>
T decodeEach(const Json& value, const PendingCall& call) {
  const model::Place place{call.operation(), "result"};
  if (value.is_null()) return T();
  T out;
  if constexpr (model::kIsVector<T>) {
    if (!value.is_array()) model::failType<Json>(place, "list");
    for (const Json& one : value) {
      out.push_back(decodeValue<typename T::value_type>(one, call));
    }
  } else {
    if (!value.is_object()) model::failType<Json>(place, "map");
    for (const auto& [name, one] : value.items()) {
      out.emplace(name, decodeValue<typename T::mapped_type>(one, call));
    }
  }
  return out;
}

template <typename T>
T decodeValue(const Json& value, const PendingCall& call) {
  const model::Place place{call.operation(), "result"};
  if constexpr (Handle<T>) {
    return T(call.session(), model::decode<std::string>(value, place));
  } else if constexpr (kIsOptionalHandle<T>) {
    using Object = typename T::value_type;
    return value.is_null() ? T() : T(decodeValue<Object>(value, call));
  } else if constexpr (kIsPolymorphic<T>) {
    return T(model::decode<std::remove_cvref_t<decltype(*std::declval<T>())>>(value, place), value);
  } else if constexpr (model::kIsVector<T> || model::kIsMap<T>) {
    return decodeEach<T>(value, call);
  } else {
    return model::decode<T>(value, place);
  }
}

template <typename T>
T decodeResult(const Json& result, const PendingCall& call) {
  if constexpr (!std::is_void_v<T>) {
    const auto found = result.find("value");
    try {
      return decodeValue<T>(found == result.end() ? Json() : *found, call);
    } catch (const model::ValueError& error) {
      throw marshallError(error.what());
    }
  }
}

template <typename Result>
Future<Result> invoke(const RemoteObject& object, const char* operation, Arguments arguments) {
  return {startInvoke(object, operation, std::move(arguments).take()), &decodeResult<Result>};
}

template <typename T>
Future<T> create(Client& client, Arguments arguments) {
  return {startCreate(client, T::kType, std::move(arguments).take()), &decodeResult<T>};
}

template <typename Event>
Subscription subscribe(const RemoteObject& object, const char* name,
                       std::function<void(const Event&)> handler) {
  return startSubscribe(object, name, [name, handler = std::move(handler)](const Json& data) {
    handler(model::decode<Event>(data, model::Place{name, "event"}));
  });
}

}  // namespace kms::client::detail
