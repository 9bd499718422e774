// What a branch has to do, and the pipeline that does it, as gst-launch text.
#pragma once

#include <kms/base/export.hpp>
#include <kms/media/format.hpp>

#include <gst/gst.h>

#include <cstdint>
#include <string>

namespace kms::gst {

/// How packets of a branch are numbered; the same for all pipelines of its life.
struct RtpNumbers {
  int payloadType = 96;
  std::uint32_t ssrc = 0;
  std::uint32_t timestampOffset = 0;
  std::uint16_t nextSequence = 0;
};

/// Bytes of the RTP packets that a branch makes, with their header. What is added on the way
/// (header extensions, SRTP, TURN, IP) fits into an Ethernet frame behind the largest.
inline constexpr int kDefaultMtu = 1200;
inline constexpr int kLeastMtu = 200;
inline constexpr int kMostMtu = 1400;

struct BranchPlan {
  media::Medium medium = media::Medium::kVideo;
  media::Format source;
  bool sourceIsRtp = false;
  media::Format target;
  bool targetIsRtp = false;
  int mtu = kDefaultMtu;      ///< of RTP packets made here: bytes, with their header
  std::string framerate;      ///< of what is encoded, "30/1"; empty: as it comes
  int jitterLatencyMs = 200;  ///< at least the router's retransmission budget

  bool operator==(const BranchPlan&) const = default;
};

/// The description: from an appsrc `in` (behind RTP with a `jitter`) to an appsink `out`, with an
/// `encoder` if there is one. Throws Error 40108 naming the codec for which something is missing.
[[nodiscard]] KMS_API std::string describe(const BranchPlan& plan, const RtpNumbers& numbers);
/// Makes a videocrop take off the last line or column where their number is odd.
void makeSizeEven(GstElement* videocrop);
/// Throws Error 40108 when no branch can end in that format.
KMS_API void checkTarget(media::Medium medium, const media::Format& target, bool isRtp);

}  // namespace kms::gst
