#include <kms/rtp/bytes.hpp>
#include <kms/rtp/keyframe.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace kms::rtp {

namespace {

using Payload = std::span<const std::uint8_t>;

/// RFC 7741 4.2 and 4.3: start of partition 0 of a frame whose P bit is 0.
bool isVp8Keyframe(Payload payload) {
  if (payload.empty() || (payload[0] & 0x17U) != 0x10U) return false;
  std::size_t at = 1;
  if ((payload[0] & 0x80U) != 0) {
    if (at >= payload.size()) return false;
    const std::uint8_t flags = payload[at++];
    if ((flags & 0x80U) != 0) {
      if (at >= payload.size()) return false;
      at += (payload[at] & 0x80U) != 0 ? 2 : 1;
    }
    if ((flags & 0x40U) != 0) ++at;
    if ((flags & 0x30U) != 0) ++at;
  }
  return at < payload.size() && (payload[at] & 1U) == 0;
}

/// RFC 9628 4.2: B set and P clear, in the base spatial layer.
bool isVp9Keyframe(Payload payload) {
  if (payload.empty() || (payload[0] & 0x48U) != 0x08U) return false;
  std::size_t at = 1;
  if ((payload[0] & 0x80U) != 0) {
    if (at >= payload.size()) return false;
    at += (payload[at] & 0x80U) != 0 ? 2 : 1;
  }
  const bool layers = (payload[0] & 0x20U) != 0;
  if (!layers) return at <= payload.size();
  return at < payload.size() && ((payload[at] >> 1U) & 7U) == 0;
}

constexpr std::uint8_t kH264Idr = 5;
constexpr std::uint8_t kH264Sps = 7;
constexpr std::uint8_t kH264StapA = 24;
constexpr std::uint8_t kH264FuA = 28;

bool isH264Start(std::uint8_t type) {
  return type == kH264Idr || type == kH264Sps;
}

/// RFC 6184 5.2: an IDR slice or SPS, alone, aggregated, or as the start of a fragment.
bool isH264Keyframe(Payload payload) {
  if (payload.empty()) return false;
  const std::uint8_t type = payload[0] & 0x1FU;
  if (type == kH264FuA) {
    return payload.size() >= 2 && (payload[1] & 0x80U) != 0 && isH264Start(payload[1] & 0x1FU);
  }
  if (type != kH264StapA) return isH264Start(type);
  std::size_t at = 1;
  while (at + 3 <= payload.size()) {
    if (isH264Start(payload[at + 2] & 0x1FU)) return true;
    at += 2U + read16(&payload[at]);
  }
  return false;
}

constexpr std::uint8_t kH265Aggregation = 48;
constexpr std::uint8_t kH265Fragment = 49;

/// IRAP pictures (16..23) and parameter sets VPS, SPS (32, 33).
bool isH265Start(std::uint8_t type) {
  return (type >= 16 && type <= 23) || type == 32 || type == 33;
}

/// RFC 7798 4.4.
bool isH265Keyframe(Payload payload) {
  if (payload.size() < 3) return false;
  const std::uint8_t type = (payload[0] >> 1U) & 0x3FU;
  if (type == kH265Fragment) return (payload[2] & 0x80U) != 0 && isH265Start(payload[2] & 0x3FU);
  if (type != kH265Aggregation) return isH265Start(type);
  std::size_t at = 2;
  while (at + 3 <= payload.size()) {
    if (isH265Start((payload[at + 2] >> 1U) & 0x3FU)) return true;
    at += 2U + read16(&payload[at]);
  }
  return false;
}

/// RTP payload format for AV1, 4.4: N, the first packet of a coded video sequence.
bool isAv1Keyframe(Payload payload) {
  return !payload.empty() && (payload[0] & 0x08U) != 0;
}

struct Entry {
  std::string_view codec;
  KeyframeDetector detector;
};

constexpr std::array kDetectors = {
    Entry{"VP8", &isVp8Keyframe},   Entry{"VP9", &isVp9Keyframe}, Entry{"H264", &isH264Keyframe},
    Entry{"H265", &isH265Keyframe}, Entry{"AV1", &isAv1Keyframe},
};

}  // namespace

KeyframeDetector keyframeDetector(std::string_view codec) noexcept {
  for (const Entry& entry : kDetectors) {
    if (entry.codec == codec) return entry.detector;
  }
  return [](Payload) { return true; };
}

}  // namespace kms::rtp
