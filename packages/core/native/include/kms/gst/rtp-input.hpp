// RTP into a pipeline: packets from a tap, put in order, with their capture time as PTS.
#pragma once

#include <kms/gst/runtime.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace kms::gst {

/// Hands RTP packets to an appsrc in front of a jitter buffer. Until it is opened, packets are held
/// (bounded). Any thread; push on one thread at a time; nothing blocks.
class KMS_API RtpInput {
 public:
  explicit RtpInput(Runtime& runtime) : m_runtime(runtime) {}

  void push(std::span<const std::uint8_t> rtp, TimePoint capture);
  /// Begins to push into `appsrc` (PAUSED or PLAYING), what was held first.
  void open(ElementPtr appsrc);
  /// Lets the appsrc go; packets are held again.
  void close();
  [[nodiscard]] std::uint64_t dropped() const { return m_dropped; }

  static constexpr std::size_t kMaxHeld = 1000;

 private:
  void flush(std::unique_lock<std::mutex>& lock);

  Runtime& m_runtime;
  std::atomic<std::uint64_t> m_dropped{0};

  std::mutex m_mutex;  // guards what follows
  ElementPtr m_appsrc;
  std::deque<BufferPtr> m_held;
  bool m_isFlushing = false;
};

/// Launch fragment: an appsrc for RTP, named `in`, and a jitter buffer named `jitter` that waits
/// `latencyMs` for what the router recovers.
[[nodiscard]] KMS_API std::string rtpInputFragment(int latencyMs);
/// Makes the capture time that came with each packet the PTS of what leaves the jitter buffer.
KMS_API void restampFromCapture(GstElement* jitterBuffer);

}  // namespace kms::gst
