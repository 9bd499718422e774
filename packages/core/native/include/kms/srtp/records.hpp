// What an SRTP session must remember per SSRC: plain records of fixed layout, for crash recovery.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace kms::srtp {

/// SSRCs that one session keeps at most.
inline constexpr std::size_t kMaxStreams = 64;
/// Replay windows in packets. RTP's is wide since late retransmissions come on the original SSRC
/// where RTX is not used.
inline constexpr std::size_t kRtpWindow = 1024;
inline constexpr std::size_t kRtcpWindow = 128;

/// Send state of one SSRC. Resume with indices not below any that was ever used: reuse breaks GCM.
struct OutboundStream {
  std::uint32_t ssrc = 0;
  std::uint32_t nextRtcpIndex = 0;  ///< 31 bits; the index of the next SRTCP packet
  std::uint64_t nextIndex = 0;      ///< 1 + highest RTP index (ROC << 16 | sequence) sent; 0: none
};
static_assert(std::is_trivially_copyable_v<OutboundStream> && sizeof(OutboundStream) == 16);

/// Receive state of one SSRC: highest index and replay bitmap (bit number = index modulo window).
struct InboundStream {
  std::uint32_t ssrc = 0;
  std::uint32_t reserved = 0;
  std::uint64_t lastUse = 0;        ///< running number of the session's packet that used it last
  std::uint64_t nextIndex = 0;      ///< 1 + highest RTP index received; 0: none
  std::uint64_t nextRtcpIndex = 0;  ///< 1 + highest SRTCP index received; 0: none
  std::array<std::uint64_t, kRtpWindow / 64> rtpSeen{};
  std::array<std::uint64_t, kRtcpWindow / 64> rtcpSeen{};
};
static_assert(std::is_trivially_copyable_v<InboundStream> && sizeof(InboundStream) == 176);

}  // namespace kms::srtp
