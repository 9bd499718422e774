// Frames of any number of sources made into one stream: a pipeline around a compositor or an
// audiomixer, whose inputs come and go while it plays.
#pragma once

#include <kms/gst/flow-monitor.hpp>
#include <kms/gst/frame-source.hpp>
#include <kms/gst/pipeline.hpp>
#include <kms/gst/runtime.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kms::elements {

/// Where an input's video lies in the picture, in pixels.
struct Placement {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  int zOrder = 1;                ///< a higher one covers a lower one
  bool keepsAspectRatio = true;  ///< black bars rather than a stretched image

  bool operator==(const Placement&) const = default;
};

/// Size of an input's frames, in pixels; 0 x 0 for sound.
struct FrameSize {
  int width = 0;
  int height = 0;

  bool operator==(const FrameSize&) const = default;
};

struct MixConfig {
  media::Medium medium = media::Medium::kVideo;
  std::string name;                          ///< of the pipeline
  std::string output;                        ///< caps of what comes out
  int framesPerSecond = 15;                  ///< of the picture
  std::function<void(bool flowing)> onFlow;  ///< whether something comes out
  std::function<void(Map error)> onError;    ///< data of an `error` event
  /// An input's first frame has come, or the first of another size; or (none) it has ended.
  std::function<void(int input, std::optional<FrameSize>)> onInput;
};

class MixInput;

/// Loop only. Plays from the first frame of the first input on: a picture until it is closed, sound
/// while there is an input. What comes out has the times of what went in; of an input that is late
/// by more than kLatency, nothing is waited for.
class Mix : public std::enable_shared_from_this<Mix> {
 public:
  Mix(gst::Runtime& runtime, MixConfig config);
  ~Mix();
  Mix(const Mix&) = delete;
  Mix& operator=(const Mix&) = delete;

  /// Takes `source` as that input, in place of an earlier one; null: takes the input away.
  void setInput(int input, const std::shared_ptr<gst::FrameSource>& source);
  /// Places an input's video, if there is such an input. Nothing is seen of one without a place.
  void place(int input, const Placement& placement);
  /// Changes the caps of what comes out.
  void setOutput(const std::string& caps);

  [[nodiscard]] const std::shared_ptr<gst::FrameSource>& frames() const { return m_frames; }
  [[nodiscard]] List elements() const { return m_pipeline ? m_pipeline->elements() : List{}; }
  [[nodiscard]] std::string dot(int details) const {
    return m_pipeline ? m_pipeline->dot(details) : std::string();
  }
  /// Frees everything; `done` on the loop when the pipeline is down.
  void close(std::function<void()> done);

  static constexpr Duration kLatency = std::chrono::milliseconds(600);  // Kurento's, api.md B14

 private:
  enum class State { kIdle, kStarting, kRunning, kStopping };

  template <typename Call>
  auto later(Call call);
  [[nodiscard]] bool isWanted() const;
  [[nodiscard]] std::string description() const;
  void update();
  void start();
  void started(bool reached);
  void stop();
  void stopped();
  void unplug(MixInput& input);
  void plug(const std::shared_ptr<MixInput>& input);
  void onFrames(const std::shared_ptr<MixInput>& input, FrameSize size);
  void onEnd(const std::shared_ptr<MixInput>& input);
  void failed(const gst::BusError& error);
  void tell(const std::string& description) const;
  void connectFrames();

  gst::Runtime& m_runtime;
  MixConfig m_config;
  gst::FlowMonitor m_flow;
  std::shared_ptr<gst::FrameSource> m_frames;
  std::map<int, std::shared_ptr<MixInput>> m_inputs;

  State m_state = State::kIdle;
  std::shared_ptr<gst::Pipeline> m_pipeline;
  bool m_hasPlayed = false;
  bool m_isClosed = false;
  std::function<void()> m_onClosed;
  bool m_isWaiting = false;  // for m_retry
  gst::SourceHandle m_retry;
  Duration m_retryDelay = kFirstRetry;

  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kLastRetry = std::chrono::seconds(32);
};

}  // namespace kms::elements
