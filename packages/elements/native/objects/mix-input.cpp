#include "objects/mix-input.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <utility>

namespace kms::elements {

using media::Medium;

namespace {

// Frames that come later than this are moved: the aggregator would leave all of them out.
constexpr Duration kMostLate = Mix::kLatency - std::chrono::milliseconds(100);

/// How far the frames of one branch are moved; only ever further.
struct Delay {
  explicit Delay(gst::Runtime& of) : runtime(of) {}

  gst::Runtime& runtime;
  GstClockTime shift = 0;

  GstBuffer* apply(GstBuffer* buffer) {
    if (!GST_BUFFER_PTS_IS_VALID(buffer)) return buffer;
    const GstClockTime now = runtime.runningTime(runtime.clock().now());
    const auto most = static_cast<GstClockTime>(kMostLate.count());
    const GstClockTime time = GST_BUFFER_PTS(buffer) + shift;
    if (now > time + most) shift += now - time - most;
    if (shift == 0) return buffer;
    buffer = gst_buffer_make_writable(buffer);
    GST_BUFFER_PTS(buffer) += shift;
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    return buffer;
  }
};

GstPadProbeReturn onBuffer(GstPad*, GstPadProbeInfo* info, gpointer delay) {
  info->data = static_cast<Delay*>(delay)->apply(GST_PAD_PROBE_INFO_BUFFER(info));
  return GST_PAD_PROBE_OK;
}

void freeDelay(gpointer delay) {
  const std::unique_ptr<Delay> owned(static_cast<Delay*>(delay));
}

gst::ElementPtr makeBin(Medium medium) {
  const std::string conversion = medium == Medium::kVideo ? "" : " ! audioconvert ! audioresample";
  GError* failure = nullptr;
  GstElement* bin = gst_parse_bin_from_description(
      (gst::frameInputFragment("in") + conversion).c_str(), TRUE, &failure);
  const gst::ErrorPtr error(failure);
  auto made = gst::ElementPtr::sink(bin);
  return error ? gst::ElementPtr() : made;
}

FrameSize sizeOf(GstCaps* caps) {
  FrameSize size;
  const GstStructure* first = gst_caps_get_structure(caps, 0);
  gst_structure_get_int(first, "width", &size.width);
  gst_structure_get_int(first, "height", &size.height);
  return size;
}

}  // namespace

bool MixBranch::attach(GstElement* pipeline) {
  m_bin = makeBin(m_medium);
  const auto mix = gst::ElementPtr::adopt(gst_bin_get_by_name(GST_BIN_CAST(pipeline), "mix"));
  if (!m_bin || !mix) return false;
  const auto source = gst::PadPtr::adopt(gst_element_get_static_pad(appsrc().get(), "src"));
  gst_pad_add_probe(source.get(), GST_PAD_PROBE_TYPE_BUFFER, &onBuffer,
                    std::make_unique<Delay>(m_runtime).release(), &freeDelay);
  gst_bin_add(GST_BIN_CAST(pipeline), m_bin.get());
  m_pad = gst::PadPtr::adopt(gst_element_request_pad_simple(mix.get(), "sink_%u"));
  if (!m_pad) return false;
  if (m_medium == Medium::kVideo) g_object_set(m_pad.get(), "alpha", 0.0, nullptr);
  const auto out = gst::PadPtr::adopt(gst_element_get_static_pad(m_bin.get(), "src"));
  if (gst_pad_link(out.get(), m_pad.get()) != GST_PAD_LINK_OK) return false;
  return gst_element_sync_state_with_parent(m_bin.get()) != FALSE;
}

// The pad goes first: a streaming thread that waits for room in the aggregator comes back then.
bool MixBranch::detach(GstElement* pipeline) {
  if (m_pad) {
    const auto mix = gst::ElementPtr::adopt(gst_pad_get_parent_element(m_pad.get()));
    if (mix) gst_element_release_request_pad(mix.get(), m_pad.get());
  }
  if (!m_bin) return true;
  gst_element_set_state(m_bin.get(), GST_STATE_NULL);
  gst_bin_remove(GST_BIN_CAST(pipeline), m_bin.get());
  return true;
}

void MixBranch::place(const Placement& placement) const {
  // The compositor knows no negative layers, and compares them as signed numbers.
  constexpr int kMost = 1'000'000'000;
  const auto layer = static_cast<guint>(std::clamp(placement.zOrder, -kMost, kMost) + kMost + 1);
  gst_util_set_object_arg(G_OBJECT(m_pad.get()), "sizing-policy",
                          placement.keepsAspectRatio ? "keep-aspect-ratio" : "none");
  g_object_set(m_pad.get(), "xpos", placement.x, "ypos", placement.y, "width", placement.width,
               "height", placement.height, "zorder", layer, "alpha", 1.0, nullptr);
}

gst::ElementPtr MixBranch::appsrc() const {
  return gst::ElementPtr::adopt(gst_bin_get_by_name(GST_BIN_CAST(m_bin.get()), "in"));
}

void MixInput::onSample(GstSample* sample) {
  GstCaps* caps = gst_sample_get_caps(sample);
  if (m_caps.get() != caps) {
    const bool isNews = !m_caps || !(sizeOf(m_caps.get()) == sizeOf(caps));
    m_caps = gst::CapsPtr::retain(caps);
    if (isNews) m_onFrames(sizeOf(caps));
  }
  m_frames.onSample(sample);
}

void MixInput::onEndOfStream() {
  m_caps = {};
  m_onEnd();
}

}  // namespace kms::elements
