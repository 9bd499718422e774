// Where a consumer's packets leave: its session.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/base/hot-memory.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <cstddef>
#include <cstdint>

namespace kms::router {

class RtpConsumer;

/// Sends the packets of consumers. I/O thread.
class KMS_API PacketOutlet {
 public:
  virtual ~PacketOutlet() = default;
  /// Keys and destination are known.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  /// Encrypts and queues a packet; false when it was dropped.
  virtual bool sendRtp(const srtp::RtpParts& parts) = 0;
  /// The transport-wide number for a packet of `bytes` bytes that leaves now.
  [[nodiscard]] virtual std::uint16_t numberPacket(std::size_t bytes, TimePoint now) = 0;
  /// What sending touches, as long as keys and destination are the same.
  virtual void addHot(HotMemory& hot) const noexcept = 0;
  /// Asks for what the next packet touches of what moves from packet to packet.
  virtual void prefetchNext() const noexcept = 0;
  /// The first packet came from the consumer's source, or the first after a silence.
  virtual void onSourceFlowing(const RtpConsumer& consumer) = 0;
};

}  // namespace kms::router
