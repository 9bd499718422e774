// The codecs that GStreamer handles for us, with the elements and settings for each.
#pragma once

#include <kms/gst/codecs.hpp>

#include <vector>

namespace kms::gst {

/// All rows, video first, in order of preference within a medium. Any thread.
[[nodiscard]] const std::vector<Codec>& codecTable();

}  // namespace kms::gst
