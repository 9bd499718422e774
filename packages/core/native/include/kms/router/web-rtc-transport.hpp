// WebRtcTransport: ICE, DTLS and SRTP of one WebRTC endpoint, with a producer and a consumer per
// stream.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/dtls/certificate.hpp>
#include <kms/dtls/session.hpp>
#include <kms/ice/agent.hpp>
#include <kms/media/format.hpp>
#include <kms/router/drop-counters.hpp>
#include <kms/router/gather-options.hpp>
#include <kms/router/rtp-session.hpp>
#include <kms/router/stream-parameters.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kms::sctp {
class DataChannels;
}

namespace kms::router {

class Producer;
class ThreadContext;

/// What the other side must know of us.
struct LocalParameters {
  ice::Credentials ice;
  std::string fingerprint;  ///< sha-256
  std::string cname;
  std::uint32_t audioSsrc = 0;
  std::uint32_t videoSsrc = 0;
  std::uint32_t audioRtxSsrc = 0;
  std::uint32_t videoRtxSsrc = 0;
};

struct Fingerprint {
  std::string algorithm;  ///< "sha-256", ...
  std::string value;      ///< "AB:CD:..."
};

/// The m=application section of the peer (RFC 8841).
struct DataParameters {
  std::uint16_t port = 5000;       ///< SCTP port, 1..65535
  std::uint16_t localPort = 5000;  ///< the one that we have said is ours, 1..65535
  std::size_t maxMessageSize = 0;  ///< bytes that the peer takes; 0: any
};

/// What was negotiated.
struct RemoteParameters {
  ice::Role iceRole = ice::Role::Controlled;  ///< ours
  ice::Credentials ice;
  dtls::Role dtlsRole = dtls::Role::kServer;  ///< ours
  std::vector<Fingerprint> fingerprints;      ///< at least one
  std::vector<StreamParameters> streams;      ///< of those that there are
  std::optional<DataParameters> data;         ///< data channels, which once there stay
};

/// Told what happens, on the I/O thread, never from within a call of the transport's owner but for
/// gather(), setRemote() and setSource(). Must not destroy the transport.
class KMS_API WebRtcTransportListener : public RtpSessionListener {
 public:
  /// "candidate:..."
  virtual void onLocalCandidate(const std::string& candidate) = 0;
  virtual void onGatheringDone() = 0;
  /// A STUN or TURN server did not help; for the log.
  virtual void onGatheringProblem(const std::string& problem) = 0;
  virtual void onIceStateChanged(ice::State state) = 0;
  virtual void onCandidatePairSelected(const std::string& local, const std::string& remote) = 0;
  virtual void onDtlsStateChanged(dtls::State state) = 0;
};

/// What makes a transport different from others.
struct WebRtcTransportOptions {
  dtls::KeyType certificateKey = dtls::KeyType::kEcdsaP256;
  std::uint8_t dscp = 0;  ///< mark of all packets sent (RFC 2474), 0..63
};

/// A candidate pair, and what went over it while it was selected.
struct CandidatePairStats : ice::PairStats {
  std::uint64_t bytesSent = 0;
  std::uint64_t bytesReceived = 0;
};

struct TransportStats {
  std::vector<StreamStats> streams;
  std::uint64_t bytesSent = 0;  ///< of SRTP and SRTCP
  std::uint64_t bytesReceived = 0;
  BandwidthStats available;
  ice::State iceState = ice::State::Disconnected;
  dtls::State dtlsState = dtls::State::kNew;
  std::optional<ice::SelectedPair> selectedPair;
  std::vector<CandidatePairStats> pairs;  ///< all, by falling priority
  dtls::CertificateInfo localCertificate;
  std::optional<dtls::CertificateInfo> remoteCertificate;
  DropCounts dropped;
};

/// The transport of one endpoint. Everything on its I/O thread.
class KMS_API WebRtcTransport {
 public:
  /// `context` and `listener` outlive it.
  WebRtcTransport(ThreadContext& context, WebRtcTransportListener& listener,
                  const WebRtcTransportOptions& options = {});
  /// Closes it.
  ~WebRtcTransport();
  WebRtcTransport(const WebRtcTransport&) = delete;
  WebRtcTransport& operator=(const WebRtcTransport&) = delete;

  [[nodiscard]] const LocalParameters& localParameters() const;
  /// Starts to look for candidates: the listener is told of each, and of the end. Those of the host
  /// come within the call. Throws Error 40400.
  void gather(const GatherOptions& options = {});
  /// Restarts ICE: gives new local credentials. What was gathered holds on, and the path in use
  /// stays so until a new one is nominated.
  const ice::Credentials& restartIce();
  /// What was negotiated; again after each renegotiation (new ICE credentials: the peer restarted
  /// ICE). Throws Error 40107 naming the wrong part; nothing is changed then.
  void setRemote(const RemoteParameters& parameters);
  /// "candidate:..."; names (mDNS) are ignored: their owner becomes known by its checks. Throws
  /// Error 40401 naming a text that is no candidate.
  void addRemoteCandidate(const std::string& candidate);
  void endOfRemoteCandidates();

  /// One more stream of a medium, beside the one that is there from the start. Throws Error 40107
  /// when there are too many.
  StreamId addStream(media::Medium medium);
  /// Of what is sent in a stream. This and the others that name a stream throw Error 40107 when
  /// there is none of that name.
  [[nodiscard]] ConsumerSsrcs localSsrcs(StreamId stream) const;
  /// What the peer sends. Fixed for the transport's life.
  [[nodiscard]] std::shared_ptr<Producer> producer(StreamId stream) const;
  /// What is sent to the peer, of any I/O thread; null: nothing. Throws Error 40004 for a producer
  /// of another router.
  void setSource(StreamId stream, std::shared_ptr<Producer> producer);
  /// Limits of the video, from now on.
  void setBandwidth(const BandwidthLimits& limits);
  /// Asks the peer for a video keyframe.
  void requestKeyframe();
  /// Messages to and from the peer; may outlive the transport, and does nothing then. Events are
  /// set before setRemote(). Any thread.
  [[nodiscard]] const std::shared_ptr<sctp::DataChannels>& dataChannels() const;
  [[nodiscard]] TransportStats stats() const;
  /// See RtpSession::videoRoom().
  [[nodiscard]] std::uint64_t videoRoom() const noexcept;
  /// Says goodbye (RTCP BYE, DTLS close_notify) and lets everything go. Idempotent; no event comes
  /// later.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace kms::router
