// Opening, and messages. Closing is in channels-closing.cpp.
#include "sctp/channels.hpp"

#include <kms/base/error.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace kms::sctp {

namespace {

constexpr std::size_t kMaxName = 65'535;  // RFC 8832 5.1

std::size_t nameBytes(const ChannelOptions& options) {
  return options.label.size() + options.protocol.size();
}

Ppid ppidOf(bool isText, bool isEmpty) {
  if (isEmpty) return isText ? Ppid::kEmptyText : Ppid::kEmptyBinary;
  return isText ? Ppid::kText : Ppid::kBinary;
}

}  // namespace

Channels::Channels(bool isDtlsClient, std::size_t peerMaxMessageSize, ChannelsListener& listener)
    : m_isDtlsClient(isDtlsClient),
      m_peerMaxMessageSize(std::min(peerMaxMessageSize, kMaxMessageSize)),
      m_listener(listener) {}

// Opening

std::uint16_t Channels::open(ChannelOptions options) {
  const std::uint16_t id = freeId();
  const bool isTooLong = options.label.size() > kMaxName || options.protocol.size() > kMaxName;
  if (m_hasEnded || id >= m_streams || isTooLong || !hasRoomFor(options)) {
    throw Error(ErrorCode::kUnexpected, "Can not create data channel");
  }
  const Channel& channel = add(id, std::move(options));
  if (m_socket != nullptr) sendOpen(id, channel);
  flush();
  return id;
}

bool Channels::hasRoomFor(const ChannelOptions& options) const {
  return m_channels.size() < kMaxChannels && m_nameBytes + nameBytes(options) <= kMaxNameBytes;
}

/// Ours are even for a DTLS client, odd for a server. kStreams when none is free.
std::uint16_t Channels::freeId() const {
  std::uint16_t id = m_isDtlsClient ? 0 : 1;
  while (id < kStreams && m_channels.contains(id)) id += 2;
  return id;
}

Channels::Channel& Channels::add(std::uint16_t id, ChannelOptions options) {
  Channel channel;
  m_nameBytes += nameBytes(options);
  channel.stats.id = id;
  channel.stats.label = options.label;
  channel.stats.protocol = options.protocol;
  channel.options = std::move(options);
  channel.order = ++m_lastOrder;
  return m_channels.insert_or_assign(id, std::move(channel)).first->second;
}

void Channels::sendOpen(std::uint16_t id, const Channel& channel) {
  auto message = std::make_shared<const Bytes>(writeOpen(channel.options));
  (void)m_queue.push({.channel = id, .payload = std::move(message)});
}

void Channels::announce(Channel& channel) {
  channel.stats.state = ChannelState::kOpen;
  channel.isAnnounced = true;
  ++m_stats.opened;
  m_listener.onOpened(channel.stats.id);
}

void Channels::onUp(StreamSocket& socket, std::uint16_t streams) {
  if (m_socket != nullptr) loseAll();  // the peer began anew
  m_socket = &socket;
  m_streams = std::min(streams, kStreams);
  for (auto each = m_channels.lower_bound(m_streams); each != m_channels.end();) {
    erase(each++);
  }
  for (const auto& [id, channel] : m_channels) sendOpen(id, channel);
  flush();
}

void Channels::onDown() {
  loseAll();
  m_socket = nullptr;
  m_hasEnded = true;
}

// Messages to the peer

void Channels::send(const media::DataMessage& message) {
  Channel* channel = likest(message);
  if (channel == nullptr) {
    drop(Drop::kNoChannel);
    return;
  }
  if (message.payload->size() > m_peerMaxMessageSize) {
    drop(Drop::kBeyondPeer);
    return;
  }
  static const auto kNothing = std::make_shared<const Bytes>(1);
  const bool isEmpty = message.payload->empty();
  OutgoingQueue::Item item{.channel = channel->stats.id,
                           .ppid = ppidOf(message.isText, isEmpty),
                           .payload = isEmpty ? kNothing : message.payload,
                           .size = message.payload->size(),
                           .ordered = channel->options.ordered,
                           .maxPacketLifeTime = channel->options.maxPacketLifeTime,
                           .maxRetransmits = channel->options.maxRetransmits};
  if (!m_queue.push(std::move(item))) drop(Drop::kQueueFull);
  flush();
}

void Channels::drop(Drop reason) {
  ++m_stats.drops[reason];
  m_listener.onDrop(reason);
}

Channels::Channel* Channels::likest(const media::DataMessage& message) {
  const auto rank = [&message](const Channel& channel) {
    return std::tuple(channel.options.label != message.label, channel.stats.id != message.channel,
                      channel.order);
  };
  Channel* best = nullptr;
  for (auto& [id, channel] : m_channels) {
    if (channel.stats.state != ChannelState::kOpen) continue;
    if (best == nullptr || rank(channel) < rank(*best)) best = &channel;
  }
  return best;
}

void Channels::flush() {
  while (m_socket != nullptr && !m_queue.empty() && sendFront()) {
  }
  sendResets();
}

/// False when there is no room for the message at the front.
bool Channels::sendFront() {
  const OutgoingQueue::Item& item = m_queue.front();
  const auto result = m_socket->send({.stream = item.channel,
                                      .ppid = static_cast<std::uint32_t>(item.ppid),
                                      .payload = *item.payload,
                                      .ordered = item.ordered,
                                      .maxPacketLifeTime = item.maxPacketLifeTime,
                                      .maxRetransmits = item.maxRetransmits});
  if (result == SendResult::kLater) return false;
  ++m_sent;
  if (result == SendResult::kFailed) drop(Drop::kFailed);
  const auto channel = m_channels.find(item.channel);
  if (result == SendResult::kTaken && item.isData() && channel != m_channels.end()) {
    ++channel->second.stats.messagesSent;
    channel->second.stats.bytesSent += item.size;
  }
  m_queue.pop();
  return true;
}

// Messages from the peer

void Channels::onMessage(std::uint16_t stream, std::uint32_t ppid,
                         std::span<const std::uint8_t> payload) {
  switch (Ppid{ppid}) {
    case Ppid::kControl:
      return onControl(stream, payload);
    case Ppid::kText:
    case Ppid::kBinary:
      return onData(stream, Ppid{ppid} == Ppid::kText, payload);
    case Ppid::kEmptyText:
    case Ppid::kEmptyBinary:
      return onData(stream, Ppid{ppid} == Ppid::kEmptyText, {});
    default:
      drop(Drop::kMalformed);
  }
}

void Channels::onControl(std::uint16_t stream, std::span<const std::uint8_t> payload) {
  if (isAck(payload)) return onAck(stream);
  if (auto options = readOpen(payload)) return onOpen(stream, std::move(*options));
  drop(Drop::kMalformed);
  refuse(stream);
}

void Channels::onOpen(std::uint16_t stream, ChannelOptions options) {
  const auto known = m_channels.find(stream);
  // Who uses an id again has had our side's end, although we have not heard of that yet.
  if (known != m_channels.end() && known->second.peerReset) erase(known);
  const bool isOurs = (stream % 2 == 0) == m_isDtlsClient;
  if (isOurs || stream >= m_streams || m_channels.contains(stream) || !hasRoomFor(options)) {
    drop(Drop::kRefused);
    return refuse(stream);
  }
  Channel& channel = add(stream, std::move(options));
  (void)m_queue.push({.channel = stream, .payload = std::make_shared<const Bytes>(writeAck())});
  announce(channel);
  flush();
}

void Channels::onAck(std::uint16_t stream) {
  const auto found = m_channels.find(stream);
  if (found == m_channels.end() || found->second.stats.state != ChannelState::kConnecting) {
    drop(Drop::kMalformed);
    return;
  }
  announce(found->second);
}

void Channels::onData(std::uint16_t stream, bool isText, std::span<const std::uint8_t> payload) {
  const auto found = m_channels.find(stream);
  // A channel of ours takes data before its ACK, which unordered data may overtake.
  if (found == m_channels.end() || found->second.stats.state == ChannelState::kClosing) {
    drop(Drop::kUnknownChannel);
    return;
  }
  ChannelStats& stats = found->second.stats;
  ++stats.messagesReceived;
  stats.bytesReceived += payload.size();
  m_listener.onMessage({.payload = std::make_shared<const Bytes>(payload.begin(), payload.end()),
                        .isText = isText,
                        .channel = stream,
                        .label = stats.label});
}

Stats Channels::stats() const {
  Stats stats = m_stats;
  for (const auto& [id, channel] : m_channels) stats.channels.push_back(channel.stats);
  stats.bufferedBytes = m_queue.bytes();
  return stats;
}

void Channels::erase(Table::iterator where) {
  m_queue.remove(where->first);
  m_nameBytes -= nameBytes(where->second.options);
  m_channels.erase(where);
}

}  // namespace kms::sctp
