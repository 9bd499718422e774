// The working part of a RecorderEndpoint: shared, so that callbacks may find that it has gone.
#pragma once

#include "objects/recording-file.hpp"
#include "objects/recording-gate.hpp"

#include <kms/gst/flow-monitor.hpp>
#include <kms/gst/frame-source.hpp>
#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace kms::elements {

struct RecorderConfig {
  std::string uri;
  std::set<media::Medium> media;  ///< what the profile has tracks for
  bool stopsAtEnd = false;        ///< when all its sources have ended

  /// Throws Error 40001 or 40107 naming what is wrong.
  [[nodiscard]] static RecorderConfig fromValue(const Value& params);
};

/// Loop only. Records once.
class Recorder : public std::enable_shared_from_this<Recorder> {
 public:
  Recorder(host::Context context, RecorderConfig config);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] const RecorderConfig& config() const { return m_config; }
  [[nodiscard]] List elements() const { return m_file ? m_file->elements() : List{}; }
  [[nodiscard]] std::string dot(int details) const {
    return m_file ? m_file->dot(details) : std::string();
  }
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

 private:
  enum class Phase { kIdle, kRecording, kPaused, kStopping, kDone };
  enum class Grace { kNotBegun, kRunning, kOver };
  class Tap;
  struct Track {
    std::shared_ptr<gst::FrameSource> from;
    std::shared_ptr<Tap> tap;
    std::unique_ptr<gst::FlowMonitor> flow;
    bool hasEnded = false;
  };

  void letGo(Track& track);
  void onFrame(const Tap* tap, GstSample* sample);
  void onEndOfStream(const Tap* tap);
  [[nodiscard]] std::set<media::Medium> connected() const;
  [[nodiscard]] bool mayBegin();
  [[nodiscard]] Track* trackOf(const Tap* tap);
  void openGate();
  void tryToBegin();
  void build(const std::set<media::Medium>& tracks);
  void askForKeyframe();
  void failed(const gst::BusError& error);
  void finish();
  void finished();
  void answer();
  void setState(const char* state);

  const host::Context m_context;
  const RecorderConfig m_config;
  gst::Runtime& m_runtime;
  std::map<media::Medium, Track> m_tracks;

  Phase m_phase = Phase::kIdle;
  std::string m_state = "STOP";
  std::string m_path;
  bool m_isPrepared = false;
  RecordingGate m_gate;
  std::shared_ptr<RecordingFile> m_file;
  bool m_isClosing = false;  // m_file
  std::set<media::Medium> m_recorded;
  Grace m_graceIs = Grace::kNotBegun;
  gst::SourceHandle m_grace;
  gst::SourceHandle m_deadline;
  std::vector<std::function<void()>> m_onStopped;
};

}  // namespace kms::elements
