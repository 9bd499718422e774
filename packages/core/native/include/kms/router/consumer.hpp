// Consumer: whatever takes the packets of a producer.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/media/format.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstdint>
#include <span>

namespace kms::router {

class Producer;

/// Takes packets of one producer at a time. Called on the producer's I/O thread.
class KMS_API Consumer {
 public:
  /// How many deliveries to others come before its own.
  enum class Turn : std::uint8_t { kNextButOne, kNext };

  virtual ~Consumer() = default;
  /// The packets of one receive batch, in order of arrival; some may be late (recovered). The
  /// consumer must not destroy the producer.
  virtual void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                         TimePoint now) = 0;
  /// Asks for the memory that a delivery touches; called on the way to it, in this order. What
  /// kNextButOne asks for has come when kNext looks at it.
  virtual void prefetch(Turn) const noexcept {}
  /// The producer's current format became known or changed; also called on attaching, if it is
  /// known.
  virtual void onFormat(const media::Format& format) = 0;
  /// The producer has ended; the consumer is detached already.
  virtual void onProducerClosed() = 0;
  /// Whether it would start with packets of the last second, from a keyframe on, rather than wait
  /// for a new one. Asked on attaching.
  [[nodiscard]] virtual bool wantsReplay() const noexcept { return false; }
  /// Whether it carries the packets to other consumers: it is served first.
  [[nodiscard]] virtual bool isRelay() const noexcept { return false; }
  /// Bit/s that the producer should not exceed for this consumer; 0: any.
  [[nodiscard]] virtual std::uint64_t bitrateHint() const noexcept { return 0; }
};

}  // namespace kms::router
