// The inside of WebRtcTransport; its functions lie in web-rtc-transport.cpp (life, ICE, DTLS),
// -media.cpp (packets) and -rtcp.cpp (reports and feedback).
#pragma once

#include "router/thread-context.hpp"

#include <kms/io/send-queue.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/rtp-consumer.hpp>
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
                                    public RtpOutlet,
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
  [[nodiscard]] RtpSession& session() noexcept { return m_session; }
  [[nodiscard]] const RtpSession& session() const noexcept { return m_session; }
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

  // RtpOutlet
  [[nodiscard]] bool writable() const noexcept override { return m_outbound && m_hasConsent; }
  bool sendRtp(const srtp::RtpParts& parts) override;
  void sendRtcp(std::span<const std::uint8_t> compound) override;
  [[nodiscard]] std::optional<Duration> roundTrip() const override;

 private:
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
  void makeDtls(const RemoteParameters& parameters);
  void startDtls();
  void whenPathKnown();
  void usePrivateSocket(bool v6);
  [[nodiscard]] const io::UdpSocket* socketFor(const Address& local) const;
  [[nodiscard]] bool isShared(const Address& local) const { return local.port == m_context.port(); }
  [[nodiscard]] std::vector<ice::Candidate> hostCandidates() const;
  void rearmIce();
  void rearmDtls();

  ThreadContext& m_context;
  WebRtcTransportListener& m_listener;
  LocalParameters m_local;
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

  RtpSession m_session;
  std::uint64_t m_bytesSent = 0;
  std::uint64_t m_bytesReceived = 0;
  TransportCounters m_counters;
};

}  // namespace kms::router
