// kms::Error: the one exception type of the native code, with Kurento's numeric code.
#pragma once

#include <kms/base/export.hpp>

#include <stdexcept>
#include <string>

namespace kms {

/// Kurento error codes that native code raises (protocol.md 9). TypeScript owns the full table.
enum class ErrorCode : int {
  kMarshall = 40001,
  kUnexpected = 40003,
  kConnect = 40004,
  kNotImplemented = 40006,
  kNotEnoughResources = 40009,
  kObjectNotFound = 40101,
  kMethodNotFound = 40105,
  kIllegalParam = 40107,
  kNotAvailable = 40108,
  kOperationNotSupported = 40111,
  kGatherCandidates = 40400,
  kAddCandidate = 40401,
  kSeekFail = 40700,
};

/// A failure with a Kurento code; its message names the offending thing. Any thread.
class KMS_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), m_code(code) {}
  [[nodiscard]] int code() const noexcept { return static_cast<int>(m_code); }

 private:
  ErrorCode m_code;
};

}  // namespace kms
