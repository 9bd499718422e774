// The messages of JSON-RPC 2.0: read from text and written as text.
#pragma once

#include <kms/jsonrpc/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kms::jsonrpc {

/// A call that wants an answer. `id` is a number or a string.
struct Request {
  Json id;
  std::string method;
  /// An object or an array.
  std::optional<Json> params;
};

/// A call without an id (or with id null) that gets no answer.
struct Notification {
  std::string method;
  std::optional<Json> params;
};

/// A successful answer; `id` is null when the other side says so.
struct Result {
  Json id;
  Json result;
};

/// A failed answer; `id` is null when the other side could not read the request's.
struct Failure {
  Json id;
  RpcError error;
};

/// Why a text is no message.
enum class InvalidReason { kNotJson, kNotAnObject, kBatch, kEnvelope, kResponse };

/// A text that is no message; `error` is what to answer, with id null.
struct Invalid {
  InvalidReason reason;
  RpcError error;
  /// The id of a malformed response, so that its request need not wait for ever.
  std::optional<Json> id;
};

using Message = std::variant<Request, Notification, Result, Failure, Invalid>;

/// Values nested deeper than this are refused as not JSON: writing them would need that much stack.
inline constexpr int kMaxDepth = 512;

/// Reads one message. Hostile text comes out as Invalid; throws nothing but std::bad_alloc. Any
/// thread.
[[nodiscard]] KMS_JSONRPC_API Message parseMessage(std::string_view text);

/// Text of a request. Bytes of strings that are not UTF-8 are replaced by U+FFFD, here and below.
[[nodiscard]] KMS_JSONRPC_API std::string serializeRequest(const Json& id, std::string_view method,
                                                           const Json* params = nullptr);
/// Text of a notification.
[[nodiscard]] KMS_JSONRPC_API std::string serializeNotification(std::string_view method,
                                                                const Json* params = nullptr);
/// Text of a successful response.
[[nodiscard]] KMS_JSONRPC_API std::string serializeResult(const Json& id, const Json& result);
/// Text of a failed response.
[[nodiscard]] KMS_JSONRPC_API std::string serializeError(const Json& id, const RpcError& error);

}  // namespace kms::jsonrpc
