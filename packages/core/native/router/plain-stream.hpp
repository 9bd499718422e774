// One m-line of a PlainTransport: its sockets, addresses and keys, and the session on top of them.
#pragma once

#include "router/address-latch.hpp"
#include "router/port-pair.hpp"
#include "router/srtp-protection.hpp"
#include "router/thread-context.hpp"

#include <kms/io/send-queue.hpp>
#include <kms/router/plain-transport.hpp>
#include <kms/router/rtp-session.hpp>

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::router {

/// Whether media comes in on any stream of a transport. I/O thread.
class MediaPresence {
 public:
  explicit MediaPresence(RtpSessionListener& listener) noexcept : m_listener(listener) {}
  /// One more stream with media, or one less.
  void change(bool connected) {
    const bool before = m_streams > 0;
    m_streams += connected ? 1 : -1;
    if (before != (m_streams > 0)) m_listener.onMediaStateChanged(!before);
  }

 private:
  RtpSessionListener& m_listener;
  int m_streams = 0;
};

/// I/O thread.
class PlainStream final : private RtpOutlet, private RtpSessionListener, private io::UdpReceiver {
 public:
  /// All outlive it.
  PlainStream(ThreadContext& context, media::Medium medium, const RtpIdentity& identity,
              PlainTransportListener& listener, MediaPresence& presence);
  ~PlainStream() override { close(); }
  PlainStream(const PlainStream&) = delete;
  PlainStream& operator=(const PlainStream&) = delete;

  PlainPorts open(bool v6, PortRange range);
  [[nodiscard]] bool isOpen() const noexcept { return m_ports.rtp != nullptr; }
  /// Takes what was negotiated; the ports are open. Throws Error 40107, changing nothing.
  void configure(const PlainStreamParameters& parameters);
  /// The m-line was rejected: gives the ports back.
  void shut();
  void addTo(PlainTransportStats& stats) const;
  [[nodiscard]] RtpSession& session() noexcept { return m_session; }
  [[nodiscard]] const RtpSession& session() const noexcept { return m_session; }
  void close();

 private:
  /// Takes what comes to the RTCP port.
  class RtcpReceiver final : public io::UdpReceiver {
   public:
    explicit RtcpReceiver(PlainStream& owner) noexcept : m_owner(owner) {}
    void onDatagram(io::PacketRef packet) override { m_owner.onRtcp(*packet); }
    void onDropped() override { m_owner.onDropped(); }
    void onBatchEnd() override { m_owner.onBatchEnd(); }

   private:
    PlainStream& m_owner;
  };
  /// One direction of RTP or of RTCP: where it goes, and whom its port listens to.
  struct Path {
    explicit Path(io::SendQueue& queue) : flow(queue) {}
    io::Flow flow;
    AddressLatch latch;
    bool isLearned = false;  // the destination is where packets come from
  };

  // io::UdpReceiver, of the RTP port
  void onDatagram(io::PacketRef packet) override;
  void onDropped() override { drop(DropReason::kUnknownProtocol); }
  void onBatchEnd() override { m_context.onBatchEnd(); }
  // RtpOutlet
  [[nodiscard]] bool writable() const noexcept override { return m_rtp && m_rtp->flow.ready(); }
  bool sendRtp(const srtp::RtpParts& parts) override;
  void sendRtcp(std::span<const std::uint8_t> compound) override;
  [[nodiscard]] std::optional<Duration> roundTrip() const override { return std::nullopt; }
  // RtpSessionListener
  void onMediaStateChanged(bool connected) override { m_presence.change(connected); }
  void onSourceFormat(StreamId stream, const media::Format& format) override {
    m_listener.onSourceFormat(stream, format);
  }
  void onFlow(StreamId stream, bool inbound, bool flowing) override {
    m_listener.onFlow(stream, inbound, flowing);
  }

  void onRtp(const io::PacketRef& packet);
  void onRtcp(io::Packet& packet);
  [[nodiscard]] std::optional<DropReason> refusalOf(std::span<const std::uint8_t> rtp) const;
  [[nodiscard]] bool unprotect(io::Packet& packet, bool isRtcp);
  [[nodiscard]] bool admit(Path& path, const io::UdpSocket& socket, const io::Packet& packet);
  void aim(Path& path, const io::UdpSocket& socket, const std::optional<Address>& destination);
  void checkKeys();
  /// Counts a packet, for the endpoint and for its thread.
  void drop(DropReason reason) {
    ++m_dropped[reason];
    m_context.environment().countDrop(reason);
  }
  void freePorts();
  [[nodiscard]] std::size_t write(const srtp::RtpParts& parts, std::span<std::uint8_t> room);

  ThreadContext& m_context;
  const media::Medium m_medium;
  PlainTransportListener& m_listener;
  MediaPresence& m_presence;
  RtcpReceiver m_rtcpReceiver;
  PortPair m_ports;
  // Both set once negotiated.
  std::optional<Path> m_rtp;
  std::optional<Path> m_rtcp;
  bool m_rtcpMux = false;
  std::optional<PlainCrypto> m_crypto;
  std::optional<SrtpProtection> m_protection;
  std::bitset<128> m_payloadTypes;
  std::uint64_t m_bytesSent = 0;
  std::uint64_t m_bytesReceived = 0;
  DropCounts m_dropped;
  RtpSession m_session;
};

}  // namespace kms::router
