// RtpSession: RTP and RTCP with one peer, whatever carries them.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/congestion/remb-control.hpp>
#include <kms/congestion/send-estimator.hpp>
#include <kms/io/packet.hpp>
#include <kms/io/timer.hpp>
#include <kms/router/environment.hpp>
#include <kms/router/rtp-consumer.hpp>
#include <kms/router/stream-parameters.hpp>
#include <kms/rtp/packet-view.hpp>
#include <kms/rtp/rtcp-writer.hpp>
#include <kms/rtp/rtcp.hpp>
#include <kms/rtp/transport-feedback.hpp>

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kms::router {

/// Where a session's packets leave: its transport. I/O thread.
class KMS_API RtpOutlet {
 public:
  virtual ~RtpOutlet() = default;
  /// Keys, where there are any, and destination are known.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  /// Protects and queues a packet; false when it was dropped.
  virtual bool sendRtp(const srtp::RtpParts& parts) = 0;
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
  virtual void onSourceFormat(media::Medium medium, const media::Format& format) = 0;
  /// `inbound`: into the endpoint's sink, to be sent; else what the peer sends. True at the first
  /// packet, false after 2 s of silence.
  virtual void onFlow(media::Medium medium, bool inbound, bool flowing) = 0;
};

/// What the sessions with one peer share, so that it knows which streams belong together (RFC 3550
/// 6.5.1) and its sender reports of one stream tell of the others' times.
struct RtpIdentity {
  std::string cname;
  std::shared_ptr<rtp::SenderClock> clock;

  /// A new one.
  [[nodiscard]] KMS_API static RtpIdentity make();
};

/// Packets that a session dropped, by reason.
struct RtpSessionCounters {
  std::uint64_t malformed = 0;      ///< no well-formed RTP or RTCP
  std::uint64_t unknownStream = 0;  ///< of no negotiated stream
  std::uint64_t probes = 0;         ///< retransmissions without content, sent to probe
};

/// The media of one peer: a producer (what it sends) and a consumer (what is sent to it) for each
/// medium, with reports, NACKs, keyframe requests and transport-wide feedback (RFC 3550, 4585,
/// 5104). Takes authenticated, decrypted packets. I/O thread.
class KMS_API RtpSession final : private PacketOutlet {
 public:
  /// All outlive it.
  RtpSession(Environment& environment, RtpOutlet& outlet, RtpSessionListener& listener,
             const RtpIdentity& identity = RtpIdentity::make());
  /// Closes it.
  ~RtpSession() override;
  RtpSession(const RtpSession&) = delete;
  RtpSession& operator=(const RtpSession&) = delete;

  [[nodiscard]] const std::string& cname() const noexcept { return m_cname; }
  /// Of what is sent to the peer.
  [[nodiscard]] std::uint32_t localSsrc(media::Medium medium) const;
  /// Of the retransmissions of that.
  [[nodiscard]] std::uint32_t localRtxSsrc(media::Medium medium) const;
  /// What was negotiated; again after each renegotiation. At most one stream of a medium counts; a
  /// medium without one is inactive.
  void configure(const std::vector<StreamParameters>& streams);
  void setBandwidth(const BandwidthLimits& limits);
  /// The outlet has become writable.
  void onWritable();

  void receiveRtp(const io::PacketRef& packet);
  void receiveRtcp(std::span<const std::uint8_t> compound, TimePoint arrival);

  /// What the peer sends. Fixed for the session's life.
  [[nodiscard]] std::shared_ptr<Producer> producer(media::Medium medium) const;
  /// What is sent to the peer, of any I/O thread; null: nothing. Throws Error 40004 for a producer
  /// of another router.
  void setSource(media::Medium medium, std::shared_ptr<Producer> producer);
  /// Asks the peer for a video keyframe, where video comes from it.
  void requestKeyframe();
  [[nodiscard]] std::vector<StreamStats> stats() const;
  [[nodiscard]] const RtpSessionCounters& counters() const noexcept { return m_counters; }
  /// Packets dropped here, by producers and consumers included.
  [[nodiscard]] DropCounts drops() const;
  /// Says goodbye (RTCP BYE) and lets everything go. Idempotent; no event comes later.
  void close();

 private:
  /// What comes from the peer under one SSRC, and the retransmissions of it.
  struct Encoding {
    std::shared_ptr<Producer> producer;
    std::string rid;
    std::optional<std::uint32_t> rtxSsrc;  // learned
    std::uint8_t firCommand = 0;
    std::uint64_t plisSent = 0;
    std::uint64_t firsSent = 0;
    std::uint64_t retransmissions = 0;  // received
  };
  /// One medium: what comes from the peer and what goes to it.
  struct Stream {
    media::Medium medium;
    std::vector<Encoding> encodings;  // at least one, which stands for all
    std::unique_ptr<RtpConsumer> consumer;
    StreamParameters parameters;
    std::bitset<128> rtxTypes;  // payload types of retransmissions
    std::uint8_t midExtension = 0;
    std::uint8_t ridExtension = 0;
    std::uint8_t repairedRidExtension = 0;
    std::uint8_t transportSequenceExtension = 0;
    bool transportCc = false;
    bool flowingOut = false;

    [[nodiscard]] Producer& producer() const { return *encodings.front().producer; }
    [[nodiscard]] bool receives() const noexcept { return parameters.receive; }
  };
  /// Where a packet belongs.
  struct Route {
    Stream* stream = nullptr;
    Encoding* encoding = nullptr;  // null: nowhere
    bool retransmission = false;
  };
  static constexpr std::size_t kMostEncodings = 4;

  // PacketOutlet
  [[nodiscard]] bool writable() const noexcept override { return m_outlet.writable(); }
  bool sendRtp(const srtp::RtpParts& parts) override { return m_outlet.sendRtp(parts); }
  [[nodiscard]] std::uint16_t numberPacket(std::size_t bytes, TimePoint now) override;
  void onSourceFlowing(media::Medium medium) override;

  void makeStream(media::Medium medium);
  [[nodiscard]] std::shared_ptr<Producer> makeProducer(media::Medium medium);
  [[nodiscard]] std::uint32_t freshSsrc() const;
  void configureStream(const StreamParameters& parameters);
  void configureEncodings(Stream& stream);
  static void configureConsumer(const StreamParameters& parameters, RtpConsumer& consumer);
  void onFormatChanged(media::Medium medium, const Producer* producer, const media::Format& format);
  [[nodiscard]] Encoding* encodingOf(const Producer* producer);
  [[nodiscard]] Stream& stream(media::Medium medium) {
    return m_streams[static_cast<std::size_t>(medium)];
  }
  [[nodiscard]] const Stream& stream(media::Medium medium) const {
    return m_streams[static_cast<std::size_t>(medium)];
  }

  // Packets.
  [[nodiscard]] Route routeOf(const rtp::PacketView& view);
  [[nodiscard]] Route routeOfUnknownSsrc(const rtp::PacketView& view);
  [[nodiscard]] Stream* streamOfUnknownSsrc(const rtp::PacketView& view);
  void receiveRetransmission(const io::PacketRef& packet, const rtp::PacketView& view,
                             const Route& route);
  void noteTransportSequence(const Stream& stream, const rtp::PacketView& view, TimePoint arrival);
  void noteMedia(TimePoint arrival);
  [[nodiscard]] StreamStats inboundStats(const Stream& stream, const Encoding& encoding) const;
  [[nodiscard]] StreamStats outboundStats(const Stream& stream) const;

  // RTCP.
  void onRtcpPacket(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onSenderReport(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onReportBlocks(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onBye(const rtp::RtcpPacket& packet);
  void onTransportFeedback(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onPayloadFeedback(const rtp::RtcpPacket& packet);
  [[nodiscard]] RtpConsumer* consumerOf(std::uint32_t ssrc);
  void sendRtcp(const rtp::RtcpWriter& writer);
  void sendReports(TimePoint now);
  void sendNacks();
  void sendFeedback();
  void sendKeyframeRequest(const Producer* producer);
  void sendByes();
  /// Puts a report before feedback, where the peer wants one (RFC 4585 3.1).
  void beginFeedback(rtp::RtcpWriter& writer, const Stream& stream) const;
  void onTick();
  void checkFlow(TimePoint now);

  // Bandwidth.
  void updateBudget(TimePoint now);
  void startProbe(TimePoint now);
  void sendProbes();
  void sendRemb(TimePoint now);
  [[nodiscard]] std::optional<std::uint64_t> rembToSend(const Stream& video, TimePoint now);
  [[nodiscard]] congestion::ReceivedInterval receivedSince(const Stream& video, TimePoint now);

  Environment& m_environment;
  RtpOutlet& m_outlet;
  RtpSessionListener& m_listener;
  const std::string m_cname;
  std::shared_ptr<rtp::SenderClock> m_senderClock;
  std::vector<Stream> m_streams;  // by medium
  bool m_closed = false;

  io::Timer m_tickTimer;
  io::Timer m_nackTimer;
  io::Timer m_feedbackTimer;
  io::Timer m_probeTimer;

  std::optional<rtp::TransportFeedback> m_feedback;
  std::uint16_t m_transportSequence = 1;
  std::uint32_t m_feedbackSsrc = 0;  // of the peer's that sent a transport-wide number last
  bool m_mediaConnected = false;
  TimePoint m_lastMedia{};
  TimePoint m_nextReport{};
  RtpSessionCounters m_counters;

  BandwidthLimits m_limits;
  congestion::SendEstimator m_estimator;
  congestion::RembHint m_hint;
  congestion::RembEstimator m_rembEstimator;
  std::uint64_t m_remb = 0;      // the peer's
  bool m_rembSent = false;       // ours, at least once
  std::uint64_t m_received = 0;  // video packets, at the last step of the estimator
  std::int64_t m_lost = 0;
  congestion::ProbePlan m_probe;
  std::int64_t m_probeLeft = 0;  // bytes
  TimePoint m_probeSince{};
};

}  // namespace kms::router
