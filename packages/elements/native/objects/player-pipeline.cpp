#include "objects/player-pipeline.hpp"

#include "objects/player-intake.hpp"

#include <kms/gst/codecs.hpp>

#include <algorithm>
#include <utility>

namespace kms::elements {

using media::Format;
using media::Medium;

namespace {

constexpr auto kPreroll = std::chrono::seconds(4);  // how long a seek waits for media
// decodebin may lose the error of a demuxer that fails while it is connected (seen with 1.22, with
// an MP4 file without index): then nothing would ever come.
constexpr auto kFilePatience = std::chrono::seconds(5);
constexpr auto kNetworkPatience = std::chrono::seconds(30);
constexpr auto kVerdict =
    std::chrono::milliseconds(200);  // how long a failure may take to explain itself

bool isOneOf(const gst::BusError& error, GQuark domain) {
  return error.domain == g_quark_to_string(domain);
}

Map invalid(const char* type, const char* description) {
  return {{"type", type}, {"code", 0}, {"description", description}};
}

// Data of the `error` event for what went wrong before there was media.
Map whyNotOpened(const gst::BusError& error) {
  // uridecodebin calls what it reads from `source`, and reports itself that nothing reads the URI.
  const bool isSource = error.source == "source";
  const bool isNoReader = error.source == "reader" && isOneOf(error, GST_CORE_ERROR);
  if (isSource || isNoReader || isOneOf(error, GST_RESOURCE_ERROR)) {
    return PlayerPipeline::invalidUri();
  }
  return invalid("INVALID_MEDIA", "Invalid Media");
}

std::int64_t toMilliseconds(gint64 time) {
  return time < 0 ? 0 : time / static_cast<gint64>(GST_MSECOND);
}

PlayerInfo infoOf(GstElement* pipeline) {
  PlayerInfo info;
  gint64 duration = 0;
  if (gst_element_query_duration(pipeline, GST_FORMAT_TIME, &duration) != FALSE) {
    info.duration = toMilliseconds(duration);
  }
  const auto query = gst::QueryPtr::adopt(gst_query_new_seeking(GST_FORMAT_TIME));
  if (gst_element_query(pipeline, query.get()) == FALSE) return info;
  gboolean isSeekable = FALSE;
  gint64 from = 0;
  gint64 to = 0;
  gst_query_parse_seeking(query.get(), nullptr, &isSeekable, &from, &to);
  info.isSeekable = isSeekable != FALSE;
  if (!info.isSeekable) return info;
  info.seekableInit = toMilliseconds(from);
  info.seekableEnd = toMilliseconds(to);
  return info;
}

bool hasMediaSoon(GstElement* pipeline) {
  GstState state = GST_STATE_NULL;
  const auto wait = static_cast<GstClockTime>(Duration(kPreroll).count());
  const auto result = gst_element_get_state(pipeline, &state, nullptr, wait);
  const bool isSettled =
      result == GST_STATE_CHANGE_SUCCESS || result == GST_STATE_CHANGE_NO_PREROLL;
  return isSettled && state >= GST_STATE_PAUSED;
}

bool change(GstElement* pipeline, GstState state) {
  return gst_element_set_state(pipeline, state) != GST_STATE_CHANGE_FAILURE &&
         hasMediaSoon(pipeline);
}

// Paused meanwhile: sinks that play on would give the first frames of the new position the times of
// the old one.
bool seekNow(GstElement* pipeline, std::int64_t milliseconds) {
  if (!hasMediaSoon(pipeline)) return false;
  const GstState before = GST_STATE(pipeline);
  if (!change(pipeline, GST_STATE_PAUSED)) return false;
  constexpr auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE);
  const gint64 position = milliseconds * static_cast<gint64>(GST_MSECOND);
  const bool isThere = gst_element_seek_simple(pipeline, GST_FORMAT_TIME, flags, position) != FALSE;
  return change(pipeline, before) && isThere;
}

gst::ElementPtr makeReader() {
  GstElement* reader = gst_element_factory_make("uridecodebin", "reader");
  if (reader != nullptr) return gst::ElementPtr::sink(reader);
  throw Error(ErrorCode::kNotAvailable, "Media Object not available: uridecodebin");
}

}  // namespace

std::shared_ptr<PlayerPipeline> PlayerPipeline::make(gst::Runtime& runtime,
                                                     PlayerPipelineConfig config,
                                                     PlayerPipelineHandlers handlers) {
  auto made = std::make_shared<PlayerPipeline>(runtime, std::move(config), std::move(handlers));
  made->start();
  return made;
}

PlayerPipeline::PlayerPipeline(gst::Runtime& runtime, PlayerPipelineConfig config,
                               PlayerPipelineHandlers handlers)
    : m_runtime(runtime), m_config(std::move(config)), m_handlers(std::move(handlers)) {}

PlayerPipeline::~PlayerPipeline() = default;

Map PlayerPipeline::invalidUri() {
  return invalid("INVALID_URI", "Invalid URI");
}

void PlayerPipeline::start() {
  gst::PipelineHandlers handlers;
  handlers.onError = [this](const gst::BusError& error) { onError(error); };
  handlers.onWarning = [this](const gst::BusError& error) {
    if (m_handlers.onWarning) m_handlers.onWarning(error.toEvent(m_config.name));
  };
  handlers.onEndOfStream = [this] {
    if (const auto call = m_handlers.onEndOfStream) call();
  };
  handlers.onState = [this](GstState state) {
    if (const auto call = m_handlers.onState) call(state);
  };
  m_pipeline = std::make_unique<gst::Pipeline>(m_runtime, m_config.name, std::move(handlers),
                                               gst::Timeline::kOwn);
  const gst::ElementPtr reader = makeReader();
  m_pipeline->add(reader.get());
  buildIntake();
  const gst::CapsPtr wanted = gst::CapsPtr::adopt(gst_caps_merge(
      gst::capsOfAll(Medium::kVideo).release(), gst::capsOfAll(Medium::kAudio).release()));
  g_object_set(reader.get(), "uri", m_config.source.uri.c_str(), "caps", wanted.get(),
               "expose-all-streams", FALSE, nullptr);
  PlayerIntake::attach(m_intake, reader.get());
  m_patience = m_runtime.after(m_config.source.isFile() ? kFilePatience : kNetworkPatience, [this] {
    if (!m_intake->hasMedia()) failed(invalid("INVALID_MEDIA", "Invalid Media"));
  });
}

void PlayerPipeline::buildIntake() {
  const auto later = [this](auto call) {
    return [weak = weak_from_this(), &loop = m_runtime.loop(), call](const auto&... args) {
      loop.post([weak, call, args...] {
        if (const auto self = weak.lock()) call(*self, args...);
      });
    };
  };
  PlayerIntakeConfig intake;
  intake.baseTime = m_runtime.baseTime();
  intake.source = m_config.source;
  for (const auto& [medium, outlet] : m_config.outlets) {
    intake.outlets[medium] = [outlet = outlet](GstSample* sample) {
      outlet.touch();
      outlet.frames->push(sample);
    };
    // Whether that is the end of an RTSP source its owner decides.
    const bool isEnd = !m_config.source.isRtsp();
    intake.ends[medium] = [isEnd, frames = outlet.frames] {
      if (isEnd) frames->endOfStream();
    };
  }
  intake.onFormat = later([](PlayerPipeline& self, Medium medium, const Format& format) {
    if (const auto call = self.m_handlers.onFormat) call(medium, format);
  });
  intake.onComplete = later([](PlayerPipeline& self, bool hasMedia) {
    if (!hasMedia) self.failed(invalid("INVALID_MEDIA", "Invalid Media"));
  });
  m_intake = std::make_shared<PlayerIntake>(std::move(intake));
}

void PlayerPipeline::onError(const gst::BusError& error) {
  failed(m_intake->hasMedia() ? error.toEvent(m_config.name) : whyNotOpened(error));
}

void PlayerPipeline::failed(Map error) {
  m_verdict.reset();
  if (const auto call = std::exchange(m_handlers.onFailure, nullptr)) call(std::move(error));
}

void PlayerPipeline::setState(GstState state, std::function<void()> done) {
  const auto begun = [weak = weak_from_this(), done = std::move(done)](bool changed) {
    const auto self = weak.lock();
    if (self && !changed && self->m_handlers.onFailure) {
      // The element that failed says why on the bus; if none does, nothing could be opened.
      self->m_verdict =
          self->m_runtime.after(kVerdict, [self = self.get()] { self->failed(invalidUri()); });
    }
    done();
  };
  m_pipeline->setState(state, begun, gst::Wait::kForNothing);
}

void PlayerPipeline::seek(std::int64_t milliseconds, std::function<void(bool)> done) {
  const auto work = [milliseconds](GstElement* pipeline) {
    return seekNow(pipeline, milliseconds);
  };
  m_pipeline->run(work, std::move(done));
}

void PlayerPipeline::position(std::function<void(std::int64_t)> done) {
  const auto found = std::make_shared<gint64>(0);
  const auto work = [found](GstElement* pipeline) {
    return gst_element_query_position(pipeline, GST_FORMAT_TIME, found.get()) != FALSE;
  };
  m_pipeline->run(work, [found, done = std::move(done)](bool succeeded) {
    done(succeeded ? toMilliseconds(*found) : 0);
  });
}

void PlayerPipeline::info(std::function<void(PlayerInfo)> done) {
  const auto found = std::make_shared<PlayerInfo>();
  const auto work = [found](GstElement* pipeline) {
    *found = infoOf(pipeline);
    return true;
  };
  m_pipeline->run(work, [found, done = std::move(done)](bool succeeded) {
    done(succeeded ? *found : PlayerInfo());
  });
}

List PlayerPipeline::elements() const {
  return m_pipeline->elements();
}

std::string PlayerPipeline::dot(int details) const {
  return m_pipeline->dot(details);
}

void PlayerPipeline::close(std::function<void()> done) {
  m_handlers = {};
  m_verdict.reset();
  m_patience.reset();
  m_pipeline->close(std::move(done));
}

}  // namespace kms::elements
