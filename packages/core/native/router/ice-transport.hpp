// The ICE half of a WebRtcTransport: agent, candidates, and the way of packets to the peer over
// UDP, TCP or a TURN server.
#pragma once

#include "router/candidate-gatherer.hpp"
#include "router/thread-context.hpp"

#include <kms/ice/agent.hpp>
#include <kms/io/send-queue.hpp>
#include <kms/io/timer.hpp>
#include <kms/io/udp-socket.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kms::router {

/// Told on the I/O thread. Must not destroy the transport.
class IceTransportListener {
 public:
  virtual ~IceTransportListener() = default;
  virtual void onLocalCandidate(const ice::Candidate& candidate) = 0;
  virtual void onGatheringDone() = 0;
  virtual void onGatheringProblem(const std::string& problem) = 0;
  virtual void onIceStateChanged(ice::State state) = 0;
  /// Packets go there from now on.
  virtual void onPathSelected(const ice::SelectedPair& pair) = 0;
  virtual void onDtlsPacket(std::span<const std::uint8_t> packet) = 0;
  virtual void onMediaPacket(io::PacketRef packet) = 0;
  virtual void onThreadEnding() = 0;
};

/// I/O thread.
class IceTransport final : private DatagramSink,
                           private io::UdpReceiver,
                           private ice::AgentListener,
                           private GathererListener {
 public:
  /// Both outlive it.
  IceTransport(ThreadContext& context, IceTransportListener& listener);
  ~IceTransport() override;

  [[nodiscard]] const ice::Credentials& credentials() const noexcept { return m_credentials; }
  /// Throws Error 40400. Again after restart(), or whenever addresses have changed.
  void gather(const GatherOptions& options);
  /// Throws Error 40107.
  void setRemote(bool isControlling, const ice::Credentials& remote);
  /// Host names are ignored: such a peer becomes known by its checks. Throws Error 40401 naming a
  /// text that is no candidate.
  void addRemoteCandidate(const std::string& text);
  void endOfRemoteCandidates();
  /// New local credentials; the selected path stays in use until another one is nominated.
  [[nodiscard]] const ice::Credentials& restart();
  /// Lets go of everything. No call to the listener comes later.
  void close();

  /// There is, or was, a path.
  [[nodiscard]] bool hasPath() const noexcept { return m_way != Way::None; }
  /// There is a path, and the peer agrees to being sent to.
  [[nodiscard]] bool isWritable() const noexcept { return hasPath() && m_hasConsent; }
  /// Room for one packet to the peer; the same again until it is committed. While there is a path.
  [[nodiscard]] std::span<std::uint8_t> reserve();
  void commit(std::size_t size);
  /// What these two touch.
  void addHot(HotMemory& hot) const noexcept;
  /// Copies a packet. It is dropped while this is not writable.
  void send(std::span<const std::uint8_t> packet);

  /// Marks packets that go by UDP, from the next path on (RFC 2474), 0..63.
  void setDscp(std::uint8_t dscp) noexcept { m_flow.setDscp(dscp); }
  [[nodiscard]] ice::State state() const noexcept { return m_agent->state(); }
  [[nodiscard]] ice::Role role() const noexcept { return m_agent->role(); }
  [[nodiscard]] std::optional<ice::SelectedPair> selectedPair() const {
    return m_agent->selectedPair();
  }
  [[nodiscard]] std::vector<ice::PairStats> pairs() const { return m_agent->pairs(); }
  [[nodiscard]] const ice::Counters& counters() const noexcept { return m_agent->counters(); }
  [[nodiscard]] const DropCounts& drops() const noexcept { return m_drops; }

 private:
  enum class Way : std::uint8_t { None, Udp, Tcp, Relay };

  // DatagramSink
  void onStun(std::span<const std::uint8_t> packet, const ice::Path& path) override;
  void onDtls(std::span<const std::uint8_t> packet) override { m_listener.onDtlsPacket(packet); }
  void onMedia(io::PacketRef packet) override { m_listener.onMediaPacket(std::move(packet)); }
  [[nodiscard]] bool isUsing(const Address& remote) const override;
  void onTcpClosed(const ice::Path& path) override;
  void onThreadEnding() override { m_listener.onThreadEnding(); }
  // io::UdpReceiver, of the private socket
  void onDatagram(io::PacketRef packet) override;
  void onDropped() override { m_context.countMalformed(); }
  void onBatchEnd() override { m_context.onBatchEnd(); }
  // ice::AgentListener
  void onSend(std::span<const std::uint8_t> packet, const ice::Path& path) override;
  void onStateChanged(ice::State state) override;
  void onSelectedPair(const ice::SelectedPair& pair) override;
  void onConsentLost() override { m_hasConsent = false; }
  // GathererListener
  void onCandidate(const ice::Candidate& candidate) override;
  void onGatheringDone() override;
  void onGatheringProblem(const std::string& problem) override;
  void onQuery(std::span<const std::uint8_t> request, const Address& base,
               const Address& server) override;
  void onRelayedPacket(io::PacketRef packet) override;

  void sendUdp(std::span<const std::uint8_t> packet, const ice::Path& path, bool isSuccess);
  void countDrop(DropReason reason, std::uint64_t packets = 1);
  [[nodiscard]] bool mayComeToUdp() const;
  void usePrivateSocket(bool v6);
  void giveLocals();
  [[nodiscard]] const io::UdpSocket* socketFor(const Address& local) const;
  [[nodiscard]] bool isShared(const Address& local) const { return local.port == m_context.port(); }
  void rearm();

  ThreadContext& m_context;
  IceTransportListener& m_listener;
  ice::Credentials m_credentials;
  std::string m_previousUfrag;  // until the next restart
  std::uint32_t m_tag = 0;
  std::unique_ptr<ice::Agent> m_agent;
  CandidateGatherer m_gatherer;
  std::unique_ptr<io::UdpSocket> m_private;  // where the shared port would be ambiguous
  io::Timer m_timer;

  Way m_way = Way::None;
  bool m_hasConsent = false;
  bool m_closed = false;
  io::Flow m_flow;
  ice::Path m_path;
  DropCounts m_drops;
};

}  // namespace kms::router
