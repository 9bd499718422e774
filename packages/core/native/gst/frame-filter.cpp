#include <kms/gst/frame-filter.hpp>
#include <kms/gst/frame-output.hpp>

#include <algorithm>
#include <utility>

namespace kms::gst {

using media::Format;
using media::Medium;

namespace {

constexpr const char* kVideoIn =
    " ! queue name=queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! "
    "videoconvert name=before";
constexpr const char* kVideoOut = "videoconvert name=after ! video/x-raw,format=I420 ! ";
constexpr const char* kAudioIn =
    " ! queue name=queue leaky=downstream max-size-buffers=0 max-size-bytes=0 "
    "max-size-time=500000000 ! audioconvert ! audioresample name=before";
constexpr const char* kAudioOut = "audioconvert name=after ! audioresample ! audio/x-raw ! ";

}  // namespace

template <typename Call>
auto FrameFilter::later(Call call) {
  return [weak = weak_from_this(), &loop = m_runtime.loop(), call](const auto&... args) {
    loop.post([weak, call, args...] {
      if (const auto self = weak.lock()) call(*self, args...);
    });
  };
}

FrameFilter::FrameFilter(host::Context context, Medium medium, GstElement* element,
                         OnMessage onMessage)
    : m_context(std::move(context)),
      m_medium(medium),
      m_runtime(m_context.services().gst),
      m_flowIn(m_runtime, [this](bool flowing) { emitFlow("in", flowing); }),
      m_flowOut(m_runtime, [this](bool flowing) { emitFlow("out", flowing); }),
      m_frames(std::make_shared<FrameSource>(FrameSourceConfig{.medium = medium})),
      m_stream(std::make_shared<media::Stream>(m_frames)) {
  build(element, std::move(onMessage));
}

PipelineHandlers FrameFilter::handlers(GstElement* element, OnMessage onMessage) {
  PipelineHandlers handlers;
  handlers.onError = [this](const BusError& error) { failed(error); };
  handlers.onWarning = [this](const BusError& error) {
    m_context.emit("error", error.toEvent(m_context.id()));
  };
  if (onMessage) {
    handlers.onElement = [element, onMessage = std::move(onMessage)](GstMessage* message) {
      auto* from = GST_MESSAGE_SRC(message);
      auto* own = GST_OBJECT_CAST(element);
      const bool isOwn = from == own || gst_object_has_as_ancestor(from, own) != FALSE;
      const GstStructure* content = gst_message_get_structure(message);
      if (isOwn && content != nullptr) onMessage(content);
    };
  }
  return handlers;
}

void FrameFilter::build(GstElement* element, OnMessage onMessage) {
  const bool isVideo = m_medium == Medium::kVideo;
  const std::string description = frameInputFragment("in") + (isVideo ? kVideoIn : kAudioIn) + " " +
                                  (isVideo ? kVideoOut : kAudioOut) + outputFragment("out");
  m_pipeline = std::make_unique<Pipeline>(m_runtime, m_context.id(), description,
                                          handlers(element, std::move(onMessage)));
  m_pipeline->add(element);
  const ElementPtr before = m_pipeline->find("before");
  const ElementPtr after = m_pipeline->find("after");
  if (gst_element_link_many(before.get(), element, after.get(), nullptr) == FALSE) {
    throw Error(ErrorCode::kMarshall, "Given command is not valid, pad templates don't match");
  }
}

List FrameFilter::elements() const {
  return m_pipeline->get() != nullptr ? m_pipeline->elements() : List{};
}

std::string FrameFilter::dot(int details) const {
  return m_pipeline->get() != nullptr ? m_pipeline->dot(details) : std::string();
}

void FrameFilter::start() {
  m_context.emit("sourceFormat", {{"medium", media::toText(m_medium)},
                                  {"kind", "frames"},
                                  {"format", Format{.codec = "RAW"}.toValue()}});
  connectOutput(m_pipeline->find("out").get(),
                {.onSample =
                     [frames = m_frames, touch = m_flowOut.toucher()](GstSample* sample) {
                       const SamplePtr timed = inRunningTime(sample);
                       if (!timed) return;
                       touch();
                       frames->push(timed.get());
                     },
                 .onEndOfStream =
                     [frames = m_frames, again = later([](FrameFilter& self) { self.restart(); })] {
                       // First: who hears of the end may bring the next stream.
                       again();
                       frames->endOfStream();
                     }});
  play();
}

// Its source

void FrameFilter::setSource(const std::shared_ptr<media::Stream>& source) {
  if (source && !source->frames) {
    throw Error(ErrorCode::kConnect, "a filter takes frames, not packets");
  }
  letGo();
  m_flowIn.stop();
  if (!source) return;
  FrameInputConfig config;
  config.medium = m_medium;
  config.onFrame = m_flowIn.toucher();
  config.onFormat = later([of = source->frames.get()](FrameFilter& self, const Format&) {
    if (self.m_from.get() != of) return;
    self.m_hasFormat = true;
    self.openInput();
  });
  m_from = source->frames;
  m_input = std::make_shared<FrameInput>(std::move(config));
  m_from->attach(m_input);
}

void FrameFilter::letGo() {
  m_hasFormat = false;
  if (!m_input) return;
  m_from->detach(m_input.get());
  m_input->close();
  m_input.reset();
  m_from.reset();
}

void FrameFilter::openInput() {
  if (m_isRunning && m_hasFormat) m_input->open(m_pipeline->find("in"));
}

// Its pipeline

void FrameFilter::change(GstState state, std::function<void(FrameFilter&, bool)> then) {
  m_pipeline->setState(state, [weak = weak_from_this(), then = std::move(then)](bool reached) {
    const auto self = weak.lock();
    if (self && !self->m_isClosed) then(*self, reached);
  });
}

void FrameFilter::play() {
  change(GST_STATE_PLAYING, [](FrameFilter& self, bool reached) {
    if (!reached) {
      BusError error;
      error.type = "UNEXPECTED_ELEMENT_ERROR";
      error.message = "the pipeline does not start";
      error.source = self.m_context.id();
      return self.failed(error);
    }
    self.m_isRunning = true;
    self.openInput();
  });
}

// After the end of a stream another may come.
void FrameFilter::restart() {
  if (m_isClosed || m_isWaiting) return;
  m_isRunning = false;
  if (m_input) m_input->suspend();
  change(GST_STATE_READY, [](FrameFilter& self, bool) { self.play(); });
}

void FrameFilter::failed(const BusError& error) {
  m_context.emit("error", error.toEvent(m_context.id()));
  if (std::exchange(m_isWaiting, true)) return;
  m_isRunning = false;
  if (m_input) m_input->suspend();
  m_retry = m_runtime.after(m_retryDelay, [this] {
    m_isWaiting = false;
    restart();
  });
  m_retryDelay = std::min(m_retryDelay * 2, kLastRetry);
}

void FrameFilter::emitFlow(const char* direction, bool flowing) {
  m_context.emit(
      "flow",
      {{"medium", media::toText(m_medium)}, {"direction", direction}, {"flowing", flowing}});
}

void FrameFilter::close(std::function<void()> done) {
  m_isClosed = true;
  m_retry.reset();
  letGo();
  m_pipeline->close([self = shared_from_this(), done = std::move(done)] { done(); });
}

}  // namespace kms::gst
