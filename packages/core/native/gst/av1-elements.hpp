// GStreamer elements for AV1 in RTP, which GStreamer 1.22 lacks: kmsrtpav1pay and kmsrtpav1depay.
#pragma once

namespace kms::gst {

/// Makes the elements known in this process. Any thread, after gst_init; again does nothing.
void registerAv1Elements();

}  // namespace kms::gst
