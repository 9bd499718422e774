// Where the packets that an RtpSession receives belong: by SSRC, rid, mid and payload type (RFC
// 8843 9.2, RFC 8852), and retransmissions to what they repeat (RFC 4588).
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>
#include <kms/rtp/rtx.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kFeedbackInterval = std::chrono::milliseconds(100);

/// The text of a header extension; empty when there is none.
std::string_view textExtension(const rtp::PacketView& view, std::uint8_t id) {
  const auto data = view.extension(id);
  if (!data) return {};
  return {reinterpret_cast<const char*>(data->data()), data->size()};
}

}  // namespace

void RtpSession::receiveRtp(const io::PacketRef& packet) {
  if (m_closed) return countAfterEnd();
  noteMedia(packet->received);
  const auto view = rtp::PacketView::parse(packet->bytes());
  if (!view) {
    ++m_counters.malformed;
    m_environment.countDrop(DropReason::kMalformed);
    return;
  }
  const Route route = routeOf(*view);
  if (route.encoding == nullptr) {
    ++m_counters.unknownStream;
    m_environment.countDrop(DropReason::kUnknownStream);
    return;
  }
  noteTransportSequence(*route.stream, *view, packet->received);
  if (route.retransmission) return receiveRetransmission(packet, *view, route);
  if (!route.encoding->producer->receive(packet, *view)) return;
  if (!std::exchange(route.stream->flowingOut, true))
    m_listener.onFlow(route.stream->id, false, true);
}

void RtpSession::countAfterEnd() noexcept {
  ++m_counters.afterEnd;
  m_environment.countDrop(DropReason::kAfterEnd);
}

/// RFC 4588: what was lost takes its place among the others, so nobody behind sees that it was.
void RtpSession::receiveRetransmission(const io::PacketRef& packet, const rtp::PacketView& view,
                                       const Route& route) {
  const auto codec =
      std::ranges::find(route.stream->parameters.codecs, std::optional(view.header().payloadType),
                        &CodecParameters::rtx);
  const auto ssrc = route.encoding->producer->ssrc();
  if (!ssrc || codec == route.stream->parameters.codecs.end()) {
    ++m_counters.unknownStream;
    m_environment.countDrop(DropReason::kUnknownStream);
    return;
  }
  const std::size_t size = rtp::unwrapRtx(packet->bytes(), view, {*ssrc, codec->payloadType});
  if (size == 0) {
    ++m_counters.probes;
    return;
  }
  packet->size = static_cast<std::uint32_t>(size);
  const auto original = rtp::PacketView::parse(packet->bytes());
  if (!original) {
    ++m_counters.malformed;
    m_environment.countDrop(DropReason::kMalformed);
    return;
  }
  ++route.encoding->retransmissions;
  route.encoding->producer->receiveRecovered(packet, *original);
}

RtpSession::Route RtpSession::routeOf(const rtp::PacketView& view) {
  const std::uint32_t ssrc = view.header().ssrc;
  const std::uint8_t type = view.header().payloadType;
  for (Stream& each : m_streams) {
    if (!each.receives()) continue;
    for (Encoding& encoding : each.encodings) {
      // Two media of a peer may by accident share a SSRC: the payload type tells them apart.
      if (encoding.producer->ssrc() == ssrc && encoding.producer->knows(type))
        return {&each, &encoding, false};
      if (encoding.rtxSsrc == ssrc && each.rtxTypes.test(type)) return {&each, &encoding, true};
    }
  }
  return routeOfUnknownSsrc(view);
}

RtpSession::Route RtpSession::routeOfUnknownSsrc(const rtp::PacketView& view) {
  Stream* found = streamOfUnknownSsrc(view);
  if (found == nullptr) return {};
  const bool isRtx = found->rtxTypes.test(view.header().payloadType);
  Encoding* encoding = &found->encodings.front();
  if (found->encodings.size() > 1) {
    const auto rid = textExtension(view, isRtx ? found->repairedRidExtension : found->ridExtension);
    const auto named = std::ranges::find(found->encodings, rid, &Encoding::rid);
    if (rid.empty() || named == found->encodings.end()) return {};
    encoding = &*named;
  }
  if (isRtx) encoding->rtxSsrc = view.header().ssrc;
  return {found, encoding, isRtx};
}

RtpSession::Stream* RtpSession::streamOfUnknownSsrc(const rtp::PacketView& view) {
  const rtp::Header& header = view.header();
  const auto find = [&](auto&& belongs) -> Stream* {
    const auto found = std::ranges::find_if(
        m_streams, [&](const Stream& each) { return each.receives() && belongs(each); });
    return found == m_streams.end() ? nullptr : &*found;
  };
  const auto announced = [&](const Stream& each) {
    const auto& p = each.parameters;
    return std::ranges::find(p.remoteSsrcs, header.ssrc) != p.remoteSsrcs.end() ||
           std::ranges::find(p.rtxSsrcs, header.ssrc, &RtxSsrc::rtx) != p.rtxSsrcs.end();
  };
  const auto named = [&](const Stream& each) {
    return !each.parameters.mid.empty() &&
           textExtension(view, each.midExtension) == each.parameters.mid;
  };
  const auto typed = [&](const Stream& each) {
    return each.producer().knows(header.payloadType) || each.rtxTypes.test(header.payloadType);
  };
  if (Stream* found = find(announced)) return found;
  if (Stream* found = find(named)) return found;
  // RFC 8843 9.2: a payload type tells nothing where several m-sections have it.
  Stream* found = find(typed);
  const auto isOther = [&](const Stream& each) {
    return &each != found && each.receives() && typed(each);
  };
  return found != nullptr && std::ranges::any_of(m_streams, isOther) ? nullptr : found;
}

void RtpSession::noteTransportSequence(const Stream& stream, const rtp::PacketView& view,
                                       TimePoint arrival) {
  if (!m_feedback || !stream.transportCc) return;
  const auto number = view.extension(stream.transportSequenceExtension);
  if (!number || number->size() != 2) return;
  m_feedback->onPacket(static_cast<std::uint16_t>(((*number)[0] << 8U) | (*number)[1]), arrival);
  m_feedbackSsrc = view.header().ssrc;
  if (!m_feedbackTimer.active()) m_feedbackTimer.start(arrival + kFeedbackInterval);
}

void RtpSession::noteMedia(TimePoint arrival) {
  m_lastMedia = arrival;
  if (!std::exchange(m_mediaConnected, true)) m_listener.onMediaStateChanged(true);
}

}  // namespace kms::router
