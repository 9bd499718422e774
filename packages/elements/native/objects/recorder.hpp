// The working part of a RecorderEndpoint: shared, so that callbacks may find that it has gone.
#pragma once

#include "objects/recorder-config.hpp"
#include "objects/recorder-tap.hpp"
#include "objects/recording-file.hpp"
#include "objects/recording-gate.hpp"

#include <kms/gst/flow-monitor.hpp>
#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kms::elements {

/// Loop only. Records as often as it is told to, into a file of its own each time.
class Recorder : public std::enable_shared_from_this<Recorder> {
 public:
  Recorder(host::Context context, RecorderConfig config);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] const RecorderConfig& config() const { return m_config; }
  [[nodiscard]] List elements() const;
  [[nodiscard]] std::string dot(int details) const;
  /// Throws Error 40004 for a stream of packets.
  void setSource(media::Medium medium, const std::shared_ptr<media::Stream>& source);
  void record();
  void pause();
  /// `done` when the file is complete (at once when nothing is being recorded), or after
  /// kStopDeadline.
  void stop(std::function<void()> done);
  void close(std::function<void()> done);

  static constexpr Duration kStopDeadline = std::chrono::seconds(4);
  /// How long a track that has no source yet may take to get one, after frames of another came.
  static constexpr Duration kGrace = std::chrono::seconds(1);
  /// After which a source that sends no keyframe is asked for one again.
  static constexpr Duration kAskAgain = std::chrono::seconds(1);

 private:
  enum class Phase { kIdle, kRecording, kPaused, kStopping };
  struct Track {
    std::shared_ptr<gst::FrameSource> from;
    std::shared_ptr<RecorderTap> tap;
    std::unique_ptr<gst::FlowMonitor> flow;
    bool hasEnded = false;
  };

  std::shared_ptr<RecorderTap> makeTap(const Track& track);
  void letGo(Track& track);
  void onFrame(const RecorderTap* tap, GstSample* sample);
  void onEndOfStream(const RecorderTap* tap);
  [[nodiscard]] Track* trackOf(const RecorderTap* tap);
  void askForKeyframe();
  void askIfNeeded(bool wasNeeded);
  void askAgain();

  void prepare();
  void prepared(bool isReady, const std::optional<gst::BusError>& problem);
  void openGate();
  [[nodiscard]] Duration patience() const;
  [[nodiscard]] bool mayBegin();
  [[nodiscard]] bool fillSilentTracks();
  [[nodiscard]] gst::SamplePtr fillerOf(media::Medium medium);
  void makePicture(const std::string& codec);
  [[nodiscard]] std::set<media::Medium> ready() const;
  void tryToBegin();
  void build(const std::set<media::Medium>& tracks);
  void addFile(const std::set<media::Medium>& tracks, const std::string& path);
  void joinLate(media::Medium medium);
  void write();

  void failed(const gst::BusError& error);
  void finish();
  void onComplete();
  void finished();
  void reset();
  void answer();
  void setState(const char* state);

  const host::Context m_context;
  const RecorderConfig m_config;
  gst::Runtime& m_runtime;
  std::map<media::Medium, Track> m_tracks;

  Phase m_phase = Phase::kIdle;
  std::string m_state = "STOP";
  int m_take = 1;        // number of the recording
  int m_generation = 0;  // of orders to record; answers to older ones do not count
  std::string m_path;
  bool m_isPrepared = false;
  bool m_isClosing = false;  // m_files
  bool m_isHurried = false;  // begins with what there is
  RecordingGate m_gate;
  std::vector<std::shared_ptr<RecordingFile>> m_files;  // more than one of a split recording
  std::set<media::Medium> m_recorded;
  std::optional<TimePoint> m_firstFrame;  // that waits
  std::optional<gst::SamplePtr> m_picture;
  bool m_isMakingPicture = false;
  TimePoint m_lastAsked{};  // for a keyframe
  gst::SourceHandle m_wait;
  gst::SourceHandle m_deadline;
  std::vector<std::function<void()>> m_onStopped;
};

}  // namespace kms::elements
