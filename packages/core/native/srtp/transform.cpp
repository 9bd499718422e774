#include "transform.hpp"

#include "cm-transform.hpp"
#include "gcm-transform.hpp"

#include <kms/base/error.hpp>

namespace kms::srtp {

std::unique_ptr<Transform> makeTransform(const ProfileInfo& info, const SessionKeys& rtp,
                                         const SessionKeys& rtcp) {
  if (info.aead) {
    return std::make_unique<GcmTransform>(info, rtp, rtcp);
  }
  return std::make_unique<CmTransform>(info, rtp, rtcp);
}

std::unique_ptr<Transform> makeTransform(const Keys& keys) {
  const ProfileInfo* info = findProfile(keys.profile);
  if (info == nullptr) {
    throw Error(ErrorCode::kIllegalParam,
                "unknown SRTP profile " + std::to_string(static_cast<int>(keys.profile)));
  }
  return makeTransform(*info, deriveRtpKeys(*info, keys), deriveRtcpKeys(*info, keys));
}

}  // namespace kms::srtp
