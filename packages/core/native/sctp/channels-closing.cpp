// Closing (RFC 8831 6.7): each side resets its stream, and a channel is gone when both have.
#include "sctp/channels.hpp"

#include <utility>

namespace kms::sctp {

namespace {

constexpr int kMaxRefusals = 3;

}  // namespace

void Channels::close(std::uint16_t id) {
  const auto found = m_channels.find(id);
  if (found == m_channels.end() || found->second.stats.state == ChannelState::kClosing) return;
  if (m_socket == nullptr) return erase(found);
  beginClosing(found->second);
  sendResets();
}

void Channels::beginClosing(Channel& channel) {
  channel.stats.state = ChannelState::kClosing;
}

/// Answers what opens no channel: the stream is reset, which tells the peer so.
void Channels::refuse(std::uint16_t stream) {
  if (stream >= m_streams || m_channels.contains(stream)) return;
  beginClosing(add(stream, {}));
  sendResets();
}

/// Resets the streams of closing channels that have nothing left to send; one request at a time.
void Channels::sendResets() {
  if (m_socket == nullptr || m_isResetting) return;
  std::vector<std::uint16_t> ids;
  for (const auto& [id, channel] : m_channels) {
    const bool isDue =
        channel.stats.state == ChannelState::kClosing && channel.ownReset == OwnReset::kNone;
    if (isDue && !m_queue.has(id)) ids.push_back(id);
  }
  if (ids.empty()) return;
  switch (m_socket->reset(ids)) {
    case SendResult::kTaken:
      m_isResetting = true;
      for (const std::uint16_t id : ids) m_channels.at(id).ownReset = OwnReset::kAsked;
      return;
    case SendResult::kLater:
      return;  // tried again with the next event
    case SendResult::kFailed:
      return loseWithoutResets(ids);
  }
}

/// The peer knows no resets: the channels are closed for us alone.
void Channels::loseWithoutResets(std::span<const std::uint16_t> ids) {
  for (const std::uint16_t id : ids) {
    m_channels.at(id).ownReset = OwnReset::kDone;
    peerHasReset(id);
  }
}

void Channels::onPeerReset(std::span<const std::uint16_t> streams) {
  std::vector<std::uint16_t> ids(streams.begin(), streams.end());
  if (ids.empty()) {
    for (const auto& [id, channel] : m_channels) ids.push_back(id);
  }
  for (const std::uint16_t id : ids) peerHasReset(id);
  flush();
}

void Channels::peerHasReset(std::uint16_t id) {
  const auto found = m_channels.find(id);
  if (found == m_channels.end() || std::exchange(found->second.peerReset, true)) return;
  Channel& channel = found->second;
  m_queue.remove(id);  // nobody listens there any more
  beginClosing(channel);
  const bool wasAnnounced = std::exchange(channel.isAnnounced, false);
  eraseIfClosed(id);
  if (!wasAnnounced) return;
  ++m_stats.closed;
  m_listener.onClosed(id);
}

void Channels::onReset(std::span<const std::uint16_t> streams, bool done) {
  m_isResetting = false;
  for (const std::uint16_t id : streams) {
    const auto found = m_channels.find(id);
    if (found == m_channels.end() || found->second.ownReset != OwnReset::kAsked) continue;
    onResetAnswer(found->second, done);
    eraseIfClosed(id);
  }
  flush();
}

/// A peer that refuses (it may be resetting itself) is asked again, but not for ever.
void Channels::onResetAnswer(Channel& channel, bool done) {
  const bool isOver = done || ++channel.resetsRefused >= kMaxRefusals;
  channel.ownReset = isOver ? OwnReset::kDone : OwnReset::kNone;
}

void Channels::eraseIfClosed(std::uint16_t id) {
  const auto found = m_channels.find(id);
  if (found == m_channels.end()) return;
  const Channel& channel = found->second;
  if (channel.ownReset == OwnReset::kDone && channel.peerReset) erase(found);
}

void Channels::loseAll() {
  m_queue.clear();
  m_isResetting = false;
  m_nameBytes = 0;
  const Table lost = std::exchange(m_channels, {});
  for (const auto& [id, channel] : lost) {
    if (!channel.isAnnounced) continue;
    ++m_stats.closed;
    m_listener.onClosed(id);
  }
}

}  // namespace kms::sctp
