// RpcError: the error object of a JSON-RPC response, thrown by handlers.
#pragma once

#include <kms/jsonrpc/json.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace kms::jsonrpc {

/// Codes of JSON-RPC 2.0, section 5.1, and those that a Peer makes itself.
enum class ErrorCode : std::int64_t {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  /// First of the range that JSON-RPC leaves to servers.
  kServerError = -32000,
  /// Local, never sent: no answer within the time given to the request.
  kTimeout = -32001,
  /// Local, never sent: the connection closed before the answer came.
  kConnectionClosed = -32002,
};

/// Code, message and perhaps data. A plain value; copying it never throws. Any thread.
class KMS_JSONRPC_API RpcError : public std::runtime_error {
 public:
  RpcError(std::int64_t code, const std::string& message);
  /// With data, whatever the sender wants to add.
  RpcError(std::int64_t code, const std::string& message, Json data);
  RpcError(ErrorCode code, const std::string& message);
  ~RpcError() override;
  RpcError(const RpcError&) noexcept;
  RpcError& operator=(const RpcError&) noexcept;

  [[nodiscard]] std::int64_t code() const noexcept { return m_code; }
  /// Null when there is none.
  [[nodiscard]] const Json* data() const noexcept { return m_data.get(); }

 private:
  std::int64_t m_code;
  std::shared_ptr<const Json> m_data;
};

/// -32700: the text is not JSON.
[[nodiscard]] KMS_JSONRPC_API RpcError parseError();
/// -32600: JSON, but not a JSON-RPC 2.0 message.
[[nodiscard]] KMS_JSONRPC_API RpcError invalidRequest();
/// -32601: nobody handles this method.
[[nodiscard]] KMS_JSONRPC_API RpcError methodNotFound();
/// -32602: parameters missing or wrong; by default, that `params` itself is missing.
[[nodiscard]] KMS_JSONRPC_API RpcError
invalidParams(const std::string& message = "'params' is required");
/// -32603: a handler failed with something that is no RpcError, whose text is `what`.
[[nodiscard]] KMS_JSONRPC_API RpcError internalError(const std::string& what);

}  // namespace kms::jsonrpc
