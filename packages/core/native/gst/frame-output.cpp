#include <kms/gst/frame-output.hpp>

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <utility>

namespace kms::gst {

namespace {

GstFlowReturn onNewSample(GstAppSink* appsink, gpointer handlers) {
  const auto sample = SamplePtr::adopt(gst_app_sink_pull_sample(appsink));
  if (!sample) return GST_FLOW_EOS;
  static_cast<OutputHandlers*>(handlers)->onSample(sample.get());
  return GST_FLOW_OK;
}

void onEos(GstAppSink*, gpointer handlers) {
  const auto& onEndOfStream = static_cast<OutputHandlers*>(handlers)->onEndOfStream;
  if (onEndOfStream) onEndOfStream();
}

// Decoders may then give their pictures as they lie in memory; else they would copy each.
GstPadProbeReturn onQuery(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstQuery* query = GST_PAD_PROBE_INFO_QUERY(info);
  if (GST_QUERY_TYPE(query) == GST_QUERY_ALLOCATION &&
      gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr) == FALSE) {
    gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  }
  return GST_PAD_PROBE_OK;
}

void freeHandlers(gpointer handlers) {
  const std::unique_ptr<OutputHandlers> owned(static_cast<OutputHandlers*>(handlers));
}

GstClockTime moved(const GstSegment* segment, GstClockTime time, GstClockTimeDiff offset) {
  if (!GST_CLOCK_TIME_IS_VALID(time)) return GST_CLOCK_TIME_NONE;
  guint64 running = 0;
  const int sign = gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, time, &running);
  const auto result = sign * static_cast<GstClockTimeDiff>(running) + offset;
  return sign == 0 || result < 0 ? GST_CLOCK_TIME_NONE : static_cast<GstClockTime>(result);
}

}  // namespace

std::string outputFragment(const std::string& name, bool sync) {
  return "appsink name=" + name +
         " enable-last-sample=false qos=false max-buffers=2 wait-on-eos=false " +
         (sync ? "sync=true" : "sync=false async=false");
}

void connectOutput(GstElement* appsink, OutputHandlers handlers) {
  auto owned = std::make_unique<OutputHandlers>(std::move(handlers));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = &onNewSample;
  callbacks.eos = &onEos;
  gst_app_sink_set_callbacks(GST_APP_SINK_CAST(appsink), &callbacks, owned.release(),
                             &freeHandlers);
}

void acceptVideoMeta(GstElement* appsink) {
  const auto pad = PadPtr::adopt(gst_element_get_static_pad(appsink, "sink"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, &onQuery, nullptr, nullptr);
}

SamplePtr inRunningTime(GstSample* sample, GstClockTimeDiff offset) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  GstCaps* caps = gst_sample_get_caps(sample);
  const GstSegment* segment = gst_sample_get_segment(sample);
  if (buffer == nullptr || caps == nullptr || segment->format != GST_FORMAT_TIME) return {};
  const GstClockTime pts = moved(segment, GST_BUFFER_PTS(buffer), offset);
  const GstClockTime dts = moved(segment, GST_BUFFER_DTS(buffer), offset);
  if (!GST_CLOCK_TIME_IS_VALID(pts) && !GST_CLOCK_TIME_IS_VALID(dts)) return {};
  const bool isBefore = segment->rate > 0 && GST_BUFFER_PTS_IS_VALID(buffer) &&
                        GST_BUFFER_PTS(buffer) < segment->start;
  const bool isMoved = isBefore || pts != GST_BUFFER_PTS(buffer) || dts != GST_BUFFER_DTS(buffer);
  const auto out = isMoved ? BufferPtr::adopt(gst_buffer_copy(buffer)) : BufferPtr::retain(buffer);
  if (isMoved) {
    GST_BUFFER_PTS(out.get()) = pts;
    GST_BUFFER_DTS(out.get()) = dts;
    if (isBefore) GST_BUFFER_FLAG_SET(out.get(), GST_BUFFER_FLAG_DECODE_ONLY);
  }
  return SamplePtr::adopt(gst_sample_new(out.get(), caps, nullptr, nullptr));
}

// Not "all headers": parsers and encoders put parameter sets before each keyframe anyway, and
// rtph264pay would send them once more, as a picture of its own.
void forceKeyUnit(GstElement* sink) {
  const auto pad = PadPtr::adopt(gst_element_get_static_pad(sink, "sink"));
  gst_pad_push_event(pad.get(),
                     gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
}

}  // namespace kms::gst
