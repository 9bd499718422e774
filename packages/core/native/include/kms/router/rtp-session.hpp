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
#include <kms/router/rtp-outlet.hpp>
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
  std::uint64_t afterEnd = 0;       ///< after close()
  std::uint64_t probes = 0;         ///< retransmissions without content, sent to probe
};

/// The media of one peer in streams: each a producer (what it sends) and a consumer (what is sent
/// to it). One of each medium is there from the start, others are added. With reports, NACKs,
/// keyframe requests and transport-wide feedback (RFC 3550, 4585, 5104). Takes authenticated,
/// decrypted packets. I/O thread.
class KMS_API RtpSession final : private PacketOutlet {
 public:
  /// Each has two SSRCs, and SRTP keeps srtp::kMaxStreams of them.
  static constexpr std::size_t kMostStreams = 32;

  /// All outlive it.
  RtpSession(Environment& environment, RtpOutlet& outlet, RtpSessionListener& listener,
             const RtpIdentity& identity = RtpIdentity::make());
  /// Closes it.
  ~RtpSession() override;
  RtpSession(const RtpSession&) = delete;
  RtpSession& operator=(const RtpSession&) = delete;

  [[nodiscard]] const std::string& cname() const noexcept { return m_cname; }
  /// One more stream of a medium, for the session's life. Throws Error 40107 beyond kMostStreams.
  StreamId addStream(media::Medium medium);
  /// Of what is sent to the peer. This and the others that name a stream throw Error 40107 when
  /// there is none of that name.
  [[nodiscard]] std::uint32_t localSsrc(StreamId stream) const;
  /// Of the retransmissions of that.
  [[nodiscard]] std::uint32_t localRtxSsrc(StreamId stream) const;
  /// What was negotiated; again after each renegotiation. A stream that is not among them is
  /// inactive. Throws Error 40107 for one that there is not, and changes nothing then.
  void configure(const std::vector<StreamParameters>& streams);
  void setBandwidth(const BandwidthLimits& limits);
  /// The outlet has become writable.
  void onWritable();

  void receiveRtp(const io::PacketRef& packet);
  void receiveRtcp(std::span<const std::uint8_t> compound, TimePoint arrival);

  /// What the peer sends. Fixed for the session's life.
  [[nodiscard]] std::shared_ptr<Producer> producer(StreamId stream) const;
  /// What is sent to the peer, of any I/O thread; null: nothing. Throws Error 40004 for a producer
  /// of another router.
  void setSource(StreamId stream, std::shared_ptr<Producer> producer);
  /// Asks the peer for keyframes, where video comes from it.
  void requestKeyframe();
  [[nodiscard]] std::vector<StreamStats> stats() const;
  [[nodiscard]] BandwidthStats bandwidthStats() const;
  /// Bit/s of video that an encoder may make for the peer; 0: unknown, or any.
  [[nodiscard]] std::uint64_t videoRoom() const noexcept;
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
  /// What comes from the peer and what goes to it in one m-section.
  struct Stream {
    explicit Stream(StreamId named) : id(named) {}

    StreamId id;
    std::vector<Encoding> encodings;  // at least one, which stands for all
    std::unique_ptr<RtpConsumer> consumer;
    StreamParameters parameters;
    std::bitset<128> rtxTypes;  // payload types of retransmissions
    congestion::RembHint hint;
    std::uint8_t midExtension = 0;
    std::uint8_t ridExtension = 0;
    std::uint8_t repairedRidExtension = 0;
    std::uint8_t transportSequenceExtension = 0;
    bool transportCc = false;
    bool flowingOut = false;

    [[nodiscard]] Producer& producer() const { return *encodings.front().producer; }
    [[nodiscard]] bool receives() const noexcept { return parameters.receive; }
    [[nodiscard]] bool isVideo() const noexcept { return id.medium == media::Medium::kVideo; }
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
  void onSourceFlowing(const RtpConsumer& consumer) override;
  void addHot(HotMemory& hot) const noexcept override;
  void prefetchNext() const noexcept override { m_estimator.prefetch(m_transportSequence); }

  void makeStream(StreamId id);
  [[nodiscard]] std::shared_ptr<Producer> makeProducer(StreamId of);
  [[nodiscard]] std::uint32_t freshSsrc() const;
  void configureStream(Stream& stream, const StreamParameters& parameters);
  void configureEncodings(Stream& stream);
  static void configureConsumer(const StreamParameters& parameters, RtpConsumer& consumer);
  void onFormatChanged(StreamId of, const Producer* producer, const media::Format& format);
  [[nodiscard]] std::size_t indexOf(StreamId id) const;
  [[nodiscard]] Stream& stream(StreamId id) { return m_streams[indexOf(id)]; }
  [[nodiscard]] const Stream& stream(StreamId id) const { return m_streams[indexOf(id)]; }

  // Packets.
  [[nodiscard]] Route routeOf(const rtp::PacketView& view);
  [[nodiscard]] Route routeOfUnknownSsrc(const rtp::PacketView& view);
  [[nodiscard]] Stream* streamOfUnknownSsrc(const rtp::PacketView& view);
  void countAfterEnd() noexcept;
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
  void sendKeyframeRequest(StreamId of, const Producer* producer);
  void sendByes();
  /// Puts a report before feedback, where the peer wants one (RFC 4585 3.1).
  void beginFeedback(rtp::RtcpWriter& writer, const Stream& stream) const;
  void onTick();
  void checkFlow(TimePoint now);

  // Bandwidth.
  void updateBudget(TimePoint now);
  void limitVideo(Stream& video, std::optional<std::uint64_t> share, TimePoint now);
  void startProbe(TimePoint now);
  void sendProbes();
  void sendRemb(TimePoint now);
  [[nodiscard]] std::uint64_t mostToSend(const Stream& video) const noexcept;
  [[nodiscard]] std::uint64_t audioBitrate(TimePoint now);
  [[nodiscard]] std::uint64_t videoShare(std::uint64_t sum, TimePoint now);
  /// Sends a video that could be better with more room; null: none.
  [[nodiscard]] RtpConsumer* wishingVideo(TimePoint now);
  [[nodiscard]] std::uint64_t viewersHint() const;
  [[nodiscard]] std::optional<std::uint64_t> rembToSend(bool transportCc, TimePoint now);
  [[nodiscard]] congestion::ReceivedInterval receivedSince(TimePoint now);

  Environment& m_environment;
  RtpOutlet& m_outlet;
  RtpSessionListener& m_listener;
  const std::string m_cname;
  std::shared_ptr<rtp::SenderClock> m_senderClock;
  std::vector<Stream> m_streams;  // the first ones by medium, then as they were added
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
  congestion::RembEstimator m_rembEstimator;
  std::uint64_t m_remb = 0;      // the peer's
  std::uint64_t m_rembSent = 0;  // ours; 0: none yet
  std::uint64_t m_received = 0;  // video packets, at the last step of the estimator
  std::int64_t m_lost = 0;
  congestion::ProbePlan m_probe;
  RtpConsumer* m_prober = nullptr;  // whose packets are sent again
  std::int64_t m_probeLeft = 0;     // bytes
  TimePoint m_probeSince{};
};

}  // namespace kms::router
