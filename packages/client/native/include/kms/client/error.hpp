// kms::KurentoError: a call that failed, on the server or on the way there.
#pragma once

#include <kms/client/export.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace kms {

/// Code, name of the code, and message. A plain value; any thread.
class KMS_CLIENT_API KurentoError : public std::runtime_error {
 public:
  /// Codes that the client itself raises or acts on.
  static constexpr std::int64_t kMarshall = 40001;
  static constexpr std::int64_t kInvalidSession = 40007;
  static constexpr std::int64_t kTimeout = -32001;
  static constexpr std::int64_t kConnectionClosed = -32002;

  KurentoError(std::int64_t code, std::string type, const std::string& message);
  ~KurentoError() override;
  KurentoError(const KurentoError&) = default;
  KurentoError& operator=(const KurentoError&) = default;

  /// 40000 to 49999 from Kurento, -32700 to -32000 from the protocol (-32001: no answer in time,
  /// -32002: connection closed first).
  [[nodiscard]] std::int64_t code() const noexcept { return m_code; }
  /// Name of the code, such as MEDIA_OBJECT_NOT_FOUND; UNDEFINED where it has none.
  [[nodiscard]] const std::string& type() const noexcept { return m_type; }

 private:
  std::int64_t m_code;
  std::string m_type;
};

/// 40001: a value is not what its type says.
[[nodiscard]] KMS_CLIENT_API KurentoError marshallError(const std::string& message);
/// -32002: the connection closed before the answer came, or there is none any more.
[[nodiscard]] KMS_CLIENT_API KurentoError closedError(const std::string& message);

}  // namespace kms
