// The inside of WebRtcTransport; its functions lie in web-rtc-transport.cpp (life, DTLS),
// -media.cpp (packets) and -data.cpp (data channels). ICE is IceTransport's.
#pragma once

#include "router/ice-transport.hpp"
#include "router/path-ledger.hpp"
#include "router/thread-context.hpp"

#include <kms/io/send-queue.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/rtp-consumer.hpp>
#include <kms/router/web-rtc-transport.hpp>
#include <kms/rtp/transport-feedback.hpp>
#include <kms/sctp/data-channels.hpp>
#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {

class WebRtcTransport::Impl final : public RtpOutlet,
                                    public IceTransportListener,
                                    public dtls::SessionListener {
 public:
  Impl(ThreadContext& context, WebRtcTransportListener& listener,
       const WebRtcTransportOptions& options);
  ~Impl() override;

  [[nodiscard]] const LocalParameters& localParameters() const { return m_local; }
  void gather(const GatherOptions& options) { m_ice.gather(options); }
  void setRemote(const RemoteParameters& parameters);
  [[nodiscard]] IceTransport& ice() noexcept { return m_ice; }
  const ice::Credentials& restartIce();
  StreamId addStream(media::Medium medium);
  [[nodiscard]] ConsumerSsrcs localSsrcs(StreamId stream) const;
  [[nodiscard]] RtpSession& session() noexcept { return m_session; }
  [[nodiscard]] const RtpSession& session() const noexcept { return m_session; }
  [[nodiscard]] const std::shared_ptr<sctp::DataChannels>& dataChannels() const { return m_data; }
  [[nodiscard]] TransportStats stats() const;
  void close();

  // RtpOutlet
  [[nodiscard]] bool writable() const noexcept override { return m_outbound && m_ice.isWritable(); }
  bool sendRtp(const srtp::RtpParts& parts) override;
  void sendRtcp(std::span<const std::uint8_t> compound) override;
  void addHot(HotMemory& hot) const noexcept override;
  [[nodiscard]] std::optional<Duration> roundTrip() const override;

 private:
  // IceTransportListener
  void onLocalCandidate(const ice::Candidate& candidate) override;
  void onGatheringDone() override { m_listener.onGatheringDone(); }
  void onGatheringProblem(const std::string& problem) override;
  void onIceStateChanged(ice::State state) override;
  void onPathSelected(const ice::SelectedPair& pair) override;
  void onDtlsPacket(std::span<const std::uint8_t> packet) override;
  void onMediaPacket(io::PacketRef packet) override;
  void onThreadEnding() override { close(); }
  // dtls::SessionListener
  void onSend(std::span<const std::uint8_t> datagram) override;
  void onStateChanged(dtls::State state) override;
  void onSrtpKeys(const srtp::Keys& outbound, const srtp::Keys& inbound) override;
  void onApplicationData(std::span<const std::uint8_t> data) override;

  void announce(StreamId stream);
  void makeDtls(const RemoteParameters& parameters);
  void startDtls();
  void whenPathKnown();
  void rearmDtls();
  void keepForLater(std::span<const std::uint8_t> packet);
  [[nodiscard]] std::vector<CandidatePairStats> pairStats() const;
  void countDrop(DropReason reason, std::uint64_t packets = 1);

  // Data channels.
  void negotiateData(const RemoteParameters& parameters);
  void connectData();

  ThreadContext& m_context;
  const dtls::Certificate m_certificate;
  WebRtcTransportListener& m_listener;
  LocalParameters m_local;

  IceTransport m_ice;
  std::unique_ptr<dtls::Session> m_dtls;
  dtls::Role m_dtlsRole = dtls::Role::kServer;
  bool m_dtlsStarted = false;
  std::vector<std::vector<std::uint8_t>> m_earlyDtls;  // came before we could answer
  std::optional<srtp::OutboundSession> m_outbound;
  std::optional<srtp::InboundSession> m_inbound;
  bool m_closed = false;

  io::Timer m_dtlsTimer;

  RtpSession m_session;
  std::vector<StreamId> m_streams{media::Medium::kAudio, media::Medium::kVideo};
  std::shared_ptr<sctp::DataChannels> m_data;
  std::uint64_t m_bytesSent = 0;
  std::uint64_t m_bytesReceived = 0;
  PathLedger m_ledger;
  DropCounts m_drops;  // of DTLS, and of media before it
};

}  // namespace kms::router
