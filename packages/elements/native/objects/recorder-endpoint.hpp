// RecorderEndpoint: writes what it is given into a file.
#pragma once

#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <map>
#include <memory>

namespace kms::elements {

class Recorder;

/// The native class `RecorderEndpoint`. A sink of frames for each medium of the profile, in the
/// profile's codec. The file begins at time 0 with a keyframe, once there are frames of every
/// medium that has a source, and has no gap for a pause. A medium that is connected but silent
/// begins with silence, or a black picture, after `silenceWait`. Each further recording after a
/// stop has a file of its own ("name-2.webm"). At any moment the file can be played up to a second
/// before.
///
/// params: {uri: "file://...", profile?: name of a row in recording-profile.cpp,
/// stopOnEndOfStream?: boolean, silenceWait?: milliseconds (2000), roots?: list of the folders in
/// which files may be made (everywhere), streamed?: boolean, whether the file is only appended to}.
/// Methods: `record {}`, `pause {}`, `stop {}` (answered at once), `stopAndWait {}` (answered when
/// the file is closed, after 4 s at the latest).
/// Events: file {path} (made, before anything is written), state {state}, flow, error. Home: the
/// GLib loop.
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
