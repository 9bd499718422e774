#include "objects/recorder.hpp"

#include "objects/recording-target.hpp"

#include <mutex>
#include <utility>

GST_DEBUG_CATEGORY_STATIC(kms_recorder_debug);
#define GST_CAT_DEFAULT kms_recorder_debug

namespace kms::elements {

using gst::BusError;
using media::Medium;

Recorder::Recorder(host::Context context, RecorderConfig config)
    : m_context(std::move(context)),
      m_config(std::move(config)),
      m_runtime(m_context.services().gst),
      m_gate(!m_config.profile.isSplit, m_config.closesGaps) {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(kms_recorder_debug, "recorderendpoint", 0, "RecorderEndpoint");
  });
  for (const auto& [medium, how] : m_config.profile.tracks) {
    m_tracks[medium].flow =
        std::make_unique<gst::FlowMonitor>(m_runtime, [this, which = medium](bool flowing) {
          m_context.emit(
              "flow",
              {{"medium", media::toText(which)}, {"direction", "in"}, {"flowing", flowing}});
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
  track.tap = makeTap(track);
  track.from->attach(track.tap);
  if (medium != Medium::kVideo) return;
  m_gate.resync();
  askForKeyframe();
}

std::shared_ptr<RecorderTap> Recorder::makeTap(const Track& track) {
  RecorderTap::Handlers handlers;
  handlers.onFrame = [weak = weak_from_this()](const RecorderTap* tap, GstSample* sample) {
    if (const auto self = weak.lock()) self->onFrame(tap, sample);
  };
  handlers.onEndOfStream = [weak = weak_from_this()](const RecorderTap* tap) {
    if (const auto self = weak.lock()) self->onEndOfStream(tap);
  };
  handlers.touch = track.flow->toucher();
  return std::make_shared<RecorderTap>(m_runtime.loop(), std::move(handlers));
}

void Recorder::letGo(Track& track) {
  track.flow->stop();
  track.hasEnded = false;
  if (!track.tap) return;
  track.from->detach(track.tap.get());
  track.tap.reset();
  track.from.reset();
}

Recorder::Track* Recorder::trackOf(const RecorderTap* tap) {
  for (auto& [medium, track] : m_tracks) {
    if (track.tap.get() == tap) return &track;
  }
  return nullptr;
}

void Recorder::onFrame(const RecorderTap* tap, GstSample* sample) {
  Track* track = trackOf(tap);
  if (track == nullptr || m_phase != Phase::kRecording) return;
  track->hasEnded = false;
  const Medium medium = track->from->medium();
  const bool isLate = m_config.profile.isSplit && m_gate.isOpen() && !m_recorded.contains(medium);
  if (isLate) m_gate.join(medium);
  const bool wasNeeded = m_gate.needsKeyframe();
  m_gate.add(medium, sample);
  askIfNeeded(wasNeeded);
  if (medium == Medium::kVideo) askAgain();
  if (m_gate.isWaiting()) return tryToBegin();
  if (isLate) joinLate(medium);
  write();
}

void Recorder::onEndOfStream(const RecorderTap* tap) {
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
  m_lastAsked = m_runtime.clock().now();
  const auto video = m_tracks.find(Medium::kVideo);
  if (video != m_tracks.end() && video->second.from) video->second.from->requestKeyframe();
}

// Requests are lost on the way when a source falls silent; one that sends again is asked again.
void Recorder::askAgain() {
  const TimePoint now = m_runtime.clock().now();
  if (m_gate.needsKeyframe() && now - m_lastAsked >= kAskAgain) askForKeyframe();
}

void Recorder::askIfNeeded(bool wasNeeded) {
  if (!wasNeeded && m_gate.needsKeyframe()) askForKeyframe();
}

// Orders

void Recorder::record() {
  if (m_phase != Phase::kIdle && m_phase != Phase::kPaused) {
    GST_WARNING("recorder '%s': record is not possible now", m_context.id().c_str());
    return;
  }
  const bool isFirst = m_phase == Phase::kIdle;
  m_phase = Phase::kRecording;
  if (isFirst) return prepare();
  openGate();
  if (!m_files.empty()) setState("START");
}

void Recorder::prepare() {
  RecordingTarget target = targetOf(m_config.uri);
  if (target.problem) return failed(*target.problem);
  m_path = pathOfTake(target.path, m_take);
  openGate();
  const auto problem = std::make_shared<std::optional<BusError>>();
  const auto work = [path = m_path, roots = m_config.roots, problem,
                     isSplit = m_config.profile.isSplit] {
    *problem = isSplit ? prepareFolder(path, roots) : prepareFile(path, roots);
    return !*problem;
  };
  m_runtime.run(work, gst::Runtime::kStateDeadline,
                [weak = weak_from_this(), problem, order = ++m_generation](bool isReady) {
                  const auto self = weak.lock();
                  if (self && order == self->m_generation) self->prepared(isReady, *problem);
                });
}

void Recorder::prepared(bool isReady, const std::optional<BusError>& problem) {
  if (m_phase != Phase::kRecording && m_phase != Phase::kPaused) return;
  m_isPrepared = isReady;
  if (isReady) {
    m_context.emit("file", {{"path", m_path}});
    return tryToBegin();
  }
  BusError late;
  late.type = "RESOURCE_ERROR_OPEN";
  late.message = "the file takes too long to open";
  failed(problem.value_or(late));
}

void Recorder::openGate() {
  m_gate.open(m_runtime.runningTime(m_runtime.clock().now()));
  m_firstFrame.reset();
  m_wait.reset();
  askForKeyframe();
}

void Recorder::pause() {
  if (m_phase != Phase::kRecording) {
    GST_WARNING("recorder '%s': pause is not possible now", m_context.id().c_str());
    return;
  }
  m_phase = Phase::kPaused;
  m_gate.close();
  m_wait.reset();
  setState("PAUSE");
}

void Recorder::stop(std::function<void()> done) {
  if (m_phase == Phase::kIdle) return done();
  m_onStopped.push_back(std::move(done));
  if (m_phase == Phase::kStopping) return;
  finish();
}

void Recorder::finish() {
  if (m_files.empty()) {
    m_isHurried = true;
    tryToBegin();
  }
  if (m_phase == Phase::kIdle || m_phase == Phase::kStopping) return;  // that failed
  m_phase = Phase::kStopping;
  m_gate.close();
  m_wait.reset();
  if (m_files.empty()) return finished();
  for (const auto& file : m_files) file->finish();
  m_deadline = m_runtime.after(kStopDeadline, [this] {
    GST_WARNING("recorder '%s': the file is not complete in time", m_context.id().c_str());
    finished();
    answer();
  });
}

void Recorder::close(std::function<void()> done) {
  stop([self = shared_from_this(), done = std::move(done)] {
    for (auto& [medium, track] : self->m_tracks) self->letGo(track);
    done();
  });
}

// The end of a recording

void Recorder::failed(const BusError& error) {
  if (m_phase == Phase::kIdle || m_isClosing) return;
  m_context.emit("error", error.toEvent(m_context.id()));
  m_gate.close();
  m_phase = Phase::kStopping;
  finished();
}

void Recorder::onComplete() {
  for (const auto& file : m_files) {
    if (!file->isComplete()) return;
  }
  finished();
}

// What is written is complete, or as complete as it gets: lets it go.
void Recorder::finished() {
  if (m_phase == Phase::kIdle || std::exchange(m_isClosing, true)) return;
  const auto files = std::exchange(m_files, {});
  if (files.empty()) return reset();
  ++m_take;
  const auto left = std::make_shared<std::size_t>(files.size());
  for (const auto& file : files) {
    file->close([file, left, weak = weak_from_this()] {
      const auto self = weak.lock();
      if (--*left == 0 && self) self->reset();
    });
  }
}

void Recorder::reset() {
  m_phase = Phase::kIdle;
  m_isClosing = false;
  m_isPrepared = false;
  m_isHurried = false;
  m_gate = RecordingGate(!m_config.profile.isSplit, m_config.closesGaps);
  m_recorded.clear();
  m_wait.reset();
  m_deadline.reset();
  setState("STOP");
  answer();
}

void Recorder::answer() {
  for (const auto& call : std::exchange(m_onStopped, {})) call();
}

void Recorder::setState(const char* state) {
  if (std::exchange(m_state, state) != state) m_context.emit("state", {{"state", state}});
}

List Recorder::elements() const {
  List all;
  for (const auto& file : m_files) {
    for (const Value& element : file->elements()) all.push_back(element);
  }
  return all;
}

std::string Recorder::dot(int details) const {
  return m_files.empty() ? std::string() : m_files.front()->dot(details);
}

}  // namespace kms::elements
