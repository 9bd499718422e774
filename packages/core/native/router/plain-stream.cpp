#include "router/plain-stream.hpp"

#include "router/random.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kms::router {

namespace {

/// Version 2 of RTP and RTCP alike (RFC 3550 5.1, 6.4.1).
bool isVersion2(std::span<const std::uint8_t> packet) {
  return !packet.empty() && (packet[0] >> 6U) == 2;
}

}  // namespace

PlainStream::PlainStream(ThreadContext& context, media::Medium medium, const RtpIdentity& identity,
                         PlainTransportListener& listener, MediaPresence& presence)
    : m_context(context),
      m_medium(medium),
      m_listener(listener),
      m_presence(presence),
      m_rtcpReceiver(*this),
      m_session(context.environment(), *this, *this, identity) {}

PlainPorts PlainStream::open(bool v6, PortRange range) {
  if (!isOpen()) {
    m_ports = bindPortPair(v6, range, random32());
    if (!isOpen()) return {};
    m_context.attach(*m_ports.rtp, *this);
    m_context.attach(*m_ports.rtcp, m_rtcpReceiver);
  }
  return {m_ports.rtp->port(), m_ports.rtcp->port()};
}

void PlainStream::configure(const PlainStreamParameters& parameters) {
  if (parameters.crypto != m_crypto) {  // a key that stays goes on counting: GCM breaks otherwise
    std::optional<SrtpProtection> made;
    if (parameters.crypto) made.emplace(*parameters.crypto, m_session.localSsrc(m_medium));
    m_protection = std::move(made);
    m_crypto = parameters.crypto;
  }
  m_rtcpMux = parameters.rtcpMux;
  m_payloadTypes.reset();
  for (const CodecParameters& codec : parameters.stream.codecs) {
    m_payloadTypes.set(codec.payloadType & 0x7FU);
  }
  m_rtp.emplace(m_context.sendQueue());
  m_rtcp.emplace(m_context.sendQueue());
  m_session.configure({parameters.stream});
  aim(*m_rtcp, m_rtcpMux ? *m_ports.rtp : *m_ports.rtcp, parameters.rtcp);
  aim(*m_rtp, *m_ports.rtp, parameters.rtp);
  if (writable()) m_session.onWritable();
}

void PlainStream::aim(Path& path, const io::UdpSocket& socket,
                      const std::optional<Address>& destination) {
  path.isLearned = !destination;
  path.latch.announce(destination);
  if (!destination) return;
  Address any;  // the system chooses the address to send from
  any.isV6 = destination->isV6;
  path.flow.redirect(socket, *destination, any);
}

void PlainStream::shut() {
  m_session.configure({});
  freePorts();
}

void PlainStream::close() {
  m_session.close();
  freePorts();
}

void PlainStream::freePorts() {
  m_rtp.reset();  // sends what is queued, while there are sockets
  m_rtcp.reset();
  if (!isOpen()) return;
  m_ports.rtp->detach();
  m_ports.rtcp->detach();
  m_ports = {};
}

// What comes.

void PlainStream::onDatagram(io::PacketRef packet) {
  if (m_rtcpMux && rtp::isRtcp(packet->bytes())) {
    onRtcp(*packet);
  } else {
    onRtp(packet);
  }
}

void PlainStream::onRtp(const io::PacketRef& packet) {
  m_bytesReceived += packet->size;
  if (!m_rtp) return drop(DropReason::kBeforeNegotiation);
  if (const auto refusal = refusalOf(packet->bytes())) return drop(*refusal);
  if (m_protection && !unprotect(*packet, false)) return;
  const bool wasWritable = writable();
  if (!admit(*m_rtp, *m_ports.rtp, *packet)) return;
  if (!wasWritable && writable()) m_session.onWritable();
  m_session.receiveRtp(packet);
}

/// Why a packet is none of what was negotiated. Cheap, and before anything else: such a packet
/// opens no way.
std::optional<DropReason> PlainStream::refusalOf(std::span<const std::uint8_t> rtp) const {
  if (rtp.size() < rtp::kFixedHeaderSize || !isVersion2(rtp)) return DropReason::kMalformed;
  if (!m_payloadTypes[rtp[1] & 0x7FU]) return DropReason::kUnknownPayloadType;
  return std::nullopt;
}

void PlainStream::onRtcp(io::Packet& packet) {
  m_bytesReceived += packet.size;
  if (!m_rtcp) return drop(DropReason::kBeforeNegotiation);
  if (!isVersion2(packet.bytes()) || !rtp::isRtcp(packet.bytes()))
    return drop(DropReason::kMalformed);
  if (m_protection && !unprotect(packet, true)) return;
  const io::UdpSocket& socket = m_rtcpMux ? *m_ports.rtp : *m_ports.rtcp;
  if (admit(*m_rtcp, socket, packet)) m_session.receiveRtcp(packet.bytes(), packet.received);
}

/// Decrypts in place; false when the packet must be dropped, which is counted.
bool PlainStream::unprotect(io::Packet& packet, bool isRtcp) {
  srtp::InboundSession& inbound = m_protection->inbound();
  const auto size =
      isRtcp ? inbound.unprotectRtcp(packet.bytes()) : inbound.unprotectRtp(packet.bytes());
  if (!size) {
    drop(reasonOf(inbound.lastDrop()));
    return false;
  }
  packet.size = static_cast<std::uint32_t>(*size);
  checkKeys();
  return true;
}

/// Whether the packet counts; what is sent goes back to where it came from, if that is how it was
/// negotiated.
bool PlainStream::admit(Path& path, const io::UdpSocket& socket, const io::Packet& packet) {
  if (!path.latch.admit(packet.remote, packet.received)) {
    if (m_protection) return true;  // its sender has the key
    drop(DropReason::kWrongSource);
    return false;
  }
  if (path.isLearned && !(path.flow.ready() && path.flow.remote() == packet.remote)) {
    path.flow.redirect(socket, packet.remote, packet.local);
  }
  return true;
}

void PlainStream::checkKeys() {
  if (m_protection->takeSoftLimit()) m_listener.onKeySoftLimit(m_medium);
}

// What goes.

bool PlainStream::sendRtp(const srtp::RtpParts& parts) {
  const std::size_t size = write(parts, m_context.sendQueue().reserve());
  if (size == 0) return false;
  m_context.sendQueue().commit(m_rtp->flow, size);
  m_bytesSent += size;
  return true;
}

std::size_t PlainStream::write(const srtp::RtpParts& parts, std::span<std::uint8_t> room) {
  if (m_protection) {
    const std::size_t size = m_protection->outbound().protectRtp(parts, room);
    if (size == 0) drop(reasonOf(m_protection->outbound()));
    checkKeys();
    return size;
  }
  const std::size_t size = parts.header.size() + parts.prefix.size() + parts.payload.size();
  if (size > room.size()) {
    drop(DropReason::kSendFailed);
    return 0;
  }
  auto end = room.begin();
  for (const auto part : {parts.header, parts.prefix, parts.payload}) {
    end = std::ranges::copy(part, end).out;
  }
  return size;
}

void PlainStream::sendRtcp(std::span<const std::uint8_t> compound) {
  if (!m_rtcp || !m_rtcp->flow.ready()) return;
  const auto room = m_context.sendQueue().reserve();
  std::size_t size = 0;
  if (m_protection) {
    size = m_protection->outbound().protectRtcp(compound, room);
    checkKeys();
  } else if (compound.size() <= room.size()) {
    std::ranges::copy(compound, room.begin());
    size = compound.size();
  }
  if (size == 0) {
    return drop(m_protection ? reasonOf(m_protection->outbound()) : DropReason::kSendFailed);
  }
  m_context.sendQueue().commit(m_rtcp->flow, size);
  m_bytesSent += size;
}

void PlainStream::addTo(PlainTransportStats& stats) const {
  const auto streams = m_session.stats();
  stats.streams.insert(stats.streams.end(), streams.begin(), streams.end());
  stats.bytesSent += m_bytesSent;
  stats.bytesReceived += m_bytesReceived;
  stats.dropped += m_dropped;
  stats.dropped += m_session.drops();
}

}  // namespace kms::router
