// One I/O thread of the router: sockets, packets, timers, and the way from a datagram to its
// transport.
#pragma once

#include "router/drop-summary.hpp"
#include "router/feed-source.hpp"
#include "router/mirrors.hpp"
#include "router/tcp-port.hpp"
#include "sctp/stack-thread.hpp"

#include <kms/dtls/certificate-store.hpp>
#include <kms/io/io-thread.hpp>
#include <kms/io/send-queue.hpp>
#include <kms/io/udp-socket.hpp>
#include <kms/router/environment.hpp>
#include <kms/router/router.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kms::router {

/// Lives on an I/O thread, and must let go of it before it ends.
class Resident {
 public:
  virtual ~Resident() = default;
  /// The thread ends; it is no resident any more.
  virtual void onThreadEnding() = 0;
};

/// Takes the datagrams of one transport. Called on the I/O thread.
class DatagramSink {
 public:
  virtual ~DatagramSink() = default;
  virtual void onStun(std::span<const std::uint8_t> packet, const ice::Path& path) = 0;
  virtual void onDtls(std::span<const std::uint8_t> packet) = 0;
  /// SRTP or SRTCP; may be decrypted in place.
  virtual void onMedia(io::PacketRef packet) = 0;
  /// Whether it is talking to `remote`, or may still come to: nobody else may take that address
  /// then.
  [[nodiscard]] virtual bool isUsing(const Address& remote) const = 0;
  /// The TCP connection of `path` is gone.
  virtual void onTcpClosed(const ice::Path& path) = 0;
  /// The thread ends.
  virtual void onThreadEnding() = 0;
};

/// Counters of a thread, in the order of their names in counterNames().
enum class ThreadCounter : std::uint8_t {
  kReceived,
  kReceivedBytes,
  kSent,
  kSentBytes,
  kSendMessages,
  kGsoSends,     ///< those of them that were UDP_SEGMENT aggregates
  kGsoSegments,  ///< packets within these
  kTransports,
  kPacketsInUse,
  kPacketsAllocated,
  kMirrored,  ///< packets lent to other threads
  kTcpAccepted,
  kTcpRefused,
  kTcpStrangers,
  kTcpMalformed,
  kTcpSent,
  kCount,
};

/// All but the constructor, executor(), port(), counters() and the feed methods on the I/O thread.
class ThreadContext final : public io::UdpReceiver,
                            private StunDirectory,
                            public std::enable_shared_from_this<ThreadContext> {
 public:
  ThreadContext(std::size_t index, const ThreadConfig& config, const RouterConfig& router,
                const Clock& clock, dtls::CertificateStore& certificates);
  ~ThreadContext() override;

  void start();
  /// Closes what lives here and ends the thread. Not on the thread.
  void stop();

  [[nodiscard]] io::Executor& executor() noexcept { return m_thread; }
  [[nodiscard]] std::uint16_t port() const noexcept { return m_sockets.v4->port(); }
  [[nodiscard]] Map counters() const;
  std::shared_ptr<FeedSource> addFeed(FeedConfig config);
  void removeFeed(std::shared_ptr<FeedSource> feed);

  [[nodiscard]] Environment& environment() noexcept { return m_environment; }
  /// Before start().
  [[nodiscard]] io::IoThread& ioThread() noexcept { return m_thread; }
  /// Ways to other threads are added before start().
  [[nodiscard]] Mirrors& mirrors() noexcept { return m_mirrors; }
  [[nodiscard]] io::SendQueue& sendQueue() noexcept { return m_sendQueue; }
  [[nodiscard]] dtls::CertificateStore& certificates() noexcept { return m_certificates; }
  [[nodiscard]] TimePoint now() noexcept { return m_thread.now(); }
  /// Where SCTP runs; starts it for the first that asks.
  [[nodiscard]] sctp::StackAccess sctp();
  /// The addresses for host candidates, with the UDP port: those of `interfaces`, or of the
  /// router's where that is empty. Throws Error 40400.
  [[nodiscard]] std::vector<Address> localAddresses(
      const std::vector<std::string>& interfaces) const;
  [[nodiscard]] TcpPort& tcp() noexcept { return m_tcp; }
  /// Connects a transport's own stream, on this thread. False when the system refuses.
  [[nodiscard]] bool connect(io::StreamSocket& socket, const Address& remote,
                             io::StreamReceiver& receiver) {
    return socket.connect(remote, std::nullopt, m_thread, receiver);
  }
  /// The socket for packets to `remote`; null when the machine has no IPv6.
  [[nodiscard]] const io::UdpSocket* socketFor(const Address& remote) const noexcept;
  /// Sends one datagram at once, outside the queue.
  void sendNow(const io::UdpSocket& socket, std::span<const std::uint8_t> packet,
               const Address& local, const Address& remote);

  /// A tag for Agent transactions that no other transport of this thread has.
  [[nodiscard]] std::uint32_t addTransport(const std::string& ufrag, DatagramSink& sink);
  /// Another ufrag of a transport, after an ICE restart.
  void addUfrag(const std::string& ufrag, DatagramSink& sink) {
    m_byUfrag.insert_or_assign(ufrag, &sink);
  }
  void removeUfrag(const std::string& ufrag) { m_byUfrag.erase(ufrag); }
  /// Forgets its ufrags, tag and addresses, and closes its TCP connections.
  void removeTransport(DatagramSink& sink);
  /// Datagrams from `remote`, which has authenticated itself, go to `sink` from now on, unless they
  /// are another's.
  void bindAddress(const Address& remote, DatagramSink& sink);
  /// Whether datagrams from `remote` to the shared port belong to another transport than `sink`.
  [[nodiscard]] bool isTaken(const Address& remote, const DatagramSink& sink) const;
  void addResident(Resident& resident) { m_residents.push_back(&resident); }
  void removeResident(Resident& resident) { std::erase(m_residents, &resident); }
  /// Receives from a socket of a transport's own, on this thread.
  void attach(io::UdpSocket& socket, io::UdpReceiver& receiver) {
    socket.attach(m_thread, m_pool, receiver);
  }
  /// Gives a datagram to the method of `sink` that its first byte names; false when it is nothing
  /// that we know.
  [[nodiscard]] static bool dispatch(io::PacketRef packet, DatagramSink& sink);
  void countMalformed() { m_drops.count(DropReason::kUnknownProtocol); }
  void countRelayDropped() { m_drops.count(DropReason::kRelayFull); }

  void onDatagram(io::PacketRef packet) override;
  void onDropped() override { countMalformed(); }
  void onBatchEnd() override;

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  static constexpr auto kCounters = static_cast<std::size_t>(ThreadCounter::kCount);

  void afterRound();
  void drainFeeds();
  void publish();
  void closeAll();
  [[nodiscard]] DatagramSink* sinkOf(const io::PacketRef& packet) const;
  [[nodiscard]] DatagramSink* stunSink(std::span<const std::uint8_t> packet) const override;
  void publishTcp();
  void log(LogLevel level, std::string_view message,
           const std::source_location& where = std::source_location::current()) const;
  void logTransports(std::string_view change) const;
  void logDrops();
  void count(ThreadCounter which) { set(which, get(which) + 1); }
  void set(ThreadCounter which, std::uint64_t value) {
    m_counters[static_cast<std::size_t>(which)].store(value, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get(ThreadCounter which) const {
    return m_counters[static_cast<std::size_t>(which)].load(std::memory_order_relaxed);
  }

  const std::size_t m_index;
  const LogSink m_log;
  const std::vector<std::string> m_interfaces;
  dtls::CertificateStore& m_certificates;
  io::UdpSocketPair m_sockets;
  TcpPort m_tcp;
  io::PacketPool m_pool;
  DropCounters m_drops;
  DeliveryQueue m_delivery;
  io::SendQueue m_sendQueue;
  io::SendQueue m_directQueue;
  io::Flow m_directFlow;
  io::IoThread m_thread;
  Mirrors m_mirrors;
  Environment m_environment;
  DropSummary m_dropSummary;
  io::Timer m_dropTimer;

  std::unordered_map<std::string, DatagramSink*, TextHash, std::equal_to<>> m_byUfrag;
  std::unordered_map<std::uint32_t, DatagramSink*> m_byTag;
  std::unordered_map<Address, DatagramSink*> m_byAddress;
  std::uint32_t m_lastTag;
  std::vector<Resident*> m_residents;
  std::vector<std::shared_ptr<FeedSource>> m_feeds;
  std::optional<sctp::StackThread> m_sctp;
  const std::shared_ptr<sctp::DropTotals> m_dataDrops = std::make_shared<sctp::DropTotals>();
  std::array<std::atomic<std::uint64_t>, kCounters> m_counters{};
};

}  // namespace kms::router
