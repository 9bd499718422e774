// What an RtpSession needs of the transport that carries it, and whom it tells.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/base/hot-memory.hpp>
#include <kms/media/format.hpp>
#include <kms/router/stream-parameters.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace kms::router {

/// Where a session's packets leave: its transport. I/O thread.
class KMS_API RtpOutlet {
 public:
  virtual ~RtpOutlet() = default;
  /// Keys, where there are any, and destination are known.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  /// Protects and queues a packet; false when it was dropped.
  virtual bool sendRtp(const srtp::RtpParts& parts) = 0;
  /// What sending touches, as long as keys and destination are the same.
  virtual void addHot(HotMemory&) const noexcept {}
  /// Protects and queues a compound packet. Called only while writable.
  virtual void sendRtcp(std::span<const std::uint8_t> compound) = 0;
  /// To the peer and back, where the transport measures it.
  [[nodiscard]] virtual std::optional<Duration> roundTrip() const = 0;
};

/// Told what happens to media, on the I/O thread. Must not destroy the session.
class KMS_API RtpSessionListener {
 public:
  virtual ~RtpSessionListener() = default;
  /// RTP or RTCP comes in, or has ceased to.
  virtual void onMediaStateChanged(bool connected) = 0;
  /// The codec that comes in is known now, or another.
  virtual void onSourceFormat(StreamId stream, const media::Format& format) = 0;
  /// `inbound`: into the endpoint's sink, to be sent; else what the peer sends. True at the first
  /// packet, false after 2 s of silence.
  virtual void onFlow(StreamId stream, bool inbound, bool flowing) = 0;
};

}  // namespace kms::router
