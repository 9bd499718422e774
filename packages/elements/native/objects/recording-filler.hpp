// What a recording holds where a track has nothing: silence, and a black picture to begin with.
#pragma once

#include <kms/gst/ptr.hpp>

#include <optional>
#include <string>

namespace kms::elements {

/// One coded frame of silence.
struct Silence {
  gst::BufferPtr frame;  ///< without time
  GstClockTime duration = 0;
};

/// Silence for a track with these caps (Opus; AAC with one or two channels); empty for others.
[[nodiscard]] std::optional<Silence> silenceFor(const GstCaps* caps);

/// A frame of silence with caps, for a track of which nothing has come yet: "OPUS" or "AAC", both
/// 48 kHz stereo. Null for other codecs.
[[nodiscard]] gst::SamplePtr silentSample(const std::string& codec);

/// A black keyframe of 640x480 in that codec. Encodes it: blocks for some milliseconds. Null when
/// it cannot be made.
[[nodiscard]] gst::SamplePtr blackPicture(const std::string& codec);

}  // namespace kms::elements
