// Frames on their way from one pipeline to others: a source with any number of sinks.
#pragma once

#include <kms/gst/ptr.hpp>
#include <kms/media/format.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace kms::gst {

/// Takes frames. Called on streaming threads, one at a time per source; must not block.
class KMS_API FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// Caps and one buffer, whose PTS (and DTS) is the worker's running time.
  virtual void onSample(GstSample* sample) = 0;
  virtual void onEndOfStream() {}
  /// The source's format became known or changed; also called (maybe on another thread) when a sink
  /// is attached.
  virtual void onFormat(const media::Format&) {}
  /// Bit/s that encoded frames should not exceed for this sink; 0: any. Any thread.
  [[nodiscard]] virtual std::uint64_t bitrateHint() const { return 0; }
};

/// What the consumers of a source may ask of whoever makes its frames; any thread, may be empty.
struct FrameRequests {
  std::function<void()> keyframe;
};

/// How a source treats its consumers.
struct FrameSourceConfig {
  media::Medium medium = media::Medium::kVideo;
  /// Keeps encoded video since the last keyframe and gives it to a new sink first (marked
  /// DECODE_ONLY), for sources that cannot make keyframes.
  bool replaysGroup = false;
};

/// Fans frames out. All methods on any thread; no lock is held while a sink or a request is called.
class KMS_API FrameSource {
 public:
  explicit FrameSource(FrameSourceConfig config) : m_config(config) {}

  [[nodiscard]] media::Medium medium() const { return m_config.medium; }
  [[nodiscard]] std::optional<media::Format> format() const;

  // For whoever makes the frames.
  void setRequests(FrameRequests requests);
  /// Gives a frame to all sinks, on one thread at a time. The format is taken from the caps.
  void push(GstSample* sample);
  void endOfStream();
  /// Says ahead of the first frame what will come.
  void announce(GstCaps* caps);
  /// Forgets the frames kept for new sinks, after a seek or a stop.
  void forgetGroup();
  /// The least of what the sinks ask for, bit/s; 0: none asks.
  [[nodiscard]] std::uint64_t bitrateHint() const;
  /// Of decoded frames: bit/s that they had before; 0: unknown.
  void setOriginBitrate(std::uint64_t bitsPerSecond) { m_originBitrate = bitsPerSecond; }

  // For consumers.
  void attach(const std::shared_ptr<FrameSink>& sink);
  /// A call that is under way may still end after this returned.
  void detach(const FrameSink* sink);
  void requestKeyframe() const;
  [[nodiscard]] std::uint64_t originBitrate() const { return m_originBitrate; }

 private:
  struct Outlet {
    std::shared_ptr<FrameSink> sink;
    std::vector<SamplePtr> replay;  // what it gets before the next frame
  };

  [[nodiscard]] std::vector<Outlet> outlets() const;
  void keep(GstSample* sample);

  const FrameSourceConfig m_config;
  std::atomic<std::uint64_t> m_originBitrate{0};
  mutable std::mutex m_mutex;  // guards what follows
  std::vector<Outlet> m_outlets;
  FrameRequests m_requests;
  CapsPtr m_caps;
  std::optional<media::Format> m_format;
  std::vector<SamplePtr> m_group;  // since the last keyframe
  std::size_t m_groupBytes = 0;
};

}  // namespace kms::gst
