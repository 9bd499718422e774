#include <kms/jsonrpc/message.hpp>

#include <utility>

namespace kms::jsonrpc {
namespace {

std::string write(const Json& message) {
  return message.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json call(std::string_view method, const Json* params) {
  Json message{{"jsonrpc", "2.0"}, {"method", method}};
  if (params != nullptr) message["params"] = *params;
  return message;
}

}  // namespace

std::string serializeRequest(const Json& id, std::string_view method, const Json* params) {
  Json message = call(method, params);
  message["id"] = id;
  return write(message);
}

std::string serializeNotification(std::string_view method, const Json* params) {
  return write(call(method, params));
}

std::string serializeResult(const Json& id, const Json& result) {
  return write(Json{{"id", id}, {"jsonrpc", "2.0"}, {"result", result}});
}

std::string serializeError(const Json& id, const RpcError& error) {
  Json body{{"code", error.code()}, {"message", error.what()}};
  if (error.data() != nullptr) body["data"] = *error.data();
  return write(Json{{"error", std::move(body)}, {"id", id}, {"jsonrpc", "2.0"}});
}

}  // namespace kms::jsonrpc
