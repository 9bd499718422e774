#include "router/relay.hpp"

#include "router/protocol-drops.hpp"
#include "router/stream-frames.hpp"

#include <kms/base/error.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace kms::router {

namespace {

constexpr std::size_t kStreamCapacity = 16 * 1024;
constexpr std::size_t kStreamSendCapacity = 128 * 1024;
constexpr std::size_t kPlainCapacity = 8 * 1024;
constexpr std::size_t kMaxServers = 4;  // the configured one, and three redirections
constexpr Duration kConnectTime = std::chrono::seconds(10);

ice::TurnConfig configOf(const TurnServer& server) {
  ice::TurnConfig config;
  config.username = server.username;
  config.password = server.password;
  config.isReliable = server.transport != TurnServer::Transport::Udp;
  config.isV6 = server.address.isV6;
  return config;
}

}  // namespace

Relay::Relay(ThreadContext& context, TurnServer server, RelayListener& listener)
    : m_context(context),
      m_server(std::move(server)),
      m_listener(listener),
      m_timer(context.environment().timers, [this] { onTimer(); }),
      m_flow(context.sendQueue()) {}

Relay::~Relay() {
  close();
}

void Relay::start() {
  m_asked.push_back(m_server.address);
  ice::TurnListener& self = *this;
  m_client.emplace(configOf(m_server), m_context.environment().clock, self);
  try {
    isStream() ? startStream() : startDatagram();
  } catch (const Error& error) {
    fail(error.what());
  }
}

void Relay::startDatagram() {
  m_datagram = std::make_unique<io::UdpSocket>(m_server.address.isV6, 0);
  Address any;
  any.isV6 = m_server.address.isV6;
  m_flow.redirect(*m_datagram, m_server.address, any);
  m_context.attach(*m_datagram, *this);
  m_client->start();
  rearm();
}

void Relay::startStream() {
  if (m_server.transport == TurnServer::Transport::Tls) {
    m_tls = std::make_unique<io::TlsClient>();
    m_plain = std::make_unique_for_overwrite<std::uint8_t[]>(kPlainCapacity);
  }
  m_stream = std::make_unique<io::StreamSocket>(kStreamCapacity, kStreamSendCapacity);
  if (!m_context.connect(*m_stream, m_server.address, *this)) return fail("cannot connect");
  // Until it is connected, requests wait in its buffer, and their time runs.
  if (m_tls) {
    m_connectBy = m_context.now() + kConnectTime;
  } else {
    m_client->start();
  }
  rearm();
}

void Relay::onTimer() {
  if (m_alternate) return startOver(*std::exchange(m_alternate, std::nullopt));
  if (!m_failure.empty()) return fail(std::exchange(m_failure, {}));
  if (m_context.now() >= m_connectBy) return fail("no TLS connection");
  m_client->onTimer();
  rearm();
}

void Relay::onConnected() {
  if (m_tls) onCiphertext({});
}

void Relay::close() {
  if (std::exchange(m_isOver, true)) return;
  m_timer.stop();
  if (m_client) m_client->close();
  closeSockets();
}

void Relay::closeSockets() {
  m_context.sendQueue().flush();
  if (m_stream) m_stream->flush();
  if (m_stream) m_stream->close();
  if (m_datagram) m_datagram->detach();
}

void Relay::onAlternateServer(const Address& server) {
  m_alternate = server;
  m_timer.start(m_context.now());
}

// RFC 8489 10: the same transport and credentials; never in a circle, and not for long.
void Relay::startOver(const Address& server) {
  const bool isAskedAgain = std::ranges::find(m_asked, server) != m_asked.end();
  if (isAskedAgain || m_asked.size() >= kMaxServers || server.isV6 != m_server.address.isV6) {
    return fail("redirected to " + server.text() + ", which is not followed");
  }
  closeSockets();
  m_connectBy = TimePoint::max();
  m_plainUsed = 0;
  m_server.address = server;
  start();
}

void Relay::fail(const std::string& reason) {
  if (m_isOver || m_alternate) return;  // whom the next server disappoints will be told
  close();
  m_listener.onRelayFailed(reason);
}

void Relay::rearm() {
  if (m_isOver || !m_failure.empty() || m_alternate) return;
  const TimePoint deadline = std::min(m_client->nextDeadline(), m_connectBy);
  if (deadline != TimePoint::max()) m_timer.start(deadline);
}

void Relay::onRelayed(const Address& relayed, const std::optional<Address>& mapped) {
  m_listener.onRelayed(relayed, mapped);
}

void Relay::onTurnFailed(const std::string& reason) {
  m_failure = reason;
  m_timer.start(m_context.now());
}

// Out.

void Relay::onTurnSend(ice::ByteView message) {
  if (isStream()) {
    sendStream(message);
  } else {
    m_context.sendQueue().send(m_flow, message);
  }
}

void Relay::sendStream(std::span<const std::uint8_t> bytes, std::size_t padding) {
  constexpr std::array<std::uint8_t, 3> kZeros{};
  const auto behind = std::span(kZeros).first(padding);
  if (m_tls) {
    const bool isWritten = m_tls->write(bytes) && (padding == 0 || m_tls->write(behind));
    if (isWritten) flushTls();
  } else if (!m_stream->send(bytes, behind)) {
    m_context.countRelayDropped();
  }
  m_stream->flush();
}

void Relay::flushTls() {
  std::array<std::uint8_t, 4096> chunk;
  while (const std::size_t size = m_tls->drain(chunk)) {
    if (m_stream->send(std::span(chunk).first(size))) continue;
    // What TLS has counted cannot be left out: the stream is lost.
    m_failure = "the server does not read";
    m_timer.start(m_context.now());
    return;
  }
  m_stream->flush();
}

void Relay::send(const Address& peer, std::span<const std::uint8_t> packet) {
  if (m_isOver) return;
  const ice::TurnCounters before = m_client->counters();
  (void)m_client->send(peer, packet);  // the client counts what it drops
  countDrops(before);
  rearm();
}

void Relay::favour(const Address& peer) {
  if (m_isOver) return;
  m_client->bindChannel(peer);
  rearm();
}

void Relay::commit(const Address& peer, std::span<std::uint8_t> room, std::size_t size) {
  if (m_isOver) return;
  const std::uint16_t channel = m_client->channel(peer);
  if (channel == 0) return send(peer, room.subspan(kPrefix, size));
  room[0] = static_cast<std::uint8_t>(channel >> 8U);
  room[1] = static_cast<std::uint8_t>(channel);
  room[2] = static_cast<std::uint8_t>(size >> 8U);
  room[3] = static_cast<std::uint8_t>(size);
  if (isStream()) return sendStream(room.first(kPrefix + size), (4U - size % 4U) % 4U);
  m_context.sendQueue().commit(m_flow, kPrefix + size);
}

// In.

void Relay::onDatagram(io::PacketRef packet) {
  if (packet->remote != m_server.address) return m_context.countMalformed();
  take(std::move(packet));
}

void Relay::take(io::PacketRef packet) {
  if (m_isOver) return;
  const ice::TurnCounters before = m_client->counters();
  const auto data = m_client->handlePacket(packet->bytes());
  countDrops(before);
  rearm();
  if (!data || !m_client->relayed()) return;
  std::memmove(packet->data.data(), data->data.data(), data->data.size());
  packet->size = static_cast<std::uint32_t>(data->data.size());
  packet->remote = data->peer;
  packet->local = *m_client->relayed();
  m_listener.onRelayedPacket(std::move(packet));
}

void Relay::countDrops(const ice::TurnCounters& before) {
  const Environment& environment = m_context.environment();
  const auto count = [&](DropReason reason, std::uint64_t packets) {
    environment.countDrop(reason, packets);
  };
  addDrops(count, kRelayDrops, m_client->counters(), before);
}

std::size_t Relay::onBytes(std::span<std::uint8_t> bytes) {
  return m_tls ? onCiphertext(bytes) : takeMessages(bytes);
}

std::size_t Relay::takeMessages(std::span<const std::uint8_t> bytes) {
  const auto taken = takeTurnMessages(bytes, [this](std::span<const std::uint8_t> message) {
    takeMessage(message);
    return !m_isOver;
  });
  if (!taken) fail("the server sent a message that is too long");
  return taken.value_or(bytes.size());
}

void Relay::takeMessage(std::span<const std::uint8_t> message) {
  io::PacketRef packet = m_context.environment().pool.allocate();
  if (!packet || message.size() > io::kPacketCapacity) return m_context.countMalformed();
  std::ranges::copy(message, packet->data.begin());
  packet->size = static_cast<std::uint32_t>(message.size());
  packet->received = m_context.now();
  take(std::move(packet));
}

std::size_t Relay::onCiphertext(std::span<const std::uint8_t> bytes) {
  m_tls->feed(bytes);
  const bool wasConnected = m_tls->isConnected();
  const bool isSound = wasConnected || m_tls->handshake();
  flushTls();
  if (!isSound) {
    fail("TLS handshake failed");
    return bytes.size();
  }
  if (!wasConnected && m_tls->isConnected()) {
    m_connectBy = TimePoint::max();
    m_client->start();
    rearm();
  }
  while (!m_isOver && m_tls->isConnected()) {
    const auto got = m_tls->read({&m_plain[m_plainUsed], kPlainCapacity - m_plainUsed});
    if (got < 0) fail("the server closed the connection");
    if (got <= 0) break;
    m_plainUsed += static_cast<std::size_t>(got);
    const std::size_t taken = takeMessages({m_plain.get(), m_plainUsed});
    m_plainUsed -= taken;
    std::memmove(m_plain.get(), &m_plain[taken], m_plainUsed);
  }
  return bytes.size();
}

void Relay::onClosed() {
  fail("the server closed the connection");
}

}  // namespace kms::router
