#include <kms/gst/codecs.hpp>
#include <kms/gst/rtp-input.hpp>

#include <gst/app/gstappsrc.h>

#include <utility>

namespace kms::gst {

namespace {

constexpr std::size_t kRtpHeader = 12;

// Marks the reference timestamp that carries a packet's capture time (as running time) through the
// jitter buffer.
GstCaps* captureMark() {
  static GstCaps* mark = gst_caps_new_empty_simple("timestamp/x-kms-capture");
  return mark;
}

// The jitter buffer's clock runs by arrival; this keeps how far capture lies from it, also for its
// events of loss.
struct Restamper {
  GstClockTimeDiff offset = 0;

  GstClockTime move(GstClockTime time) const {
    if (!GST_CLOCK_TIME_IS_VALID(time)) return time;
    const auto moved = static_cast<GstClockTimeDiff>(time) + offset;
    return moved < 0 ? 0 : static_cast<GstClockTime>(moved);
  }

  GstBuffer* stamp(GstBuffer* buffer) {
    const auto* meta = gst_buffer_get_reference_timestamp_meta(buffer, captureMark());
    if (meta == nullptr) return buffer;
    const GstClockTime capture = meta->timestamp;
    if (GST_BUFFER_PTS_IS_VALID(buffer)) offset = GST_CLOCK_DIFF(GST_BUFFER_PTS(buffer), capture);
    buffer = gst_buffer_make_writable(buffer);
    GST_BUFFER_PTS(buffer) = capture;
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    return buffer;
  }

  GstEvent* stamp(GstEvent* event) const {
    const GstStructure* fields = gst_event_get_structure(event);
    guint64 time = 0;
    if (fields == nullptr || gst_structure_has_name(fields, "GstRTPPacketLost") == FALSE ||
        gst_structure_get_uint64(fields, "timestamp", &time) == FALSE) {
      return event;
    }
    event = gst_event_make_writable(event);
    gst_structure_set(gst_event_writable_structure(event), "timestamp", G_TYPE_UINT64, move(time),
                      nullptr);
    return event;
  }
};

GstPadProbeReturn onJitterOutput(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* restamper = static_cast<Restamper*>(data);
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    info->data = restamper->stamp(GST_PAD_PROBE_INFO_BUFFER(info));
  } else if ((info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0) {
    info->data = restamper->stamp(GST_PAD_PROBE_INFO_EVENT(info));
  }
  return GST_PAD_PROBE_OK;
}

void freeRestamper(gpointer data) {
  const std::unique_ptr<Restamper> owned(static_cast<Restamper*>(data));
}

}  // namespace

std::string rtpInputFragment(int latencyMs) {
  return "appsrc name=in format=time is-live=true block=false max-buffers=2000 max-bytes=0 "
         "max-time=0 leaky-type=downstream ! rtpjitterbuffer name=jitter do-lost=true "
         "faststart-min-packets=1 latency=" +
         std::to_string(latencyMs);
}

void restampFromCapture(GstElement* jitterBuffer) {
  const auto pad = PadPtr::adopt(gst_element_get_static_pad(jitterBuffer, "src"));
  auto restamper = std::make_unique<Restamper>();
  const auto what =
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  gst_pad_add_probe(pad.get(), what, &onJitterOutput, restamper.release(), &freeRestamper);
}

void RtpInput::push(std::span<const std::uint8_t> rtp, TimePoint capture) {
  if (rtp.size() < kRtpHeader) {
    ++m_dropped;
    return;
  }
  GstBuffer* buffer = gst_buffer_new_memdup(rtp.data(), rtp.size());
  const std::uint8_t marker = rtp[1] & 0x80U;
  const std::uint8_t second = marker | kBridgePayloadType;
  gst_buffer_fill(buffer, 1, &second, 1);
  const GstClockTime arrival = m_runtime.runningTime(m_runtime.clock().now());
  GST_BUFFER_PTS(buffer) = arrival;
  GST_BUFFER_DTS(buffer) = arrival;
  gst_buffer_add_reference_timestamp_meta(buffer, captureMark(), m_runtime.runningTime(capture),
                                          GST_CLOCK_TIME_NONE);
  std::unique_lock lock(m_mutex);
  if (m_held.size() >= kMaxHeld) {
    m_held.pop_front();
    ++m_dropped;
  }
  m_held.push_back(BufferPtr::adopt(buffer));
  flush(lock);
}

// One thread at a time pushes what is held, without the lock, so that packets stay in order.
void RtpInput::flush(std::unique_lock<std::mutex>& lock) {
  if (!m_appsrc || m_isFlushing) return;
  m_isFlushing = true;
  while (m_appsrc && !m_held.empty()) {
    BufferPtr buffer = std::move(m_held.front());
    m_held.pop_front();
    const ElementPtr appsrc = m_appsrc;
    lock.unlock();
    gst_app_src_push_buffer(GST_APP_SRC_CAST(appsrc.get()), buffer.release());
    lock.lock();
  }
  m_isFlushing = false;
}

void RtpInput::open(ElementPtr appsrc) {
  std::unique_lock lock(m_mutex);
  m_appsrc = std::move(appsrc);
  flush(lock);
}

void RtpInput::close() {
  ElementPtr appsrc;  // let go without the lock
  const std::scoped_lock lock(m_mutex);
  appsrc = std::exchange(m_appsrc, {});
}

}  // namespace kms::gst
