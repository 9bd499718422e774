#include "objects/recording-gate.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kms::elements {

using gst::BufferPtr;
using gst::SamplePtr;
using media::Medium;

namespace {

constexpr GstClockTime kStep = GST_USECOND;  // between frames that have no time of their own
constexpr GstClockTime kUsualFrame = 33 * GST_MSECOND;
constexpr GstClockTime kLongFrame = 200 * GST_MSECOND;

bool isKeyframe(GstSample* sample) {
  return !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT);
}

BufferPtr retimed(GstSample* sample, GstClockTime pts) {
  auto copy = BufferPtr::adopt(gst_buffer_copy(gst_sample_get_buffer(sample)));
  GST_BUFFER_PTS(copy.get()) = pts;
  GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_FLAG_UNSET(copy.get(), GST_BUFFER_FLAG_DECODE_ONLY);
  return copy;
}

// 20 ms of silence in Opus: CELT, full band, stereo, one frame that says "nothing".
BufferPtr silence(GstClockTime pts) {
  constexpr std::array<std::uint8_t, 3> kFrame = {0xFC, 0xFF, 0xFE};
  auto buffer = BufferPtr::adopt(gst_buffer_new_memdup(kFrame.data(), kFrame.size()));
  GST_BUFFER_PTS(buffer.get()) = pts;
  GST_BUFFER_DURATION(buffer.get()) = RecordingGate::kSilentFrame;
  return buffer;
}

}  // namespace

void RecordingGate::open(GstClockTime now) {
  close();
  m_phase = Phase::kWaiting;
  m_openedAt = now;
  m_needsKeyframe = true;
}

void RecordingGate::close() {
  m_phase = Phase::kClosed;
  for (auto& [medium, track] : m_tracks) track.held.clear();
}

const std::deque<RecordingGate::Held>& RecordingGate::heldOf(Medium medium) const {
  static const std::deque<Held> none;
  const auto found = m_tracks.find(medium);
  return found == m_tracks.end() ? none : found->second.held;
}

SamplePtr RecordingGate::first(Medium medium) const {
  const auto found = m_tracks.find(medium);
  return found == m_tracks.end() ? SamplePtr() : found->second.first;
}

bool RecordingGate::needsKeyframe() const {
  return m_phase != Phase::kClosed && m_needsKeyframe;
}

void RecordingGate::add(Medium medium, GstSample* sample) {
  const GstClockTime pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  if (m_phase == Phase::kClosed || !GST_CLOCK_TIME_IS_VALID(pts)) return;
  if (medium == Medium::kVideo) {
    if (m_needsKeyframe && !isKeyframe(sample)) return;
    m_needsKeyframe = false;
  }
  if (m_phase == Phase::kWaiting) return hold(m_tracks[medium], medium, sample);
  pass(medium, pts, sample);
}

void RecordingGate::hold(Track& track, Medium medium, GstSample* sample) {
  const GstClockTime pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  // Frames from before `open` come from a source that repeats them so that decoding can begin.
  const GstClockTime earliest = m_openedAt > kMaxEarly ? m_openedAt - kMaxEarly : 0;
  const GstClockTime from = std::max(pts, earliest);
  const bool isOld = !track.held.empty() && from > track.held.front().pts + kMaxLead;
  if (medium == Medium::kVideo && isOld && isKeyframe(sample)) track.held.clear();
  if (track.held.size() >= kMaxHeld) {
    if (medium == Medium::kVideo) {
      track.held.clear();
      m_needsKeyframe = true;
      return;
    }
    track.held.pop_front();
  }
  track.held.push_back({from, SamplePtr::retain(sample)});
}

bool RecordingGate::begin(const std::set<Medium>& tracks) {
  const bool isComplete =
      m_phase == Phase::kWaiting && !tracks.empty() &&
      std::all_of(tracks.begin(), tracks.end(), [&](Medium m) { return has(m); });
  if (!isComplete) return false;
  const bool hasVideo = tracks.contains(Medium::kVideo);
  m_start = heldOf(hasVideo ? Medium::kVideo : Medium::kAudio).front().pts;
  if (hasVideo && tracks.contains(Medium::kAudio)) {
    const auto& audio = heldOf(Medium::kAudio);
    if (audio.front().pts > m_start + kMaxLead) {
      m_needsKeyframe = true;
      return false;
    }
  }
  m_phase = Phase::kOpen;
  for (const Medium medium : tracks) {
    Track& track = m_tracks[medium];
    if (!std::exchange(track.isRecorded, true)) track.first = track.held.front().sample;
    m_written = std::max(m_written, track.end);
  }
  for (auto& [medium, track] : m_tracks) {
    for (const Held& frame : std::exchange(track.held, {})) {
      pass(medium, frame.pts, frame.sample.get());
    }
  }
  return true;
}

void RecordingGate::pass(Medium medium, GstClockTime pts, GstSample* sample) {
  Track& track = m_tracks[medium];
  if (!track.isRecorded) return;
  const bool isEarly = pts < m_start;
  if (medium == Medium::kAudio && isEarly) return;
  const GstClockTime time = isEarly ? m_written : pts - m_start + m_written;
  if (time < track.silentUntil) return;
  if (medium == Medium::kVideo) fillSilence(time);
  const bool isBehind = track.last && time <= *track.last;
  const GstClockTime at = isBehind ? *track.last + kStep : time;
  append(medium, at, retimed(sample, at));
}

void RecordingGate::append(Medium medium, GstClockTime time, BufferPtr buffer) {
  Track& track = m_tracks[medium];
  GstClockTime duration = medium == Medium::kAudio ? kSilentFrame : kUsualFrame;
  if (GST_BUFFER_DURATION_IS_VALID(buffer.get())) {
    duration = std::min<GstClockTime>(GST_BUFFER_DURATION(buffer.get()), kLongFrame);
  }
  track.last = time;
  track.end = time + duration;
  m_taken.push_back({medium, std::move(buffer)});
}

// The muxer waits for the track that is behind.
void RecordingGate::fillSilence(GstClockTime until) {
  Track& audio = m_tracks[Medium::kAudio];
  if (!audio.isRecorded) return;
  audio.end = std::max(audio.end, m_written);
  if (until < audio.end + kMaxSilence) return;
  while (audio.end + kMaxSilence / 2 < until) {
    append(Medium::kAudio, audio.end, silence(audio.end));
  }
  audio.silentUntil = audio.end;
}

std::vector<RecordedFrame> RecordingGate::taken() {
  return std::exchange(m_taken, {});
}

}  // namespace kms::elements
