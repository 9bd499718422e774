// How often the master key of one direction was used (RFC 3711 9.2, RFC 7714 9).
#pragma once

#include <cstdint>

namespace kms::srtp {

/// Packets under one master key, over all SSRCs.
struct KeyLimits {
  std::uint64_t rtpSoft = (std::uint64_t{1} << 48U) - (std::uint64_t{1} << 20U);
  std::uint64_t rtpHard = std::uint64_t{1} << 48U;
  std::uint64_t rtcpSoft = (std::uint64_t{1} << 31U) - (std::uint64_t{1} << 16U);
  std::uint64_t rtcpHard = std::uint64_t{1} << 31U;
};

enum class KeyState : std::uint8_t {
  kFresh,
  kSoftLimit,  ///< new keys are wanted soon
  kHardLimit,  ///< no packet of one kind (RTP, RTCP) is protected or accepted any more
};

/// Counts, and says when to stop. Not synchronised.
class KeyUsage {
 public:
  explicit KeyUsage(const KeyLimits& limits = {}) : m_limits(limits) {}

  [[nodiscard]] bool allowsRtp() const { return m_rtp < m_limits.rtpHard; }
  [[nodiscard]] bool allowsRtcp() const { return m_rtcp < m_limits.rtcpHard; }
  void countRtp() { ++m_rtp; }
  void countRtcp() { ++m_rtcp; }
  /// Of saved state.
  void set(std::uint64_t rtp, std::uint64_t rtcp) {
    m_rtp = rtp;
    m_rtcp = rtcp;
  }

  [[nodiscard]] KeyState state() const {
    if (!allowsRtp() || !allowsRtcp()) return KeyState::kHardLimit;
    const bool isSoft = m_rtp >= m_limits.rtpSoft || m_rtcp >= m_limits.rtcpSoft;
    return isSoft ? KeyState::kSoftLimit : KeyState::kFresh;
  }

 private:
  KeyLimits m_limits;
  std::uint64_t m_rtp = 0;
  std::uint64_t m_rtcp = 0;
};

}  // namespace kms::srtp
