// The pipeline that writes a recording: frames in, a file out that can be played up to where it
// ends at any moment.
#pragma once

#include "objects/recording-gate.hpp"
#include "objects/recording-profile.hpp"

#include <kms/gst/pipeline.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kms::elements {

struct RecordingFileConfig {
  std::string name;
  std::string path;
  std::string muxer;                             ///< launch fragment
  std::map<media::Medium, RecordingTrack> pads;  ///< of the profile
  std::map<media::Medium, gst::CapsPtr> tracks;  ///< complete, for the muxer
};

/// Loop only; handlers on the loop.
class RecordingFile : public std::enable_shared_from_this<RecordingFile> {
 public:
  struct Handlers {
    std::function<void(const gst::BusError&)> onError;
    std::function<void()> onComplete;  ///< after finish: all is written
  };

  /// Throws Error 40108 when the muxer is not installed.
  RecordingFile(gst::Runtime& runtime, const RecordingFileConfig& config, Handlers handlers);

  /// Begins to write.
  void start();
  /// Takes the frames of its own tracks.
  void write(const std::vector<RecordedFrame>& frames);
  /// Writes what came, the index and the duration; then onComplete.
  void finish();
  [[nodiscard]] bool isComplete() const { return m_isComplete; }
  [[nodiscard]] List elements() const;
  [[nodiscard]] std::string dot(int details) const;
  void close(std::function<void()> done);

 private:
  void flush();

  Handlers m_handlers;
  std::unique_ptr<gst::Pipeline> m_pipeline;
  std::map<media::Medium, gst::ElementPtr> m_inputs;
  std::vector<RecordedFrame> m_waiting;
  bool m_isStarted = false;
  bool m_isFinishing = false;
  bool m_isComplete = false;
};

}  // namespace kms::elements
