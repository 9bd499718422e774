// What goes through an allocation: permissions, channels, indications.
#include "stun-wire.hpp"

#include <kms/ice/turn.hpp>

#include <algorithm>
#include <array>

namespace kms::ice {

using namespace wire;

namespace {

constexpr std::uint16_t kFirstChannel = 0x4000;  // .. 0x4FFF (RFC 8656 12)
constexpr std::size_t kMaxData = 1500;

bool isChannelData(ByteView packet) noexcept {
  return packet.size() >= kChannelHeader && (packet[0] & 0xF0U) == 0x40U;
}

Address ipOf(Address peer) noexcept {
  peer.port = 0;
  return peer;
}

}  // namespace

std::optional<TurnData> TurnClient::handlePacket(ByteView packet) {
  if (m_isOver) return std::nullopt;
  if (isChannelData(packet)) return readChannelData(packet);
  const auto message = StunMessage::parse(packet);
  if (!message || message->fingerprint() == StunMessage::Check::Invalid) {
    ++m_counters.malformed;
    return std::nullopt;
  }
  if (message->messageClass() == StunClass::Indication && message->method() == kTurnData) {
    return readIndication(*message);
  }
  if (message->messageClass() == StunClass::Success ||
      message->messageClass() == StunClass::Error) {
    onResponse(*message);
  }
  return std::nullopt;
}

std::optional<TurnData> TurnClient::readChannelData(ByteView packet) {
  const std::uint16_t number = read16(packet.data());
  const std::size_t length = read16(&packet[2]);
  const auto found = std::find_if(m_grants.begin(), m_grants.end(),
                                  [&](const Grant& grant) { return grant.channel == number; });
  if (length > packet.size() - kChannelHeader) {
    ++m_counters.malformed;
    return std::nullopt;
  }
  if (found == m_grants.end()) {
    ++m_counters.unknownPeer;
    return std::nullopt;
  }
  return TurnData{found->peer, packet.subspan(kChannelHeader, length)};
}

std::optional<TurnData> TurnClient::readIndication(const StunMessage& message) {
  const auto peer = message.xorAddress(StunAttribute::XorPeerAddress);
  const auto data = message.find(StunAttribute::Data);
  if (!peer || !data) {
    ++m_counters.malformed;
    return std::nullopt;
  }
  const Grant* permission = permissionOf(*peer);
  if (permission == nullptr || !permission->isGranted) {
    ++m_counters.unknownPeer;
    return std::nullopt;
  }
  return TurnData{*peer, *data};
}

TurnClient::Grant* TurnClient::permissionOf(const Address& peer) noexcept {
  const auto found = std::find_if(m_grants.begin(), m_grants.end(), [&](const Grant& grant) {
    return grant.channel == 0 && grant.peer == ipOf(peer);
  });
  return found == m_grants.end() ? nullptr : &*found;
}

bool TurnClient::send(const Address& peer, ByteView data) {
  if (m_isOver || !m_relayed || data.size() > kMaxData) return false;
  Grant* permission = permissionOf(peer);
  if (permission == nullptr && m_grants.size() < m_config.maxPeers) {
    m_grants.push_back({ipOf(peer)});
    ask(Kind::Permission, &m_grants.back());
  }
  if (permission == nullptr || !permission->isGranted) {
    ++m_counters.notPermitted;
    return false;
  }
  StunWriter writer(StunClass::Indication, kTurnSend, newId());
  writer.addXorAddress(StunAttribute::XorPeerAddress, peer);
  writer.add(StunAttribute::Data, data);
  m_listener.onTurnSend(writer.bytes());
  return true;
}

void TurnClient::bindChannel(const Address& peer) {
  if (m_isOver || !m_relayed || m_grants.size() >= m_config.maxPeers) return;
  const bool isKnown = std::any_of(m_grants.begin(), m_grants.end(), [&](const Grant& grant) {
    return grant.channel != 0 && grant.peer == peer;
  });
  if (isKnown) return;
  const auto channels = std::count_if(m_grants.begin(), m_grants.end(),
                                      [](const Grant& grant) { return grant.channel != 0; });
  Grant grant;
  grant.peer = peer;
  grant.channel = static_cast<std::uint16_t>(kFirstChannel + channels);
  m_grants.push_back(grant);
  ask(Kind::Channel, &m_grants.back());
}

std::uint16_t TurnClient::channel(const Address& peer) const noexcept {
  const auto found = std::find_if(m_grants.begin(), m_grants.end(), [&](const Grant& grant) {
    return grant.channel != 0 && grant.isGranted && grant.peer == peer;
  });
  return found == m_grants.end() ? std::uint16_t{0} : found->channel;
}

}  // namespace kms::ice
