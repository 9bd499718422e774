#include "router/srtp-protection.hpp"

#include <algorithm>

namespace kms::router {

namespace {

/// Warned is so many packets ahead, of short lives an eighth.
constexpr std::uint64_t kMargin = 65'536;

}  // namespace

srtp::KeyLimits keyLimits(std::optional<std::uint64_t> lifetime) {
  srtp::KeyLimits limits;
  if (!lifetime) return limits;
  const std::uint64_t soft = *lifetime - std::min(kMargin, *lifetime / 8);
  limits.rtpHard = std::min(limits.rtpHard, *lifetime);
  limits.rtpSoft = std::min(limits.rtpSoft, soft);
  limits.rtcpHard = std::min(limits.rtcpHard, *lifetime);
  limits.rtcpSoft = std::min(limits.rtcpSoft, soft);
  return limits;
}

DropReason reasonOf(srtp::InboundDrop drop) noexcept {
  switch (drop) {
    case srtp::InboundDrop::kReplayed:
      return DropReason::kReplayed;
    case srtp::InboundDrop::kUnauthenticated:
      return DropReason::kUnauthenticated;
    case srtp::InboundDrop::kKeyExhausted:
      return DropReason::kKeyExhausted;
    case srtp::InboundDrop::kMalformed:
      break;
  }
  return DropReason::kMalformed;
}

DropReason reasonOf(const srtp::OutboundSession& outbound) noexcept {
  const bool isSpent = outbound.keyState() == srtp::KeyState::kHardLimit;
  return isSpent ? DropReason::kKeyExhausted : DropReason::kSendFailed;
}

}  // namespace kms::router
