#include <kms/jsonrpc/error.hpp>

#include <utility>

namespace kms::jsonrpc {

RpcError::RpcError(std::int64_t code, const std::string& message)
    : std::runtime_error(message), m_code(code) {}

RpcError::RpcError(std::int64_t code, const std::string& message, Json data)
    : std::runtime_error(message),
      m_code(code),
      m_data(std::make_shared<const Json>(std::move(data))) {}

RpcError::RpcError(ErrorCode code, const std::string& message)
    : RpcError(static_cast<std::int64_t>(code), message) {}

// Out of line: the type's run-time information must have one home for it to be caught across
// libraries.
RpcError::~RpcError() = default;
RpcError::RpcError(const RpcError&) noexcept = default;
RpcError& RpcError::operator=(const RpcError&) noexcept = default;

RpcError parseError() {
  return {ErrorCode::kParseError, "Parse error."};
}

RpcError invalidRequest() {
  return {ErrorCode::kInvalidRequest, "Invalid JSON-RPC request."};
}

RpcError methodNotFound() {
  return {ErrorCode::kMethodNotFound, "Method not found."};
}

RpcError invalidParams(const std::string& message) {
  return {static_cast<std::int64_t>(ErrorCode::kInvalidParams), message,
          Json{{"type", "INVALID_PARAMS"}}};
}

RpcError internalError(const std::string& what) {
  return {ErrorCode::kInternalError, "Unexpected error while processing method: " + what};
}

}  // namespace kms::jsonrpc
