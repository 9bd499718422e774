// The packet path of a WebRtcTransport, and its statistics.
#include "router/web-rtc-transport-impl.hpp"

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kFeedbackInterval = std::chrono::milliseconds(100);

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

bool WebRtcTransport::Impl::sendRtp(std::span<const std::uint8_t> header,
                                    std::span<const std::uint8_t> payload) {
  const auto room = m_context.sendQueue().reserve();
  const std::size_t size = m_outbound->protectRtp(header, payload, room);
  if (size == 0) return false;
  m_context.sendQueue().commit(m_flow, size);
  m_bytesSent += size;
  return true;
}

void WebRtcTransport::Impl::onSourceFlowing(media::Medium medium) {
  if (!m_closed) m_listener.onFlow(medium, true, true);
}

void WebRtcTransport::Impl::onMedia(io::PacketRef packet) {
  m_bytesReceived += packet->size;
  if (!m_inbound || m_closed) {
    ++m_counters.beforeKeys;
    return;
  }
  const bool rtcp = rtp::isRtcp(packet->bytes());
  const auto size =
      rtcp ? m_inbound->unprotectRtcp(packet->bytes()) : m_inbound->unprotectRtp(packet->bytes());
  if (!size) {
    ++m_counters.unprotected;
    return;
  }
  packet->size = static_cast<std::uint32_t>(*size);
  noteMedia(packet->received);
  if (rtcp) {
    onRtcp(packet->bytes(), packet->received);
  } else {
    onRtp(packet);
  }
}

void WebRtcTransport::Impl::onRtp(const io::PacketRef& packet) {
  const auto view = rtp::PacketView::parse(packet->bytes());
  if (!view) {
    ++m_counters.malformed;
    return;
  }
  Stream* found = streamOf(*view);
  if (found == nullptr) {
    ++m_counters.unknownStream;
    return;
  }
  noteTransportSequence(*found, *view, packet->received);
  if (!found->producer->receive(packet, *view)) return;
  if (!std::exchange(found->flowingOut, true)) m_listener.onFlow(found->medium, false, true);
}

WebRtcTransport::Impl::Stream* WebRtcTransport::Impl::streamOf(const rtp::PacketView& view) {
  for (Stream& each : m_streams) {
    if (each.receive && each.producer->ssrc() == view.header().ssrc) return &each;
  }
  return streamOfUnknownSsrc(view);
}

WebRtcTransport::Impl::Stream* WebRtcTransport::Impl::streamOfUnknownSsrc(
    const rtp::PacketView& view) {
  const std::uint32_t ssrc = view.header().ssrc;
  for (Stream& each : m_streams) {
    if (each.receive && std::ranges::find(each.remoteSsrcs, ssrc) != each.remoteSsrcs.end())
      return &each;
  }
  for (Stream& each : m_streams) {
    const auto mid = each.midExtension != 0 ? view.extension(each.midExtension) : std::nullopt;
    if (each.receive && mid && std::ranges::equal(*mid, each.mid)) return &each;
  }
  for (Stream& each : m_streams) {
    const auto type =
        std::ranges::find(each.codecs, view.header().payloadType, &CodecParameters::payloadType);
    if (each.receive && type != each.codecs.end()) return &each;
  }
  return nullptr;
}

void WebRtcTransport::Impl::noteTransportSequence(const Stream& stream, const rtp::PacketView& view,
                                                  TimePoint arrival) {
  if (!m_feedback || !stream.transportCc) return;
  const auto number = view.extension(stream.transportSequenceExtension);
  if (!number || number->size() != 2) return;
  m_feedback->onPacket(static_cast<std::uint16_t>(((*number)[0] << 8U) | (*number)[1]), arrival);
  m_feedbackSsrc = view.header().ssrc;
  if (!m_feedbackTimer.active()) m_feedbackTimer.start(arrival + kFeedbackInterval);
}

void WebRtcTransport::Impl::noteMedia(TimePoint arrival) {
  m_lastMedia = arrival;
  if (!std::exchange(m_mediaConnected, true)) m_listener.onMediaStateChanged(true);
}

TransportStats WebRtcTransport::Impl::stats() const {
  TransportStats all;
  for (const Stream& each : m_streams) {
    if (each.producer->ssrc()) all.streams.push_back(inboundStats(each));
    if (each.consumer->active()) all.streams.push_back(outboundStats(each));
  }
  all.bytesSent = m_bytesSent;
  all.bytesReceived = m_bytesReceived;
  all.iceState = m_agent->state();
  all.dtlsState = m_dtls ? m_dtls->state() : dtls::State::kNew;
  all.selectedPair = m_agent->selectedPair();
  all.counters = m_counters;
  return all;
}

StreamStats WebRtcTransport::Impl::inboundStats(const Stream& each) const {
  const auto& received = each.producer->statistics();
  StreamStats stats;
  stats.medium = each.medium;
  stats.inbound = true;
  stats.ssrc = each.producer->ssrc().value_or(0);
  stats.packets = received.packets();
  stats.bytes = received.bytes();
  stats.packetsLost = received.lost();
  stats.fractionLost = received.fractionLost();
  stats.jitter = received.jitter();
  const auto pair = m_agent->selectedPair();
  if (pair && pair->roundTripTime) stats.roundTripTime = seconds(*pair->roundTripTime);
  stats.nackCount = each.producer->counters().nacksSent;
  stats.pliCount = each.plisSent;
  stats.firCount = each.firsSent;
  return stats;
}

StreamStats WebRtcTransport::Impl::outboundStats(const Stream& each) const {
  const WebRtcConsumerCounters& sent = each.consumer->counters();
  const ReceiverReport& report = each.consumer->report();
  StreamStats stats;
  stats.medium = each.medium;
  stats.ssrc = each.consumer->ssrc();
  stats.packets = sent.packets;
  stats.bytes = sent.bytes;
  stats.packetsLost = report.packetsLost;
  stats.fractionLost = report.fractionLost;
  stats.jitter = report.jitter;
  stats.roundTripTime = seconds(report.roundTrip.value_or(Duration::zero()));
  stats.nackCount = sent.nacks;
  stats.pliCount = sent.plis;
  stats.firCount = sent.firs;
  stats.remb = m_remb;
  return stats;
}

}  // namespace kms::router
