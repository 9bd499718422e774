#include "objects/recording-gate.hpp"

#include <kms/gst/codecs.hpp>

#include <algorithm>
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

// The time by which frames are put in order: the time of decoding where it is known, as pictures
// may be shown in another order.
GstClockTime orderOf(GstSample* sample) {
  return GST_BUFFER_DTS_OR_PTS(gst_sample_get_buffer(sample));
}

BufferPtr retimed(GstSample* sample, GstClockTime at) {
  GstBuffer* given = gst_sample_get_buffer(sample);
  auto copy = BufferPtr::adopt(gst_buffer_copy(given));
  const bool hasBoth = GST_BUFFER_DTS_IS_VALID(given) && GST_BUFFER_PTS_IS_VALID(given);
  const GstClockTime delay = hasBoth && GST_BUFFER_PTS(given) > GST_BUFFER_DTS(given)
                                 ? GST_BUFFER_PTS(given) - GST_BUFFER_DTS(given)
                                 : 0;
  GST_BUFFER_PTS(copy.get()) = at + delay;
  GST_BUFFER_DTS(copy.get()) = hasBoth ? at : GST_CLOCK_TIME_NONE;
  GST_BUFFER_FLAG_UNSET(copy.get(), GST_BUFFER_FLAG_DECODE_ONLY);
  return copy;
}

// A muxer's track keeps its codec, and AAC its rate and channels; other codecs tell them in-band.
bool fits(GstSample* first, GstSample* sample) {
  const GstCaps* known = gst_sample_get_caps(first);
  const GstCaps* caps = gst_sample_get_caps(sample);
  if (known == caps) return true;
  const auto expected = gst::formatOf(known);
  const auto found = gst::formatOf(caps);
  if (!expected || !found) return expected.has_value() == found.has_value();
  return expected->codec == found->codec && (expected->codec != "AAC" || *expected == *found);
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

std::set<Medium> RecordingGate::waiting() const {
  std::set<Medium> media;
  for (const auto& [medium, track] : m_tracks) {
    if (!track.held.empty()) media.insert(medium);
  }
  return media;
}

bool RecordingGate::needsKeyframe() const {
  return m_phase != Phase::kClosed && m_needsKeyframe;
}

void RecordingGate::add(Medium medium, GstSample* sample) {
  const GstClockTime from = orderOf(sample);
  if (m_phase == Phase::kClosed || !GST_CLOCK_TIME_IS_VALID(from)) return;
  if (medium == Medium::kVideo) {
    if (m_needsKeyframe && !isKeyframe(sample)) return;
    m_needsKeyframe = false;
  }
  if (m_phase == Phase::kWaiting) return hold(m_tracks[medium], medium, sample);
  pass(medium, from, sample);
}

void RecordingGate::hold(Track& track, Medium medium, GstSample* sample) {
  // Frames from before `open` come from a source that repeats them so that decoding can begin.
  const GstClockTime earliest = m_openedAt > kMaxEarly ? m_openedAt - kMaxEarly : 0;
  const GstClockTime from = std::max(orderOf(sample), earliest);
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
  m_latest = m_start;
  for (const Medium medium : tracks) {
    Track& track = m_tracks[medium];
    if (!std::exchange(track.isRecorded, true)) startTrack(track, track.held.front().sample);
  }
  for (const auto& [medium, track] : m_tracks) m_written = std::max(m_written, track.end);
  for (auto& [medium, track] : m_tracks) {
    for (const Held& frame : std::exchange(track.held, {})) {
      pass(medium, frame.pts, frame.sample.get());
    }
  }
  return true;
}

void RecordingGate::fill(Medium medium, const SamplePtr& filler) {
  GstClockTime oldest = GST_CLOCK_TIME_NONE;
  for (const auto& [other, track] : m_tracks) {
    if (!track.held.empty()) oldest = std::min(oldest, track.held.front().pts);
  }
  m_tracks[medium].held.push_front({oldest, filler});
  if (medium == Medium::kVideo) m_needsKeyframe = true;
}

void RecordingGate::startTrack(Track& track, const SamplePtr& first) const {
  track.first = first;
  track.silence = silenceFor(gst_sample_get_caps(first.get()));
}

void RecordingGate::pass(Medium medium, GstClockTime from, GstSample* sample) {
  Track& track = m_tracks[medium];
  if (!track.isRecorded) return;
  if (!track.first) startTrack(track, SamplePtr::retain(sample));
  if (!fits(track.first.get(), sample)) return;
  closeGap(from);
  const bool isEarly = from < m_start;
  if (medium == Medium::kAudio && isEarly) return;
  GstClockTime time = isEarly ? m_written : from - m_start + m_written;
  if (time < track.filledUntil) {
    if (medium == Medium::kAudio) return;
    time = track.filledUntil;
  }
  fillOther(medium, time);
  const bool isBehind = track.last && time <= *track.last;
  const GstClockTime at = isBehind ? *track.last + kStep : time;
  if (medium == Medium::kVideo && isKeyframe(sample)) {
    track.lastKeyframe = SamplePtr::retain(sample);
  }
  append(medium, at, retimed(sample, at));
}

// Of any track: what one of them lacks alone is filled, and takes its time.
void RecordingGate::closeGap(GstClockTime from) {
  if (m_closesGaps && from > m_latest + kGap) m_start += from - m_latest - kUsualFrame;
  m_latest = std::max(m_latest, from);
}

void RecordingGate::append(Medium medium, GstClockTime time, BufferPtr buffer) {
  Track& track = m_tracks[medium];
  GstClockTime duration = medium == Medium::kAudio ? kUsualSound : kUsualFrame;
  if (GST_BUFFER_DURATION_IS_VALID(buffer.get())) {
    duration = std::min<GstClockTime>(GST_BUFFER_DURATION(buffer.get()), kLongFrame);
  }
  track.last = time;
  track.end = time + duration;
  m_taken.push_back({medium, std::move(buffer)});
}

// The muxer waits for the track that is behind. Silence can be made; pictures stand still with the
// last one that can be shown for itself, and go on with the next keyframe.
void RecordingGate::fillOther(Medium advanced, GstClockTime until) {
  const Medium medium = advanced == Medium::kVideo ? Medium::kAudio : Medium::kVideo;
  Track& other = m_tracks[medium];
  if (!m_isShared || !other.isRecorded) return;
  if (until < std::max(other.end, m_written) + kMaxSilence) return;
  const GstClockTime reached = until - kMaxSilence / 2;
  if (other.silence) return fillSilence(other, reached);
  if (!other.lastKeyframe) return;
  append(medium, reached, retimed(other.lastKeyframe.get(), reached));
  other.filledUntil = other.end;
  m_needsKeyframe = true;
}

void RecordingGate::fillSilence(Track& audio, GstClockTime until) {
  audio.end = std::max(audio.end, m_written);
  while (audio.end < until) {
    auto frame = BufferPtr::adopt(gst_buffer_copy(audio.silence->frame.get()));
    GST_BUFFER_PTS(frame.get()) = audio.end;
    append(Medium::kAudio, audio.end, std::move(frame));
  }
  audio.filledUntil = audio.end;
}

std::vector<RecordedFrame> RecordingGate::taken() {
  return std::exchange(m_taken, {});
}

}  // namespace kms::elements
