#include "router/thread-context.hpp"

#include "router/random.hpp"

#include <kms/dtls/session.hpp>
#include <kms/ice/stun.hpp>
#include <kms/io/interfaces.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace kms::router {

namespace {

constexpr std::size_t kMaxPackets = 32'768;  // some 50 MiB, were they ever all in use
constexpr std::size_t kSendSlots = 256;
constexpr std::size_t kDirectSlots = 4;
constexpr Duration kDropInterval = std::chrono::seconds(10);

constexpr std::array<std::string_view, static_cast<std::size_t>(ThreadCounter::kCount)> kNames = {
    "received",     "receivedBytes",    "sent",         "sentBytes",
    "sendMessages", "gsoSends",         "gsoSegments",  "transports",
    "packetsInUse", "packetsAllocated", "mirrored",     "tcpAccepted",
    "tcpRefused",   "tcpStrangers",     "tcpMalformed", "tcpSent",
};

bool isMedia(std::uint8_t first) {
  return first >= 128 && first <= 191;
}  // RFC 7983 7

/// Why nobody here takes a datagram.
DropReason reasonOfNobody(std::span<const std::uint8_t> packet) {
  if (ice::usernameFragment(packet)) return DropReason::kIceUnknownUser;
  if (ice::transactionTag(packet)) return DropReason::kIceStrayResponse;
  return ice::isStun(packet) ? DropReason::kIceMalformed : DropReason::kUnknownSender;
}

}  // namespace

ThreadContext::ThreadContext(std::size_t index, const ThreadConfig& config,
                             const RouterConfig& router, const Clock& clock,
                             dtls::CertificateStore& certificates)
    : m_index(index),
      m_log(router.log),
      m_interfaces(router.interfaces),
      m_certificates(certificates),
      m_sockets(io::bindUdpPair(config.udpPort)),
      m_tcp(config.tcpPort, m_sockets.v6 != nullptr, *this),
      m_pool(kMaxPackets),
      m_sendQueue(kSendSlots),
      m_directQueue(kDirectSlots),
      m_directFlow(m_directQueue),
      m_thread(clock, "kms-io-" + std::to_string(index)),
      m_environment{clock,      m_thread.timers(), m_pool, m_delivery, router.wallClockOffset,
                    &m_mirrors, &m_drops},
      m_dropTimer(m_thread.timers(), [this] { logDrops(); }),
      m_lastTag(random32()) {}

ThreadContext::~ThreadContext() {
  stop();
}

void ThreadContext::start() {
  m_sockets.v4->attach(m_thread, m_pool, *this);
  if (m_sockets.v6) m_sockets.v6->attach(m_thread, m_pool, *this);
  m_tcp.start(m_thread, m_environment);
  log(LogLevel::kInfo,
      "listens on UDP " + std::to_string(port()) + " and TCP " + std::to_string(m_tcp.port()));
  if (m_log) m_dropTimer.start(m_environment.clock.now() + kDropInterval);
  m_thread.start([this] { afterRound(); });
}

void ThreadContext::stop() {
  m_thread.post([this] { closeAll(); });
  m_thread.stop();
  if (m_sctp) m_sctp->drain();  // it still knows this thread
  m_sctp.reset();
}

sctp::StackAccess ThreadContext::sctp() {
  if (!m_sctp) m_sctp.emplace();
  sctp::StackAccess access = m_sctp->access();
  access.drops = m_dataDrops;
  return access;
}

void ThreadContext::closeAll() {
  while (!m_residents.empty()) {
    Resident* resident = m_residents.back();
    m_residents.pop_back();
    resident->onThreadEnding();
  }
  while (!m_byTag.empty()) {
    DatagramSink* sink = m_byTag.begin()->second;
    sink->onThreadEnding();
    removeTransport(*sink);
  }
  for (const auto& feed : std::exchange(m_feeds, {})) feed->close();
  m_mirrors.close();
  m_sendQueue.flush();
  m_tcp.stop();
  m_sockets.v4->detach();
  if (m_sockets.v6) m_sockets.v6->detach();
  publish();
  logDrops();
  m_dropTimer.stop();
  log(LogLevel::kInfo, "ends");
}

Map ThreadContext::counters() const {
  Map map;
  for (std::size_t i = 0; i < kCounters; ++i) {
    map.emplace(kNames[i], m_counters[i].load(std::memory_order_relaxed));
  }
  map.emplace("dropped", m_drops.toMap());
  map.emplace("dataDropped", m_dataDrops->toMap());
  return map;
}

std::shared_ptr<FeedSource> ThreadContext::addFeed(FeedConfig config) {
  auto feed =
      std::make_shared<FeedSource>(std::move(config), m_environment, [this] { m_thread.wake(); });
  m_thread.post([this, feed] { m_feeds.push_back(feed); });
  return feed;
}

void ThreadContext::removeFeed(std::shared_ptr<FeedSource> feed) {
  m_thread.post([this, feed = std::move(feed)] {
    if (std::erase(m_feeds, feed) > 0) feed->drain();
    m_delivery.run(m_thread.now());
    feed->close();
  });
}

std::vector<Address> ThreadContext::localAddresses(
    const std::vector<std::string>& interfaces) const {
  std::vector<Address> addresses;
  const auto& names = interfaces.empty() ? m_interfaces : interfaces;
  for (Address address : io::usableAddresses(io::systemAddresses(), names)) {
    if (address.isV6 && !m_sockets.v6) continue;
    address.port = port();
    addresses.push_back(address);
  }
  return addresses;
}

const io::UdpSocket* ThreadContext::socketFor(const Address& remote) const noexcept {
  return remote.isV6 ? m_sockets.v6.get() : m_sockets.v4.get();
}

void ThreadContext::sendNow(const io::UdpSocket& socket, std::span<const std::uint8_t> packet,
                            const Address& local, const Address& remote) {
  if (local.isV6 != remote.isV6) return;
  m_directFlow.redirect(socket, remote, local);
  m_directQueue.send(m_directFlow, packet);
  m_directQueue.flush();
}

std::uint32_t ThreadContext::addTransport(const std::string& ufrag, DatagramSink& sink) {
  do {
    ++m_lastTag;
  } while (m_byTag.contains(m_lastTag));
  m_byTag.emplace(m_lastTag, &sink);
  m_byUfrag.insert_or_assign(ufrag, &sink);
  logTransports("there");
  return m_lastTag;
}

void ThreadContext::removeTransport(DatagramSink& sink) {
  const auto ofSink = [&](const auto& entry) { return entry.second == &sink; };
  if (std::erase_if(m_byTag, ofSink) > 0) logTransports("gone");
  std::erase_if(m_byUfrag, ofSink);
  std::erase_if(m_byAddress, ofSink);
  m_tcp.removeSink(sink);
}

void ThreadContext::bindAddress(const Address& remote, DatagramSink& sink) {
  if (!isTaken(remote, sink)) m_byAddress.insert_or_assign(remote, &sink);
}

bool ThreadContext::isTaken(const Address& remote, const DatagramSink& sink) const {
  const auto found = m_byAddress.find(remote);
  return found != m_byAddress.end() && found->second != &sink && found->second->isUsing(remote);
}

void ThreadContext::onDatagram(io::PacketRef packet) {
  count(ThreadCounter::kReceived);
  set(ThreadCounter::kReceivedBytes, get(ThreadCounter::kReceivedBytes) + packet->size);
  DatagramSink* sink = sinkOf(packet);
  if (sink == nullptr) return m_drops.count(reasonOfNobody(packet->bytes()));
  if (!dispatch(std::move(packet), *sink)) countMalformed();
}

bool ThreadContext::dispatch(io::PacketRef packet, DatagramSink& sink) {
  const auto bytes = packet->bytes();
  if (ice::isStun(bytes)) {
    sink.onStun(bytes, {packet->local, packet->remote});
  } else if (dtls::isDtls(bytes)) {
    sink.onDtls(bytes);
  } else if (!bytes.empty() && isMedia(bytes[0])) {
    sink.onMedia(std::move(packet));
  } else {
    return false;
  }
  return true;
}

DatagramSink* ThreadContext::sinkOf(const io::PacketRef& packet) const {
  if (ice::isStun(packet->bytes())) return stunSink(packet->bytes());
  const auto found = m_byAddress.find(packet->remote);
  return found == m_byAddress.end() ? nullptr : found->second;
}

DatagramSink* ThreadContext::stunSink(std::span<const std::uint8_t> packet) const {
  if (const auto ufrag = ice::usernameFragment(packet)) {
    const auto found = m_byUfrag.find(*ufrag);
    return found == m_byUfrag.end() ? nullptr : found->second;
  }
  if (const auto tag = ice::transactionTag(packet)) {
    const auto found = m_byTag.find(*tag);
    return found == m_byTag.end() ? nullptr : found->second;
  }
  return nullptr;
}

void ThreadContext::onBatchEnd() {
  m_delivery.run(m_thread.now());
  m_sendQueue.flush();
  m_tcp.flush();
}

void ThreadContext::afterRound() {
  drainFeeds();
  m_mirrors.exchange();
  onBatchEnd();
  m_tcp.sweep();
  publish();
}

void ThreadContext::drainFeeds() {
  for (std::size_t i = 0; i < m_feeds.size(); ++i) m_feeds[i]->drain();
}

void ThreadContext::publish() {
  const io::SendCounters& sent = m_sendQueue.counters();
  const io::SendCounters& direct = m_directQueue.counters();
  set(ThreadCounter::kSent, sent.packets + direct.packets);
  set(ThreadCounter::kSentBytes, sent.bytes + direct.bytes);
  set(ThreadCounter::kSendMessages, sent.messages + direct.messages);
  set(ThreadCounter::kGsoSends, sent.aggregates + direct.aggregates);
  set(ThreadCounter::kGsoSegments, sent.segments + direct.segments);
  m_drops.set(DropReason::kSendBufferFull, sent.dropped + direct.dropped);
  m_drops.set(DropReason::kSendFailed, sent.failed + direct.failed);
  m_drops.set(DropReason::kThreadQueueFull, m_mirrors.dropped());
  set(ThreadCounter::kTransports, m_byTag.size());
  set(ThreadCounter::kPacketsInUse, m_pool.inUse());
  set(ThreadCounter::kPacketsAllocated, m_pool.capacity());
  set(ThreadCounter::kMirrored, m_mirrors.lent());
  publishTcp();
}

void ThreadContext::publishTcp() {
  const TcpCounters& tcp = m_tcp.counters();
  set(ThreadCounter::kTcpAccepted, tcp.accepted);
  set(ThreadCounter::kTcpRefused, tcp.refused);
  set(ThreadCounter::kTcpStrangers, tcp.strangers);
  set(ThreadCounter::kTcpMalformed, tcp.malformed);
  set(ThreadCounter::kTcpSent, tcp.sent);
  m_drops.set(DropReason::kTcpFull, tcp.dropped);
}

// The log.

void ThreadContext::log(LogLevel level, std::string_view message,
                        const std::source_location& where) const {
  if (!m_log) return;
  m_log(level, "I/O thread " + std::to_string(m_index) + ' ' + std::string(message), where);
}

void ThreadContext::logTransports(std::string_view change) const {
  if (!m_log) return;
  log(LogLevel::kDebug,
      "a transport is " + std::string(change) + ", " + std::to_string(m_byTag.size()) + " in all");
}

/// One line for all packets of the time since the last one.
void ThreadContext::logDrops() {
  const std::string drops = m_dropSummary.next(m_drops);
  if (!drops.empty()) log(LogLevel::kInfo, "dropped: " + drops);
  m_dropTimer.start(m_environment.clock.now() + kDropInterval);
}

}  // namespace kms::router
