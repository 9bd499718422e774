#include <kms/client/error.hpp>

#include <utility>

namespace kms {

KurentoError::KurentoError(std::int64_t code, std::string type, const std::string& message)
    : std::runtime_error(message), m_code(code), m_type(std::move(type)) {}

// Out of line: the type's run-time information must have one home for it to be caught across
// libraries.
KurentoError::~KurentoError() = default;

KurentoError marshallError(const std::string& message) {
  return {KurentoError::kMarshall, "MARSHALL_ERROR", message};
}

KurentoError closedError(const std::string& message) {
  return {KurentoError::kConnectionClosed, "CONNECTION_CLOSED", message};
}

}  // namespace kms
