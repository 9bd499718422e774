// One input of a mix: its frames, and its branch of the pipeline.
#pragma once

#include "objects/mix.hpp"

#include <kms/gst/frame-input.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace kms::elements {

/// The elements between an input's frames and the aggregator `mix`. attach and detach are for the
/// pipeline's calls on the pool, which come one after another; the rest is for any thread.
class MixBranch {
 public:
  MixBranch(gst::Runtime& runtime, media::Medium medium) : m_runtime(runtime), m_medium(medium) {}

  /// False when the elements cannot be put into the pipeline.
  bool attach(GstElement* pipeline);
  /// Takes them out again.
  bool detach(GstElement* pipeline);
  /// Only after attach.
  void place(const Placement& placement) const;
  [[nodiscard]] gst::ElementPtr appsrc() const;

 private:
  gst::Runtime& m_runtime;
  const media::Medium m_medium;
  gst::ElementPtr m_bin;
  gst::PadPtr m_pad;  // of the aggregator
};

struct MixInputConfig {
  gst::FrameInputConfig frames;
  std::function<void(FrameSize)> onFrames;  ///< streaming thread; the first frame, and new sizes
  std::function<void()> onEnd;              ///< streaming thread; frames may follow again
};

/// Hands frames to the branch while there is one; tells when the first frame comes and when the
/// stream ends, as the aggregator itself must not see an end.
class MixInput final : public gst::FrameSink {
 public:
  explicit MixInput(MixInputConfig config)
      : m_frames(std::move(config.frames)),
        m_onFrames(std::move(config.onFrames)),
        m_onEnd(std::move(config.onEnd)) {}

  void onSample(GstSample* sample) override;
  void onEndOfStream() override;
  void onFormat(const media::Format& format) override { m_frames.onFormat(format); }

  // For the mix, on the loop.
  gst::FrameInput& frames() { return m_frames; }
  std::shared_ptr<gst::FrameSource> from;
  std::shared_ptr<MixBranch> branch;  // from the call of attach on
  std::optional<Placement> placement;
  bool hasFrames = false;
  bool isAttached = false;

 private:
  gst::FrameInput m_frames;
  const std::function<void(FrameSize)> m_onFrames;
  const std::function<void()> m_onEnd;
  gst::CapsPtr m_caps;  // streaming thread
};

}  // namespace kms::elements
