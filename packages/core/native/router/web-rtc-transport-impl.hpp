// The inside of WebRtcTransport; its functions lie in web-rtc-transport.cpp (life, ICE, DTLS),
// -media.cpp (packets) and -rtcp.cpp (reports and feedback).
#pragma once

#include "router/thread-context.hpp"

#include <kms/io/send-queue.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/web-rtc-consumer.hpp>
#include <kms/router/web-rtc-transport.hpp>
#include <kms/rtp/transport-feedback.hpp>
#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {

class WebRtcTransport::Impl final : public DatagramSink,
                                    public PacketOutlet,
                                    public io::UdpReceiver,
                                    public ice::AgentListener,
                                    public dtls::SessionListener {
 public:
  Impl(ThreadContext& context, WebRtcTransportListener& listener);
  ~Impl() override;

  [[nodiscard]] const LocalParameters& localParameters() const { return m_local; }
  [[nodiscard]] std::vector<std::string> gather();
  void setRemote(const RemoteParameters& parameters);
  void addRemoteCandidate(const std::string& text);
  void endOfRemoteCandidates();
  [[nodiscard]] std::shared_ptr<Producer> producer(media::Medium medium) const;
  void setSource(media::Medium medium, std::shared_ptr<Producer> producer);
  void requestKeyframe();
  [[nodiscard]] TransportStats stats() const;
  void close();

  // DatagramSink
  void onStun(std::span<const std::uint8_t> packet, const Address& local,
              const Address& remote) override;
  void onDtls(std::span<const std::uint8_t> packet) override;
  void onMedia(io::PacketRef packet) override;
  [[nodiscard]] bool isUsing(const Address& remote) const override;
  void onThreadEnding() override { close(); }

  // io::UdpReceiver, of the private socket
  void onDatagram(io::PacketRef packet) override;
  void onDropped() override { m_context.countMalformed(); }
  void onBatchEnd() override { m_context.onBatchEnd(); }

  // PacketOutlet
  [[nodiscard]] bool writable() const noexcept override { return m_outbound && m_hasConsent; }
  bool sendRtp(std::span<const std::uint8_t> header,
               std::span<const std::uint8_t> payload) override;
  [[nodiscard]] std::uint16_t nextTransportSequence() noexcept override {
    return m_transportSequence++;
  }
  void onSourceFlowing(media::Medium medium) override;

 private:
  /// One medium: what comes from the peer and what goes to it.
  struct Stream {
    media::Medium medium;
    std::shared_ptr<Producer> producer;
    std::unique_ptr<WebRtcConsumer> consumer;
    bool receive = false;
    std::string mid;
    std::vector<std::uint32_t> remoteSsrcs;
    std::vector<CodecParameters> codecs;
    std::uint8_t midExtension = 0;
    std::uint8_t transportSequenceExtension = 0;
    bool transportCc = false;
    bool flowingOut = false;
    std::uint8_t firCommand = 0;
    std::uint64_t plisSent = 0;
    std::uint64_t firsSent = 0;
  };

  // ice::AgentListener
  void onSend(std::span<const std::uint8_t> packet, const Address& local,
              const Address& remote) override;
  void onStateChanged(ice::State state) override;
  void onSelectedPair(const ice::Candidate& local, const ice::Candidate& remote) override;
  void onConsentLost() override { m_hasConsent = false; }
  // dtls::SessionListener
  void onSend(std::span<const std::uint8_t> datagram) override;
  void onStateChanged(dtls::State state) override;
  void onSrtpKeys(const srtp::Keys& outbound, const srtp::Keys& inbound) override;
  void onApplicationData(std::span<const std::uint8_t>) override {}

  // Life, ICE, DTLS.
  void makeStream(media::Medium medium);
  void makeDtls(const RemoteParameters& parameters);
  void startDtls();
  void whenPathKnown();
  void configureStream(const StreamParameters& parameters);
  void usePrivateSocket(bool v6);
  [[nodiscard]] const io::UdpSocket* socketFor(const Address& local) const;
  [[nodiscard]] bool isShared(const Address& local) const { return local.port == m_context.port(); }
  [[nodiscard]] std::vector<ice::Candidate> hostCandidates() const;
  void rearmIce();
  void rearmDtls();
  void whenWritable();
  [[nodiscard]] Stream& stream(media::Medium medium) {
    return m_streams[static_cast<std::size_t>(medium)];
  }
  [[nodiscard]] const Stream& stream(media::Medium medium) const {
    return m_streams[static_cast<std::size_t>(medium)];
  }

  // Packets.
  void onRtp(const io::PacketRef& packet);
  [[nodiscard]] Stream* streamOf(const rtp::PacketView& view);
  [[nodiscard]] Stream* streamOfUnknownSsrc(const rtp::PacketView& view);
  void noteTransportSequence(const Stream& stream, const rtp::PacketView& view, TimePoint arrival);
  void noteMedia(TimePoint arrival);

  // RTCP.
  void onRtcp(std::span<const std::uint8_t> compound, TimePoint arrival);
  void onRtcpPacket(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onSenderReport(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onReportBlocks(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onBye(const rtp::RtcpPacket& packet);
  void onTransportFeedback(const rtp::RtcpPacket& packet, TimePoint arrival);
  void onPayloadFeedback(const rtp::RtcpPacket& packet);
  [[nodiscard]] WebRtcConsumer* consumerOf(std::uint32_t ssrc);
  void sendRtcp(const rtp::RtcpWriter& writer);
  void sendReports(TimePoint now);

  void sendNacks();
  void sendFeedback();
  void sendKeyframeRequest(Stream& stream);
  void sendByes();
  void onTick();
  void checkFlow(TimePoint now);
  [[nodiscard]] StreamStats inboundStats(const Stream& stream) const;
  [[nodiscard]] StreamStats outboundStats(const Stream& stream) const;

  ThreadContext& m_context;
  WebRtcTransportListener& m_listener;
  LocalParameters m_local;
  std::shared_ptr<rtp::SenderClock> m_senderClock;
  std::vector<Stream> m_streams;  // by medium
  std::uint32_t m_tag = 0;

  std::unique_ptr<ice::Agent> m_agent;
  std::unique_ptr<io::UdpSocket> m_private;  // where the shared port would be ambiguous
  std::unique_ptr<dtls::Session> m_dtls;
  dtls::Role m_dtlsRole = dtls::Role::kServer;
  bool m_dtlsStarted = false;
  std::vector<std::vector<std::uint8_t>> m_earlyDtls;  // came before we could answer
  std::optional<srtp::OutboundSession> m_outbound;
  std::optional<srtp::InboundSession> m_inbound;
  io::Flow m_flow;
  bool m_hasConsent = false;
  bool m_closed = false;

  io::Timer m_iceTimer;
  io::Timer m_dtlsTimer;
  io::Timer m_tickTimer;
  io::Timer m_nackTimer;
  io::Timer m_feedbackTimer;

  std::optional<rtp::TransportFeedback> m_feedback;
  std::uint16_t m_transportSequence = 1;
  std::uint32_t m_feedbackSsrc = 0;  // of the peer's that sent a transport-wide number last
  bool m_mediaConnected = false;
  TimePoint m_lastMedia{};
  TimePoint m_nextReport{};
  std::uint64_t m_remb = 0;
  std::uint64_t m_bytesSent = 0;
  std::uint64_t m_bytesReceived = 0;
  TransportCounters m_counters;
};

}  // namespace kms::router
