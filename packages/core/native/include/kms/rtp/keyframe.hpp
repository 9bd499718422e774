// Where keyframes begin, read from RTP payloads.
#pragma once

#include <kms/base/export.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace kms::rtp {

/// Tells whether a payload is the first packet of a keyframe (or of its parameter sets).
using KeyframeDetector = bool (*)(std::span<const std::uint8_t> payload);

/// The detector for a codec name ("VP8", "H264", ...); for codecs that are not known, one that says
/// yes to everything, so that viewers start anywhere rather than never.
[[nodiscard]] KMS_API KeyframeDetector keyframeDetector(std::string_view codec) noexcept;

}  // namespace kms::rtp
