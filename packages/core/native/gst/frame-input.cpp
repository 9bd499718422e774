#include <kms/gst/frame-input.hpp>

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <utility>

namespace kms::gst {

namespace {

using Handler = std::function<void()>;

GstPadProbeReturn onUpstreamEvent(GstPad*, GstPadProbeInfo* info, gpointer handler) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (gst_video_event_is_force_key_unit(event) == FALSE) return GST_PAD_PROBE_OK;
  (*static_cast<Handler*>(handler))();
  return GST_PAD_PROBE_DROP;
}

void freeHandler(gpointer handler) {
  const std::unique_ptr<Handler> owned(static_cast<Handler*>(handler));
}

bool isDelta(GstSample* sample) {
  return GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT);
}

}  // namespace

std::string frameInputFragment(const std::string& name) {
  return "appsrc name=" + name +
         " format=time is-live=true stream-type=stream block=false max-buffers=300 max-bytes=0 "
         "max-time=0 "
         "leaky-type=downstream";
}

void onForceKeyUnit(GstElement* appsrc, Handler handler) {
  const auto pad = PadPtr::adopt(gst_element_get_static_pad(appsrc, "src"));
  auto owned = std::make_unique<Handler>(std::move(handler));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, &onUpstreamEvent, owned.release(),
                    &freeHandler);
}

bool FrameInput::isEncodedVideo() const {
  return m_config.medium == media::Medium::kVideo && m_codec != "RAW";
}

bool FrameInput::isFull() const {
  const bool isRaw = m_config.medium == media::Medium::kVideo && m_codec == "RAW";
  auto* appsrc = GST_APP_SRC_CAST(m_appsrc.get());
  const auto queued = m_appsrc ? gst_app_src_get_current_level_buffers(appsrc) : 0;
  return m_held.size() + queued >= (isRaw ? m_config.maxRaw : m_config.maxEncoded);
}

// Whether the frame goes on; m_needsKeyframe says afterwards whether frames have to be left out.
bool FrameInput::admits(GstSample* sample) {
  if (isEncodedVideo() && m_needsKeyframe && isDelta(sample)) return false;
  if (!isFull()) {
    m_needsKeyframe = false;
    return true;
  }
  if (isEncodedVideo()) {
    m_needsKeyframe = true;
    return false;
  }
  if (m_held.empty() || !m_held.front()) return false;
  m_held.pop_front();  // of raw media and audio the newest counts
  ++m_dropped;
  return true;
}

void FrameInput::onSample(GstSample* sample) {
  if (m_config.onFrame) m_config.onFrame();
  m_bytes += gst_buffer_get_size(gst_sample_get_buffer(sample));
  bool asks = false;
  {
    std::unique_lock lock(m_mutex);
    if (m_isClosed) return;
    const bool neededKeyframe = m_needsKeyframe;
    if (admits(sample)) {
      m_held.push_back(SamplePtr::retain(sample));
      flush(lock);
    } else {
      ++m_dropped;
      asks = isEncodedVideo() && !neededKeyframe;
    }
  }
  if (asks && m_config.onKeyframeRequest) m_config.onKeyframeRequest();
}

// One thread at a time pushes what is held, without the lock, so that frames stay in order.
void FrameInput::flush(std::unique_lock<std::mutex>& lock) {
  if (m_isFlushing) return;
  m_isFlushing = true;
  while (m_appsrc && !m_held.empty()) {
    const SamplePtr sample = std::move(m_held.front());
    m_held.pop_front();
    const ElementPtr appsrc = sample ? m_appsrc : std::exchange(m_appsrc, {});
    lock.unlock();
    if (sample) {
      gst_app_src_push_sample(GST_APP_SRC_CAST(appsrc.get()), sample.get());
    } else {
      gst_app_src_end_of_stream(GST_APP_SRC_CAST(appsrc.get()));
    }
    lock.lock();
  }
  m_isFlushing = false;
}

void FrameInput::open(ElementPtr appsrc, const std::string& codec) {
  std::unique_lock lock(m_mutex);
  if (m_isClosed || (!codec.empty() && codec != m_codec)) return;
  m_appsrc = std::move(appsrc);
  flush(lock);
}

void FrameInput::suspend() {
  ElementPtr appsrc;  // let go without the lock
  const std::scoped_lock lock(m_mutex);
  appsrc = std::exchange(m_appsrc, {});
}

void FrameInput::close() {
  ElementPtr appsrc;  // let go without the lock
  std::deque<SamplePtr> held;
  const std::scoped_lock lock(m_mutex);
  m_isClosed = true;
  appsrc = std::exchange(m_appsrc, {});
  held.swap(m_held);
}

void FrameInput::restart() {
  const std::scoped_lock lock(m_mutex);
  m_needsKeyframe = true;
}

void FrameInput::onEndOfStream() {
  std::unique_lock lock(m_mutex);
  if (m_isClosed) return;
  m_held.emplace_back();
  m_needsKeyframe = true;
  flush(lock);
}

void FrameInput::onFormat(const media::Format& format) {
  ElementPtr appsrc;  // let go without the lock
  {
    const std::scoped_lock lock(m_mutex);
    if (m_isClosed) return;
    if (std::exchange(m_codec, format.codec) != format.codec) {
      appsrc = std::exchange(m_appsrc, {});
      m_held.clear();
      m_needsKeyframe = true;
    }
  }
  if (m_config.onFormat) m_config.onFormat(format);
}

}  // namespace kms::gst
