#include "objects/recording-file.hpp"

#include <gst/app/gstappsrc.h>

#include <utility>

namespace kms::elements {

using gst::BusError;
using gst::ElementPtr;
using media::Medium;

namespace {

std::string trackText(Medium medium, const GstCaps* caps, const std::string& pad) {
  return " appsrc name=" + std::string(media::toText(medium)) +
         " format=time max-bytes=0 max-buffers=0 max-time=0 block=false" + trackFragment(caps) +
         " ! mux." + pad;
}

std::string pipelineText(const RecordingFileConfig& config) {
  const auto end = std::min(config.muxer.find(' '), config.muxer.size());
  // Unbuffered: what has left the muxer outlives the process.
  std::string text = config.muxer.substr(0, end) + " name=mux" + config.muxer.substr(end) +
                     " ! filesink name=file async=false buffer-mode=unbuffered";
  for (const auto& [medium, caps] : config.tracks) {
    text += trackText(medium, caps.get(), config.pads.at(medium).pad);
  }
  return text;
}

// A parameter set that comes later must not change the track; it is in the frames as well.
GstPadProbeReturn passFirstCaps(GstPad* pad, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  return gst_pad_has_current_caps(pad) != FALSE ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

gboolean guardCaps(GstElement*, GstPad* pad, gpointer) {
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &passFirstCaps, nullptr, nullptr);
  return TRUE;
}

}  // namespace

RecordingFile::RecordingFile(gst::Runtime& runtime, const RecordingFileConfig& config,
                             Handlers handlers)
    : m_handlers(std::move(handlers)) {
  gst::PipelineHandlers bus;
  bus.onError = [this](const BusError& error) {
    if (const auto call = m_handlers.onError) call(error);
  };
  bus.onEndOfStream = [this] {
    m_isComplete = true;
    if (const auto call = m_handlers.onComplete) call();
  };
  m_pipeline =
      std::make_unique<gst::Pipeline>(runtime, config.name, pipelineText(config), std::move(bus));
  g_object_set(m_pipeline->find("file").get(), "location", config.path.c_str(), nullptr);
  gst_element_foreach_sink_pad(m_pipeline->find("mux").get(), &guardCaps, nullptr);
  for (const auto& [medium, caps] : config.tracks) {
    ElementPtr input = m_pipeline->find(std::string(media::toText(medium)).c_str());
    g_object_set(input.get(), "caps", caps.get(), nullptr);
    m_inputs[medium] = std::move(input);
  }
}

void RecordingFile::start() {
  m_pipeline->setState(GST_STATE_PLAYING, [weak = weak_from_this()](bool reached) {
    const auto self = weak.lock();
    if (!self || !reached) return;  // the bus says why
    self->m_isStarted = true;
    self->flush();
  });
}

void RecordingFile::write(const std::vector<RecordedFrame>& frames) {
  for (const RecordedFrame& frame : frames) {
    if (m_inputs.contains(frame.medium)) m_waiting.push_back(frame);
  }
  flush();
}

void RecordingFile::flush() {
  if (!m_isStarted) return;
  for (RecordedFrame& frame : std::exchange(m_waiting, {})) {
    const ElementPtr& input = m_inputs.at(frame.medium);
    gst_app_src_push_buffer(GST_APP_SRC_CAST(input.get()), frame.buffer.release());
  }
  if (!m_isFinishing) return;
  for (const auto& [medium, input] : m_inputs) {
    gst_app_src_end_of_stream(GST_APP_SRC_CAST(input.get()));
  }
}

void RecordingFile::finish() {
  if (std::exchange(m_isFinishing, true)) return;
  flush();
}

List RecordingFile::elements() const {
  return m_pipeline->elements();
}

std::string RecordingFile::dot(int details) const {
  return m_pipeline->dot(details);
}

void RecordingFile::close(std::function<void()> done) {
  m_handlers = {};
  m_inputs.clear();
  m_waiting.clear();
  m_pipeline->close(std::move(done));
}

}  // namespace kms::elements
