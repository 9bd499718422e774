// RecorderEndpoint: writes what it is given into a WebM file.
#pragma once

#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <map>
#include <memory>

namespace kms::elements {

class Recorder;

/// The native class `RecorderEndpoint`. A sink of frames (VP8, Opus) for each medium of the
/// profile. Records once. The file begins at time 0 with a keyframe, once there are frames of every
/// medium that has a source, and has no gap for a pause.
///
/// params: {uri: "file://...", profile?: "WEBM"|"WEBM_VIDEO_ONLY"|"WEBM_AUDIO_ONLY",
/// stopOnEndOfStream?: boolean}.
/// Methods: `record {}`, `pause {}`, `stop {}` (answered at once), `stopAndWait {}` (answered when
/// the file is closed, after 4 s at the latest).
/// Events: state {state}, flow, error. Home: the GLib loop.
class RecorderEndpoint final : public host::ObjectBase {
 public:
  /// Throws Error 40001 on bad params, 40107 for another profile.
  RecorderEndpoint(host::Context context, const Value& params);
  ~RecorderEndpoint() override;

  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  [[nodiscard]] List elements() const override;
  [[nodiscard]] std::string dot(int details) const override;
  void close(host::Completion completion) override;

 private:
  class Input;

  std::shared_ptr<Recorder> m_recorder;
  std::map<media::Medium, std::unique_ptr<Input>> m_inputs;
};

}  // namespace kms::elements
