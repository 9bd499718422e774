// The router's side of the bridge to GStreamer: RTP in (Feed) and RTP out (Tap).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/media/format.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace kms::router {

class Producer;

/// What a Feed produces. `onKeyframeRequest` (may be empty) is called on the I/O thread, merged and
/// throttled.
struct FeedConfig {
  media::Medium medium = media::Medium::kVideo;
  media::Format format;
  std::uint8_t payloadType = 96;  ///< of the packets pushed (0..127)
  std::uint32_t ssrc = 0;         ///< of the packets pushed
  std::string cname;
  std::function<void()> onKeyframeRequest;
  /// I/O thread; may be empty: the least of what the viewers can take has changed. Bit/s, 0:
  /// unknown.
  std::function<void(std::uint64_t bitsPerSecond)> onBitrateHint;
};

/// Counters of a Feed since its creation.
struct FeedStats {
  std::uint64_t pushed = 0;
  std::uint64_t dropped =
      0;  ///< queue full, too large, or no RTP of the configured SSRC and payload type
};

/// RTP made by a GStreamer branch enters the router here. Created, pushed to and destroyed on any
/// thread; `push` on one thread at a time. Destruction ends the producer (its consumers see it end)
/// and waits for nothing.
class KMS_API Feed {
 public:
  virtual ~Feed() = default;

  /// Queues one RTP packet (copied; at most 1500 bytes). `capture` is the capture time of its RTP
  /// timestamp on the monotonic clock. Never blocks; drops and counts when the queue to the I/O
  /// thread is full.
  virtual void push(std::span<const std::uint8_t> rtp, TimePoint capture) = 0;

  /// The producer that consumers attach to (Sink::setSource). Any thread.
  [[nodiscard]] virtual std::shared_ptr<Producer> producer() const = 0;

  [[nodiscard]] virtual FeedStats stats() const = 0;
};

/// Where a Tap delivers. `onRtp` is called on the I/O thread for each packet and must not block;
/// the span is valid during the call only. `onFormat` (may be empty), I/O thread: the producer's
/// format became known or changed.
struct TapConfig {
  std::function<void(std::span<const std::uint8_t> rtp, TimePoint capture)> onRtp;
  std::function<void(const media::Format&)> onFormat;
};

/// RTP of a producer leaves the router here, for a GStreamer branch. What `onRtp` sees: one SSRC,
/// sequence numbers and timestamps continuous over source switches, no header extensions, the
/// producer's payload type; recovered packets come late, so put a jitter buffer behind it.
/// `capture` is the monotonic capture time of the packet's timestamp (arrival-based before the
/// first sender report). All methods and the destructor on any thread; no call to `onRtp` begins
/// after the destructor returned (it waits for the I/O thread unless called on it).
class KMS_API Tap {
 public:
  virtual ~Tap() = default;

  /// Attaches to `producer`, of any I/O thread (null: detach). Video starts at a keyframe, which is
  /// asked for.
  virtual void setSource(std::shared_ptr<Producer> producer) = 0;

  /// Asks the producer for a keyframe; merged and throttled with the requests of other consumers.
  virtual void requestKeyframe() = 0;
};

}  // namespace kms::router
