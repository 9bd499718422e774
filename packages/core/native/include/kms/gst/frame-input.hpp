// Frames into a pipeline: a FrameSink over an appsrc, bounded and leaky.
#pragma once

#include <kms/gst/frame-source.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace kms::gst {

struct FrameInputConfig {
  media::Medium medium = media::Medium::kVideo;
  std::size_t maxEncoded = 300;             ///< encoded frames held for the pipeline
  std::size_t maxRaw = 5;                   ///< decoded video frames held for the pipeline
  std::function<void()> onKeyframeRequest;  ///< any thread; after frames were dropped
  std::function<void(const media::Format&)> onFormat;  ///< any thread; a new format
  std::function<void()> onFrame;  ///< streaming thread; each frame that came in
  /// What the sink asks of the encoder (see FrameSink::bitrateHint); null: nothing.
  std::shared_ptr<const std::atomic<std::uint64_t>> bitrateHint;
};

/// Hands frames to an appsrc. Until it is opened, frames are held (bounded), so that none is lost
/// while a pipeline starts. Encoded video starts at a keyframe, and again after frames were
/// dropped. All methods on any thread.
class KMS_API FrameInput final : public FrameSink {
 public:
  explicit FrameInput(FrameInputConfig config) : m_config(std::move(config)) {}

  /// Begins to push into `appsrc` (PAUSED or PLAYING), what was held first. Does nothing when the
  /// frames' codec is no longer `codec` (empty: any).
  void open(ElementPtr appsrc, const std::string& codec = {});
  /// Lets the appsrc go; frames are held again. A new codec does this by itself, and so does the
  /// end of the stream once it has reached the appsrc.
  void suspend();
  /// Lets the appsrc go, and drops what comes.
  void close();
  /// Waits for a keyframe again.
  void restart();

  void onSample(GstSample* sample) override;
  /// Ends the stream in the pipeline, after what was pushed.
  void onEndOfStream() override;
  void onFormat(const media::Format& format) override;
  [[nodiscard]] std::uint64_t bitrateHint() const override {
    return m_config.bitrateHint ? m_config.bitrateHint->load() : 0;
  }
  [[nodiscard]] std::uint64_t dropped() const { return m_dropped; }
  /// Bytes of all frames that came in.
  [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

 private:
  [[nodiscard]] bool admits(GstSample* sample);
  [[nodiscard]] bool isEncodedVideo() const;
  [[nodiscard]] bool isFull() const;
  void flush(std::unique_lock<std::mutex>& lock);

  const FrameInputConfig m_config;
  std::atomic<std::uint64_t> m_dropped{0};
  std::atomic<std::uint64_t> m_bytes{0};

  std::mutex m_mutex;  // guards what follows
  ElementPtr m_appsrc;
  std::deque<SamplePtr> m_held;  // null: the end of the stream
  std::string m_codec;
  bool m_isFlushing = false;
  bool m_needsKeyframe = true;
  bool m_isClosed = false;
};

/// Launch fragment of an appsrc for frames, named `name`.
[[nodiscard]] KMS_API std::string frameInputFragment(const std::string& name);
/// Calls `handler` (any thread) for keyframe requests that reach the element's source pad, and lets
/// them end there.
KMS_API void onForceKeyUnit(GstElement* appsrc, std::function<void()> handler);

}  // namespace kms::gst
