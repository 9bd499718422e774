// How a recording begins: whom it waits for, and what stands in for those who do not come.
#include "objects/recorder.hpp"
#include "objects/recording-target.hpp"
#include "objects/track-caps.hpp"

#include <algorithm>
#include <utility>

namespace kms::elements {

using gst::SamplePtr;
using media::Medium;

// How long the oldest frame has to wait for the tracks that have none.
Duration Recorder::patience() const {
  Duration longest{0};
  if (m_isHurried) return longest;
  for (const auto& [medium, track] : m_tracks) {
    if (m_gate.has(medium)) continue;
    if (track.tap) longest = std::max(longest, m_config.silenceWait);
    if (!track.tap && m_files.empty()) longest = std::max(longest, kGrace);
  }
  return longest;
}

bool Recorder::mayBegin() {
  if (m_gate.waiting().empty()) return false;
  const TimePoint now = m_runtime.clock().now();
  if (!m_firstFrame) m_firstFrame = now;
  const Duration left = *m_firstFrame + patience() - now;
  m_wait.reset();
  if (left <= Duration::zero()) return true;
  m_wait = m_runtime.after(left, [this] { tryToBegin(); });
  return false;
}

// A container's tracks are fixed when it begins, so one that is connected begins with a filler.
// False while that is being made.
bool Recorder::fillSilentTracks() {
  if (!m_files.empty() || m_config.profile.isSplit || m_isHurried) return true;
  for (const auto& [medium, track] : m_tracks) {
    if (!track.tap || m_gate.has(medium)) continue;
    const SamplePtr filler = fillerOf(medium);
    if (filler) m_gate.fill(medium, filler);
  }
  return !m_isMakingPicture;
}

SamplePtr Recorder::fillerOf(Medium medium) {
  const std::string& codec = m_config.profile.tracks.at(medium).codec;
  if (medium == Medium::kAudio) return silentSample(codec);
  if (!m_picture) makePicture(codec);
  return m_picture.value_or(SamplePtr());
}

void Recorder::makePicture(const std::string& codec) {
  if (std::exchange(m_isMakingPicture, true)) return;
  const auto made = std::make_shared<SamplePtr>();
  const auto work = [made, codec] {
    *made = blackPicture(codec);
    return static_cast<bool>(*made);
  };
  m_runtime.run(work, gst::Runtime::kStateDeadline, [weak = weak_from_this(), made](bool isThere) {
    const auto self = weak.lock();
    if (!self) return;
    self->m_picture = isThere ? *made : SamplePtr();
    self->m_isMakingPicture = false;
    self->tryToBegin();
  });
}

std::set<Medium> Recorder::ready() const {
  std::set<Medium> media = m_gate.waiting();
  const bool isFixed = !m_files.empty() && !m_config.profile.isSplit;
  std::erase_if(media, [&](Medium medium) { return isFixed && !m_recorded.contains(medium); });
  return media;
}

// Begins to write once there are frames of all tracks, and the file is ready.
void Recorder::tryToBegin() {
  const bool waits = m_phase == Phase::kRecording && m_gate.isWaiting() && m_isPrepared;
  if (!waits || !mayBegin() || !fillSilentTracks()) return;
  const std::set<Medium> tracks = ready();
  const bool wasNeeded = m_gate.needsKeyframe();
  if (!m_gate.begin(tracks)) return askIfNeeded(wasNeeded);
  m_firstFrame.reset();
  build(tracks);
  write();
}

void Recorder::build(const std::set<Medium>& tracks) {
  if (m_config.profile.isSplit) {
    for (const Medium medium : tracks) joinLate(medium);
  } else if (m_files.empty()) {
    addFile(tracks, m_path);
  }
  if (!m_files.empty()) setState("START");
}

void Recorder::joinLate(Medium medium) {
  if (m_recorded.contains(medium) || !m_gate.first(medium)) return;
  addFile({medium}, withEnding(m_path, splitEnding(medium)));
}

void Recorder::addFile(const std::set<Medium>& tracks, const std::string& path) {
  RecordingFileConfig config;
  config.name = m_context.id();
  config.path = path;
  config.muxer = m_config.isStreamed ? m_config.profile.streamer : m_config.profile.muxer;
  config.pads = m_config.profile.tracks;
  for (const Medium medium : tracks) {
    config.tracks[medium] = trackCaps(m_gate.first(medium).get());
  }
  m_recorded.insert(tracks.begin(), tracks.end());
  RecordingFile::Handlers handlers;
  handlers.onError = [this](const gst::BusError& error) { failed(error); };
  handlers.onComplete = [this] { onComplete(); };
  try {
    m_files.push_back(std::make_shared<RecordingFile>(m_runtime, config, std::move(handlers)));
  } catch (const Error& error) {
    gst::BusError missing;
    missing.type = "UNEXPECTED_ELEMENT_ERROR";
    missing.message = error.what();
    return failed(missing);
  }
  m_files.back()->start();
}

void Recorder::write() {
  const std::vector<RecordedFrame> frames = m_gate.taken();
  for (const auto& file : m_files) file->write(frames);
}

}  // namespace kms::elements
