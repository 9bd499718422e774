// Which frames go into a recording, and at which time of it.
#pragma once

#include "objects/recording-filler.hpp"

#include <kms/gst/ptr.hpp>
#include <kms/media/format.hpp>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace kms::elements {

/// A frame as it is written: its PTS (and DTS) is the time of the recording.
struct RecordedFrame {
  media::Medium medium = media::Medium::kVideo;
  gst::BufferPtr buffer;
};

/// Opens once there are frames of all tracks, at a keyframe of the video if there is video; takes
/// out the time in which it was closed. While one track is silent and the other goes on, the silent
/// one gets silence, or its last keyframe again, so that a muxer never has to wait for it. Not for
/// more than one thread.
class RecordingGate {
 public:
  /// `isShared` when the tracks go into one file; with `closesGaps` times longer than kGap in which
  /// nothing comes are taken out.
  explicit RecordingGate(bool isShared = true, bool closesGaps = false)
      : m_isShared(isShared), m_closesGaps(closesGaps) {}

  /// Begins to wait for frames at `now` (running time).
  void open(GstClockTime now);
  /// Lets nothing through, and forgets what waits.
  void close();
  /// True between open and the first frame that went through.
  [[nodiscard]] bool isWaiting() const { return m_phase == Phase::kWaiting; }
  [[nodiscard]] bool isOpen() const { return m_phase == Phase::kOpen; }

  /// Adds a frame whose PTS is running time. What went through comes from `taken`.
  void add(media::Medium medium, GstSample* sample);
  /// Lets the frames that wait through if each of `tracks` has some; tracks that were recorded
  /// before go on with them. False otherwise, and when the video lies too far before the audio.
  bool begin(const std::set<media::Medium>& tracks);
  /// Makes `filler` the first frame of a track of which nothing has come, as old as the oldest
  /// frame that waits.
  void fill(media::Medium medium, const gst::SamplePtr& filler);
  /// Takes up a track while the gate is open.
  void join(media::Medium medium) { m_tracks[medium].isRecorded = true; }
  /// The next video frame that goes through is a keyframe.
  void resync() { m_needsKeyframe = true; }
  /// True when a keyframe is needed before anything goes on.
  [[nodiscard]] bool needsKeyframe() const;
  /// The frame with which the track began, or null.
  [[nodiscard]] gst::SamplePtr first(media::Medium medium) const;
  [[nodiscard]] bool has(media::Medium medium) const { return !heldOf(medium).empty(); }
  [[nodiscard]] std::set<media::Medium> waiting() const;
  /// What went through since the last call.
  [[nodiscard]] std::vector<RecordedFrame> taken();

  static constexpr GstClockTime kMaxLead = 2 * GST_SECOND;        ///< of held video
  static constexpr GstClockTime kMaxEarly = GST_SECOND / 2;       ///< before `open`
  static constexpr GstClockTime kMaxSilence = 700 * GST_MSECOND;  ///< of a track behind the other
  static constexpr GstClockTime kGap = 500 * GST_MSECOND;         ///< that is taken out
  static constexpr GstClockTime kUsualSound = 20 * GST_MSECOND;
  static constexpr std::size_t kMaxHeld = 900;

 private:
  enum class Phase { kClosed, kWaiting, kOpen };
  struct Held {
    GstClockTime pts = 0;
    gst::SamplePtr sample;
  };
  struct Track {
    std::deque<Held> held;
    gst::SamplePtr first;
    std::optional<GstClockTime> last;  // time of the recording of the last frame
    GstClockTime end = 0;              // and after it
    GstClockTime filledUntil = 0;      // by us
    std::optional<Silence> silence;
    gst::SamplePtr lastKeyframe;
    bool isRecorded = false;
  };

  [[nodiscard]] const std::deque<Held>& heldOf(media::Medium medium) const;
  void hold(Track& track, media::Medium medium, GstSample* sample);
  void startTrack(Track& track, const gst::SamplePtr& first) const;
  void pass(media::Medium medium, GstClockTime from, GstSample* sample);
  void closeGap(GstClockTime from);
  void append(media::Medium medium, GstClockTime time, gst::BufferPtr buffer);
  void fillOther(media::Medium advanced, GstClockTime until);
  void fillSilence(Track& audio, GstClockTime until);

  bool m_isShared;
  bool m_closesGaps;
  Phase m_phase = Phase::kClosed;
  GstClockTime m_openedAt = 0;
  GstClockTime m_start = 0;    // running time at which the gate let frames through
  GstClockTime m_latest = 0;   // running time of the last frame that went through
  GstClockTime m_written = 0;  // time of the recording at that moment
  bool m_needsKeyframe = true;
  std::map<media::Medium, Track> m_tracks;
  std::vector<RecordedFrame> m_taken;
};

}  // namespace kms::elements
