#include <kms/jsonrpc/message.hpp>

#include <utility>

namespace kms::jsonrpc {
namespace {

// Beyond these a code could not be read exactly by every peer.
constexpr std::int64_t kMaxCode = (std::int64_t{1} << 53) - 1;

const Json* member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

Invalid invalid(InvalidReason reason, const Json* id = nullptr) {
  const bool hasId = id != nullptr && !id->is_null();
  return {reason, invalidRequest(), hasId ? std::optional(*id) : std::nullopt};
}

bool isIdOrNothing(const Json* id) {
  return id == nullptr || id->is_null() || id->is_number() || id->is_string();
}

bool isCode(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= std::uint64_t{kMaxCode};
  return value.is_number_integer() && value.get<std::int64_t>() >= -kMaxCode;
}

std::optional<RpcError> readError(const Json& value) {
  if (!value.is_object()) return std::nullopt;
  const Json* code = member(value, "code");
  const Json* text = member(value, "message");
  if (code == nullptr || !isCode(*code) || text == nullptr || !text->is_string()) {
    return std::nullopt;
  }
  const auto number = code->get<std::int64_t>();
  const auto& message = text->get_ref<const std::string&>();
  const Json* data = member(value, "data");
  return data == nullptr ? RpcError(number, message) : RpcError(number, message, *data);
}

Message classifyResponse(const Json& message, const Json* id) {
  const Json* result = member(message, "result");
  const Json* error = member(message, "error");
  if (result == nullptr && error == nullptr) return invalid(InvalidReason::kEnvelope, id);
  if (id == nullptr) return invalid(InvalidReason::kResponse);
  if (error == nullptr) return Result{*id, *result};
  auto failure = readError(*error);
  if (result != nullptr || !failure) return invalid(InvalidReason::kResponse, id);
  return Failure{*id, *std::move(failure)};
}

Message classifyCall(const Json& message, const Json* id, const std::string& method) {
  const Json* params = member(message, "params");
  std::optional<Json> given;
  if (params != nullptr && !params->is_null()) given = *params;
  if (given && !given->is_structured()) return invalid(InvalidReason::kEnvelope);
  if (id == nullptr || id->is_null()) return Notification{method, std::move(given)};
  return Request{*id, method, std::move(given)};
}

Message classify(const Json& value) {
  if (value.is_array()) return invalid(InvalidReason::kBatch);
  if (!value.is_object()) return invalid(InvalidReason::kNotAnObject);
  const Json* version = member(value, "jsonrpc");
  if (version == nullptr || *version != "2.0") return invalid(InvalidReason::kEnvelope);
  const Json* id = member(value, "id");
  if (!isIdOrNothing(id)) return invalid(InvalidReason::kEnvelope);
  const Json* method = member(value, "method");
  if (method == nullptr) return classifyResponse(value, id);
  if (!method->is_string()) return invalid(InvalidReason::kEnvelope);
  return classifyCall(value, id, method->get_ref<const std::string&>());
}

}  // namespace

Message parseMessage(std::string_view text) {
  bool isTooDeep = false;
  const auto keep = [&isTooDeep](int depth, Json::parse_event_t, Json&) {
    isTooDeep = isTooDeep || depth > kMaxDepth;
    return !isTooDeep;
  };
  const Json value = Json::parse(text.begin(), text.end(), keep, false);
  if (isTooDeep || value.is_discarded()) {
    return Invalid{InvalidReason::kNotJson, parseError(), std::nullopt};
  }
  return classify(value);
}

}  // namespace kms::jsonrpc
