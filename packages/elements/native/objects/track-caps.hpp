// What the muxer must know of a track before it writes the first frame.
#pragma once

#include <kms/gst/ptr.hpp>

namespace kms::elements {

/// The sample's caps, completed with the size of the picture (of a VP8 keyframe) or the mapping of
/// the channels (Opus) where they say nothing of it.
[[nodiscard]] gst::CapsPtr trackCaps(GstSample* first);

}  // namespace kms::elements
