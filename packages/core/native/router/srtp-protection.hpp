// SRTP of one m-line, both ways, which tells when one of its keys is nearly used up.
#pragma once

#include <kms/router/drop-counters.hpp>
#include <kms/router/plain-transport.hpp>
#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/key-usage.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace kms::router {

/// The limits of a key whose owner said for how many packets it is (RFC 4568 6.1); the usual ones
/// where that is more, or nothing.
[[nodiscard]] srtp::KeyLimits keyLimits(std::optional<std::uint64_t> lifetime);

/// What a packet that SRTP refused is counted as.
[[nodiscard]] DropReason reasonOf(srtp::InboundDrop drop) noexcept;
/// What a packet that SRTP did not protect is counted as: its key is used up, or it is too long.
[[nodiscard]] DropReason reasonOf(const srtp::OutboundSession& outbound) noexcept;

/// I/O thread.
class SrtpProtection {
 public:
  /// Throws Error 40107 for an unknown profile.
  SrtpProtection(const PlainCrypto& crypto, std::uint32_t localSsrc)
      : m_outbound(crypto.outbound), m_inbound(crypto.inbound, keyLimits(crypto.inboundLifetime)) {
    m_outbound.addSsrc(localSsrc);
  }

  [[nodiscard]] srtp::OutboundSession& outbound() noexcept { return m_outbound; }
  [[nodiscard]] srtp::InboundSession& inbound() noexcept { return m_inbound; }
  /// True once for each key, when it is nearly used up.
  [[nodiscard]] bool takeSoftLimit() noexcept {
    return isNews(m_outbound.keyState(), m_outboundTold) ||
           isNews(m_inbound.keyState(), m_inboundTold);
  }

 private:
  static bool isNews(srtp::KeyState state, bool& told) noexcept {
    return state != srtp::KeyState::kFresh && !std::exchange(told, true);
  }

  srtp::OutboundSession m_outbound;
  srtp::InboundSession m_inbound;
  bool m_outboundTold = false;
  bool m_inboundTold = false;
};

}  // namespace kms::router
