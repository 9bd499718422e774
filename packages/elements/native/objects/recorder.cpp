#include "objects/recorder.hpp"

#include "objects/track-caps.hpp"

#include <atomic>
#include <mutex>
#include <utility>

GST_DEBUG_CATEGORY_STATIC(kms_recorder_debug);
#define GST_CAT_DEFAULT kms_recorder_debug

namespace kms::elements {

using gst::BusError;
using gst::SamplePtr;
using media::Medium;

RecorderConfig RecorderConfig::fromValue(const Value& params) {
  const std::map<std::string, std::set<Medium>, std::less<>> profiles = {
      {"WEBM", {Medium::kAudio, Medium::kVideo}},
      {"WEBM_VIDEO_ONLY", {Medium::kVideo}},
      {"WEBM_AUDIO_ONLY", {Medium::kAudio}}};
  const std::string profile = params.get<std::string>("profile", "WEBM");
  const auto found = profiles.find(profile);
  if (found == profiles.end()) {
    throw Error(ErrorCode::kIllegalParam, "Media profile " + profile + " is not supported");
  }
  return {params.at("uri").text(), found->second, params.get<bool>("stopOnEndOfStream", false)};
}

// Takes frames on streaming threads to the loop; bounded, so that a loop that is late loses frames
// and not memory.
class Recorder::Tap final : public gst::FrameSink, public std::enable_shared_from_this<Tap> {
 public:
  Tap(std::weak_ptr<Recorder> recorder, io::Executor& loop, std::function<void()> touch)
      : m_recorder(std::move(recorder)), m_loop(loop), m_touch(std::move(touch)) {}

  void onSample(GstSample* sample) override {
    m_touch();
    if (m_pending >= kMaxPending) return;
    ++m_pending;
    m_loop.post([self = shared_from_this(), held = SamplePtr::retain(sample)] {
      --self->m_pending;
      if (const auto recorder = self->m_recorder.lock()) recorder->onFrame(self.get(), held.get());
    });
  }
  void onEndOfStream() override {
    m_loop.post([self = shared_from_this()] {
      if (const auto recorder = self->m_recorder.lock()) recorder->onEndOfStream(self.get());
    });
  }

 private:
  static constexpr int kMaxPending = 1000;

  const std::weak_ptr<Recorder> m_recorder;
  io::Executor& m_loop;
  const std::function<void()> m_touch;
  std::atomic<int> m_pending{0};
};

Recorder::Recorder(host::Context context, RecorderConfig config)
    : m_context(std::move(context)),
      m_config(std::move(config)),
      m_runtime(m_context.services().gst) {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(kms_recorder_debug, "recorderendpoint", 0, "RecorderEndpoint");
  });
  for (const Medium medium : m_config.media) {
    m_tracks[medium].flow = std::make_unique<gst::FlowMonitor>(m_runtime, [this,
                                                                           medium](bool flowing) {
      m_context.emit(
          "flow", {{"medium", media::toText(medium)}, {"direction", "in"}, {"flowing", flowing}});
    });
  }
}

Recorder::~Recorder() = default;

// Its sources

void Recorder::setSource(Medium medium, const std::shared_ptr<media::Stream>& source) {
  if (source && !source->frames) {
    throw Error(ErrorCode::kConnect, "a recorder takes frames, not packets");
  }
  Track& track = m_tracks.at(medium);
  letGo(track);
  if (!source) return tryToBegin();
  track.from = source->frames;
  track.tap = std::make_shared<Tap>(weak_from_this(), m_runtime.loop(), track.flow->toucher());
  track.from->attach(track.tap);
  if (medium != Medium::kVideo) return;
  m_gate.resync();
  askForKeyframe();
}

void Recorder::letGo(Track& track) {
  track.flow->stop();
  track.hasEnded = false;
  if (!track.tap) return;
  track.from->detach(track.tap.get());
  track.tap.reset();
  track.from.reset();
}

Recorder::Track* Recorder::trackOf(const Tap* tap) {
  for (auto& [medium, track] : m_tracks) {
    if (track.tap.get() == tap) return &track;
  }
  return nullptr;
}

void Recorder::onFrame(const Tap* tap, GstSample* sample) {
  Track* track = trackOf(tap);
  if (track == nullptr || m_phase != Phase::kRecording) return;
  track->hasEnded = false;
  const bool needed = m_gate.needsKeyframe();
  m_gate.add(track->from->medium(), sample);
  if (!needed && m_gate.needsKeyframe()) askForKeyframe();
  if (m_gate.isWaiting()) return tryToBegin();
  m_file->write(m_gate.taken());
}

void Recorder::onEndOfStream(const Tap* tap) {
  Track* track = trackOf(tap);
  const bool isOn = m_phase == Phase::kRecording || m_phase == Phase::kPaused;
  if (track == nullptr || !isOn) return;
  track->hasEnded = true;
  m_gate.resync();
  if (!m_config.stopsAtEnd) return;
  for (const auto& [medium, other] : m_tracks) {
    if (other.tap && !other.hasEnded) return;
  }
  stop([] {});
}

void Recorder::askForKeyframe() {
  const auto video = m_tracks.find(Medium::kVideo);
  if (video != m_tracks.end() && video->second.from) video->second.from->requestKeyframe();
}

// Orders

void Recorder::record() {
  if (m_phase != Phase::kIdle && m_phase != Phase::kPaused) {
    GST_WARNING("recorder '%s': record is not possible now", m_context.id().c_str());
    return;
  }
  const bool isFirst = m_phase == Phase::kIdle;
  m_phase = Phase::kRecording;
  if (!isFirst) {
    openGate();
    if (m_file) setState("START");
    return;
  }
  RecordingTarget target = targetOf(m_config.uri);
  if (target.problem) return failed(*target.problem);
  m_path = std::move(target.path);
  openGate();
  const auto problem = std::make_shared<std::optional<BusError>>();
  const auto work = [path = m_path, problem] {
    *problem = prepareFile(path);
    return !*problem;
  };
  m_runtime.run(work, gst::Runtime::kStateDeadline, [weak = weak_from_this(), problem](bool ready) {
    const auto self = weak.lock();
    if (!self) return;
    self->m_isPrepared = ready;
    if (!ready) {
      BusError late;
      late.type = "RESOURCE_ERROR_OPEN";
      late.message = "the file takes too long to open";
      return self->failed(problem->value_or(late));
    }
    self->tryToBegin();
  });
}

void Recorder::openGate() {
  m_gate.open(m_runtime.runningTime(m_runtime.clock().now()));
  m_grace.reset();
  m_graceIs = m_file ? Grace::kOver : Grace::kNotBegun;
  askForKeyframe();
}

void Recorder::pause() {
  if (m_phase != Phase::kRecording) {
    GST_WARNING("recorder '%s': pause is not possible now", m_context.id().c_str());
    return;
  }
  m_phase = Phase::kPaused;
  m_gate.close();
  m_grace.reset();
  setState("PAUSE");
}

void Recorder::stop(std::function<void()> done) {
  if (m_phase == Phase::kIdle || m_phase == Phase::kDone) return done();
  m_onStopped.push_back(std::move(done));
  if (m_phase == Phase::kStopping) return;
  finish();
}

// Its file

std::set<Medium> Recorder::connected() const {
  std::set<Medium> media;
  for (const auto& [medium, track] : m_tracks) {
    const bool isWritten = !m_file || m_recorded.contains(medium);
    if (isWritten && (track.tap || m_gate.has(medium))) media.insert(medium);
  }
  return media;
}

// False while a source that is about to come may still make another track.
bool Recorder::mayBegin() {
  bool hasFrames = false;
  for (const auto& [medium, track] : m_tracks) hasFrames = hasFrames || m_gate.has(medium);
  if (!hasFrames) return false;
  if (m_graceIs == Grace::kOver || connected().size() == m_tracks.size()) return true;
  if (std::exchange(m_graceIs, Grace::kRunning) == Grace::kRunning) return false;
  m_grace = m_runtime.after(kGrace, [this] {
    m_graceIs = Grace::kOver;
    tryToBegin();
  });
  return false;
}

// Begins to write once there are frames of all tracks, and the file is ready.
void Recorder::tryToBegin() {
  const bool waits = m_phase == Phase::kRecording && m_gate.isWaiting() && m_isPrepared;
  if (!waits || !mayBegin()) return;
  const std::set<Medium> tracks = connected();
  const bool needed = m_gate.needsKeyframe();
  if (!m_gate.begin(tracks)) {
    if (!needed && m_gate.needsKeyframe()) askForKeyframe();
    return;
  }
  if (!m_file) build(tracks);
  if (m_file) m_file->write(m_gate.taken());
}

void Recorder::build(const std::set<Medium>& tracks) {
  RecordingFileConfig config;
  config.name = m_context.id();
  config.path = m_path;
  for (const Medium medium : tracks) {
    config.tracks[medium] = trackCaps(m_gate.first(medium).get());
  }
  m_recorded = tracks;
  RecordingFile::Handlers handlers;
  handlers.onError = [this](const BusError& error) { failed(error); };
  handlers.onComplete = [this] { finished(); };
  try {
    m_file = std::make_shared<RecordingFile>(m_runtime, config, std::move(handlers));
  } catch (const Error& error) {
    BusError missing;
    missing.type = "UNEXPECTED_ELEMENT_ERROR";
    missing.message = error.what();
    return failed(missing);
  }
  m_file->start();
  setState("START");
}

void Recorder::failed(const BusError& error) {
  if (m_phase == Phase::kDone || m_isClosing) return;
  m_context.emit("error", error.toEvent(m_context.id()));
  m_gate.close();
  m_phase = Phase::kStopping;
  finished();
}

void Recorder::finish() {
  if (m_graceIs == Grace::kRunning) {
    m_graceIs = Grace::kOver;
    tryToBegin();
  }
  m_phase = Phase::kStopping;
  m_gate.close();
  m_grace.reset();
  if (!m_file) return finished();
  m_file->finish();
  m_deadline = m_runtime.after(kStopDeadline, [this] {
    GST_WARNING("recorder '%s': the file is not complete in time", m_context.id().c_str());
    finished();
    answer();
  });
}

// The file is complete, or as complete as it gets: lets it go.
void Recorder::finished() {
  if (m_phase == Phase::kDone || std::exchange(m_isClosing, true)) return;
  const auto closed = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->m_phase = Phase::kDone;
    self->m_deadline.reset();
    self->setState("STOP");
    self->answer();
  };
  const auto file = std::exchange(m_file, nullptr);
  if (!file) return closed();
  file->close([file, closed] { closed(); });
}

void Recorder::answer() {
  for (const auto& call : std::exchange(m_onStopped, {})) call();
}

void Recorder::close(std::function<void()> done) {
  stop([self = shared_from_this(), done = std::move(done)] {
    for (auto& [medium, track] : self->m_tracks) self->letGo(track);
    done();
  });
}

void Recorder::setState(const char* state) {
  if (std::exchange(m_state, state) != state) m_context.emit("state", {{"state", state}});
}

}  // namespace kms::elements
