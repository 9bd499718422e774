// PlainTransport: RTP and RTCP of one RtpEndpoint on sockets of its own, plain or as SRTP with keys
// from the SDP.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/export.hpp>
#include <kms/router/drop-counters.hpp>
#include <kms/router/rtp-session.hpp>
#include <kms/router/stream-parameters.hpp>
#include <kms/srtp/keys.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {

class Producer;
class ThreadContext;

/// UDP ports, both included.
struct PortRange {
  std::uint16_t first = 40'000;
  std::uint16_t last = 49'999;
};

struct PlainTransportConfig {
  bool v6 = false;  ///< family of all its sockets
  PortRange ports;
};

/// What the other side must know of us.
struct PlainLocalParameters {
  std::string ip;
  std::string cname;
  std::uint32_t audioSsrc = 0;
  std::uint32_t videoSsrc = 0;
};

/// Where one medium comes in: an even port and the odd one above it (RFC 3550 11); 0: none was
/// free.
struct PlainPorts {
  std::uint16_t rtp = 0;
  std::uint16_t rtcp = 0;
};

/// Master keys of both directions (RFC 4568).
struct PlainCrypto {
  srtp::Keys outbound;
  srtp::Keys inbound;
  /// Packets that the inbound key may protect; the profile's limit where it is absent or larger.
  std::optional<std::uint64_t> inboundLifetime;

  bool operator==(const PlainCrypto&) const = default;
};

/// One negotiated m-line.
struct PlainStreamParameters {
  StreamParameters stream;
  std::optional<Address> rtp;         ///< absent: to where RTP comes from
  std::optional<Address> rtcp;        ///< absent: to where RTCP comes from
  bool rtcpMux = false;               ///< RTCP on RTP's port (RFC 5761)
  std::optional<PlainCrypto> crypto;  ///< absent: plain RTP
};

/// Told what happens, on the I/O thread. Must not destroy the transport.
class KMS_API PlainTransportListener : public RtpSessionListener {
 public:
  /// A master key of that medium has nearly been used up (RFC 3711 9.2). Once for each key.
  virtual void onKeySoftLimit(media::Medium medium) = 0;
};

struct PlainTransportStats {
  std::vector<StreamStats> streams;
  std::uint64_t bytesSent = 0;
  std::uint64_t bytesReceived = 0;
  DropCounts dropped;
};

/// The transport of one endpoint. Everything on its I/O thread.
///
/// Who may send: with SRTP, whoever has the key. Plain RTP authenticates nothing, so each port
/// listens to one address at a time: the first to send something negotiated, until it is silent for
/// 2 s; the address that the peer announced takes its place at once.
class KMS_API PlainTransport {
 public:
  /// `context` and `listener` outlive it. Throws Error 40107 for a family that the machine has no
  /// address of.
  PlainTransport(ThreadContext& context, PlainTransportListener& listener,
                 const PlainTransportConfig& config);
  /// Closes it.
  ~PlainTransport();
  PlainTransport(const PlainTransport&) = delete;
  PlainTransport& operator=(const PlainTransport&) = delete;

  [[nodiscard]] const PlainLocalParameters& localParameters() const;
  /// Binds the ports of a medium, or gives those that it has.
  PlainPorts open(media::Medium medium);
  /// What was negotiated: at most one stream of a medium counts, the ports of media without one are
  /// given back. Throws Error 40107 naming what is wrong; nothing is changed then.
  void setRemote(const std::vector<PlainStreamParameters>& streams);
  void setBandwidth(const BandwidthLimits& limits);

  /// What the peer sends. Fixed for the transport's life.
  [[nodiscard]] std::shared_ptr<Producer> producer(media::Medium medium) const;
  /// What is sent to the peer, of any I/O thread; null: nothing. Throws Error 40004 for a producer
  /// of another router.
  void setSource(media::Medium medium, std::shared_ptr<Producer> producer);
  /// Asks the peer for a video keyframe, where it understands that.
  void requestKeyframe();
  [[nodiscard]] PlainTransportStats stats() const;
  /// Says goodbye (RTCP BYE) and lets everything go. Idempotent; no event comes later.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace kms::router
