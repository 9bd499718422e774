// Frames out of a pipeline: an appsink that feeds a FrameSource.
#pragma once

#include <kms/gst/frame-source.hpp>

#include <functional>
#include <memory>
#include <string>

namespace kms::gst {

/// Launch fragment of an appsink, named `name`, that takes buffers as they come (`sync` false) or
/// at their time.
[[nodiscard]] KMS_API std::string outputFragment(const std::string& name, bool sync = false);

/// Handlers of an appsink; streaming thread.
struct OutputHandlers {
  std::function<void(GstSample* sample)> onSample;
  std::function<void()> onEndOfStream;
};

/// Calls the handlers for all that reaches `appsink`, until the element goes.
KMS_API void connectOutput(GstElement* appsink, OutputHandlers handlers);
/// Tells what fills the appsink that video frames may come with a GstVideoMeta, which says where
/// their planes lie.
KMS_API void acceptVideoMeta(GstElement* appsink);
/// The buffer's PTS and DTS moved by `offset` to running time, in a sample with nothing but caps
/// and buffer. Null when the sample has no usable time.
[[nodiscard]] KMS_API SamplePtr inRunningTime(GstSample* sample, GstClockTimeDiff offset = 0);
/// Sends a force-key-unit event up from `sink`'s sink pad.
KMS_API void forceKeyUnit(GstElement* sink);

}  // namespace kms::gst
