// The packet path of a WebRtcTransport, and its statistics.
#include "router/srtp-protection.hpp"
#include "router/web-rtc-transport-impl.hpp"

#include <kms/rtp/rtcp.hpp>

namespace kms::router {

bool WebRtcTransport::Impl::sendRtp(const srtp::RtpParts& parts) {
  const auto room = m_ice.reserve();
  const std::size_t size = m_outbound->protectRtp(parts, room);
  if (size == 0) {
    countDrop(reasonOf(*m_outbound));
    return false;
  }
  m_ice.commit(size);
  m_bytesSent += size;
  return true;
}

void WebRtcTransport::Impl::addHot(HotMemory& hot) const noexcept {
  hot.add(this);
  hot.add(&m_bytesSent);
  m_ice.addHot(hot);
  if (m_outbound) m_outbound->addHot(hot);
}

void WebRtcTransport::Impl::sendRtcp(std::span<const std::uint8_t> compound) {
  const auto room = m_ice.reserve();
  const std::size_t size = m_outbound->protectRtcp(compound, room);
  if (size == 0) return countDrop(reasonOf(*m_outbound));
  m_ice.commit(size);
  m_bytesSent += size;
}

std::optional<Duration> WebRtcTransport::Impl::roundTrip() const {
  const auto pair = m_ice.selectedPair();
  return pair ? pair->roundTripTime : std::nullopt;
}

void WebRtcTransport::Impl::onMediaPacket(io::PacketRef packet) {
  m_bytesReceived += packet->size;
  if (m_closed) return countDrop(DropReason::kAfterEnd);
  if (!m_inbound) return countDrop(DropReason::kBeforeKeys);
  const bool rtcp = rtp::isRtcp(packet->bytes());
  const auto size =
      rtcp ? m_inbound->unprotectRtcp(packet->bytes()) : m_inbound->unprotectRtp(packet->bytes());
  if (!size) {
    m_context.environment().countDrop(reasonOf(m_inbound->lastDrop()));
    return;
  }
  packet->size = static_cast<std::uint32_t>(*size);
  if (rtcp) {
    m_session.receiveRtcp(packet->bytes(), packet->received);
  } else {
    m_session.receiveRtp(packet);
  }
}

std::vector<CandidatePairStats> WebRtcTransport::Impl::pairStats() const {
  std::vector<CandidatePairStats> all;
  for (ice::PairStats& pair : m_ice.pairs()) {
    const PathBytes bytes = m_ledger.of(pair.path, {m_bytesSent, m_bytesReceived});
    all.push_back({std::move(pair), bytes.sent, bytes.received});
  }
  return all;
}

TransportStats WebRtcTransport::Impl::stats() const {
  TransportStats all;
  all.streams = m_session.stats();
  all.bytesSent = m_bytesSent;
  all.bytesReceived = m_bytesReceived;
  all.available = m_session.bandwidthStats();
  all.iceState = m_ice.state();
  all.dtlsState = m_dtls ? m_dtls->state() : dtls::State::kNew;
  all.selectedPair = m_ice.selectedPair();
  all.pairs = pairStats();
  all.localCertificate = m_certificate.info();
  if (m_dtls) all.remoteCertificate = m_dtls->remoteCertificate();
  all.dropped = m_session.drops();
  all.dropped += m_ice.drops();
  all.dropped += m_drops;
  if (!m_inbound) return all;
  const srtp::InboundCounters& srtp = m_inbound->counters();
  all.dropped[DropReason::kMalformed] += srtp.malformed;
  all.dropped[DropReason::kReplayed] = srtp.replays;
  all.dropped[DropReason::kUnauthenticated] = srtp.authenticationFailures;
  all.dropped[DropReason::kKeyExhausted] = srtp.keyExhausted;
  return all;
}

}  // namespace kms::router
