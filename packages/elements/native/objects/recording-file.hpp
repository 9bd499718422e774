// The pipeline that writes a recording: frames in, a WebM file out.
#pragma once

#include "objects/recording-gate.hpp"

#include <kms/gst/pipeline.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kms::elements {

/// The file that a URI names, or why there is none.
struct RecordingTarget {
  std::string path;
  std::optional<gst::BusError> problem;
};

/// Reads a file:// URI; an error of RESOURCE_ERROR_OPEN for another one.
[[nodiscard]] RecordingTarget targetOf(const std::string& uri);
/// Makes the folders above `path`, and checks that the file can be written. Blocks. An error of
/// RESOURCE_ERROR_OPEN when not.
[[nodiscard]] std::optional<gst::BusError> prepareFile(const std::string& path);

struct RecordingFileConfig {
  std::string name;
  std::string path;
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
  void write(std::vector<RecordedFrame> frames);
  /// Writes what came, the index and the duration; then onComplete.
  void finish();
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
};

}  // namespace kms::elements
