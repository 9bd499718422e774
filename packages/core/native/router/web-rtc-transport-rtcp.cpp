// RTCP of a WebRtcTransport: what comes, and what is sent when.
#include "router/web-rtc-transport-impl.hpp"

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kTick = std::chrono::milliseconds(500);
constexpr Duration kReportInterval = std::chrono::seconds(1);
constexpr Duration kFlowTimeout = std::chrono::milliseconds(2000);
/// Longer than the 5 s at which browsers report on audio.
constexpr Duration kMediaTimeout = std::chrono::seconds(8);

}  // namespace

void WebRtcTransport::Impl::onRtcp(std::span<const std::uint8_t> compound, TimePoint arrival) {
  rtp::RtcpReader reader(compound);
  while (const auto packet = reader.next()) onRtcpPacket(*packet, arrival);
  if (reader.malformed()) ++m_counters.malformed;
}

void WebRtcTransport::Impl::onRtcpPacket(const rtp::RtcpPacket& packet, TimePoint arrival) {
  switch (packet.type) {
    case rtp::RtcpType::kSenderReport:
      onSenderReport(packet, arrival);
      return onReportBlocks(packet, arrival);
    case rtp::RtcpType::kReceiverReport:
      return onReportBlocks(packet, arrival);
    case rtp::RtcpType::kBye:
      return onBye(packet);
    case rtp::RtcpType::kTransportFeedback:
      return onTransportFeedback(packet, arrival);
    case rtp::RtcpType::kPayloadFeedback:
      return onPayloadFeedback(packet);
    default:
      return;  // SDES, APP and XR tell nothing that is used
  }
}

void WebRtcTransport::Impl::onSenderReport(const rtp::RtcpPacket& packet, TimePoint arrival) {
  const auto report = rtp::readSenderInfo(packet);
  if (!report) return;
  for (Stream& each : m_streams) each.producer->onSenderReport(*report, arrival);
}

void WebRtcTransport::Impl::onReportBlocks(const rtp::RtcpPacket& packet, TimePoint arrival) {
  for (std::size_t i = 0; i < packet.count; ++i) {
    const auto block = rtp::readReportBlock(packet, i);
    if (!block) return;
    if (WebRtcConsumer* consumer = consumerOf(block->ssrc)) consumer->onReport(*block, arrival);
  }
}

void WebRtcTransport::Impl::onBye(const rtp::RtcpPacket& packet) {
  rtp::forEachBye(packet, [&](std::uint32_t ssrc) {
    for (Stream& each : m_streams) each.producer->onBye(ssrc);
  });
}

void WebRtcTransport::Impl::onTransportFeedback(const rtp::RtcpPacket& packet, TimePoint arrival) {
  if (packet.count != rtp::kFormatNack) return;
  const auto media = rtp::readMediaSource(packet);
  WebRtcConsumer* consumer = media ? consumerOf(*media) : nullptr;
  if (consumer != nullptr) consumer->onNack(packet, arrival);
}

void WebRtcTransport::Impl::onPayloadFeedback(const rtp::RtcpPacket& packet) {
  if (const auto bitrate = rtp::readRemb(packet)) {
    m_remb = *bitrate;
  } else if (packet.count == rtp::kFormatPli) {
    const auto media = rtp::readMediaSource(packet);
    WebRtcConsumer* consumer = media ? consumerOf(*media) : nullptr;
    if (consumer != nullptr) consumer->onKeyframeRequest(false);
  } else if (packet.count == rtp::kFormatFir) {
    rtp::forEachFir(packet, [&](std::uint32_t ssrc, std::uint8_t) {
      if (WebRtcConsumer* consumer = consumerOf(ssrc)) consumer->onKeyframeRequest(true);
    });
  }
}

WebRtcConsumer* WebRtcTransport::Impl::consumerOf(std::uint32_t ssrc) {
  for (Stream& each : m_streams) {
    if (each.consumer->ssrc() == ssrc) return each.consumer.get();
  }
  return nullptr;
}

void WebRtcTransport::Impl::sendRtcp(const rtp::RtcpWriter& writer) {
  if (!writable() || writer.empty()) return;
  const auto room = m_context.sendQueue().reserve();
  const std::size_t size = m_outbound->protectRtcp(writer.bytes(), room);
  if (size == 0) return;
  m_context.sendQueue().commit(m_flow, size);
  m_bytesSent += size;
}

void WebRtcTransport::Impl::sendReports(TimePoint now) {
  for (Stream& each : m_streams) {
    std::array<rtp::ReportBlock, 1> room;
    std::span<const rtp::ReportBlock> blocks;
    const auto ssrc = each.producer->ssrc();
    if (each.receive && ssrc) {
      room[0] = each.producer->statistics().report(*ssrc, now);
      blocks = room;
    }
    rtp::RtcpWriter writer;
    const bool sender = each.consumer->addSenderReport(writer, now, blocks);
    if (!sender && blocks.empty()) continue;
    if (!sender) writer.addReceiverReport(each.consumer->ssrc(), blocks);
    writer.addCname(each.consumer->ssrc(), m_local.cname);
    sendRtcp(writer);
  }
}

void WebRtcTransport::Impl::sendNacks() {
  const TimePoint now = m_context.now();
  TimePoint next = TimePoint::max();
  for (Stream& each : m_streams) {
    const auto due = each.producer->takeNacks(now);
    if (!due.empty() && each.producer->ssrc()) {
      rtp::RtcpWriter writer;
      writer.addNack(each.consumer->ssrc(), *each.producer->ssrc(), due);
      sendRtcp(writer);
    }
    next = std::min(next, each.producer->nextNack());
  }
  if (next != TimePoint::max()) m_nackTimer.start(next);
}

void WebRtcTransport::Impl::sendFeedback() {
  if (!m_feedback) return;
  const std::uint32_t sender = stream(media::Medium::kVideo).consumer->ssrc();
  rtp::RtcpWriter writer;
  while (m_feedback->build(writer, sender, m_feedbackSsrc)) {
    sendRtcp(writer);
    writer.clear();
  }
}

void WebRtcTransport::Impl::sendKeyframeRequest(Stream& stream) {
  const auto ssrc = stream.producer->ssrc();
  const std::uint32_t media =
      ssrc ? *ssrc : (stream.remoteSsrcs.empty() ? 0 : stream.remoteSsrcs.front());
  if (!writable() || !stream.receive || media == 0) return;
  const CodecParameters* codec = stream.producer->codec();
  const bool useFir = codec != nullptr && codec->fir && !codec->pli;
  rtp::RtcpWriter writer;
  if (useFir) {
    writer.addFir(stream.consumer->ssrc(), media, ++stream.firCommand);
  } else {
    writer.addPli(stream.consumer->ssrc(), media);
  }
  ++(useFir ? stream.firsSent : stream.plisSent);
  sendRtcp(writer);
}

void WebRtcTransport::Impl::sendByes() {
  for (Stream& each : m_streams) {
    if (!each.consumer->active()) continue;
    rtp::RtcpWriter writer;
    writer.addReceiverReport(each.consumer->ssrc(), {});
    writer.addCname(each.consumer->ssrc(), m_local.cname);
    writer.addBye(each.consumer->ssrc());
    sendRtcp(writer);
  }
}

void WebRtcTransport::Impl::onTick() {
  const TimePoint now = m_context.environment().clock.now();
  m_tickTimer.start(now + kTick);
  if (now >= m_nextReport) {
    m_nextReport = now + kReportInterval;
    sendReports(now);
  }
  const auto pair = m_agent->selectedPair();
  if (pair && pair->roundTripTime) {
    for (Stream& each : m_streams) each.producer->setRoundTrip(*pair->roundTripTime);
  }
  checkFlow(now);
}

void WebRtcTransport::Impl::checkFlow(TimePoint now) {
  for (Stream& each : m_streams) {
    const auto last = each.producer->lastArrival();
    if (each.flowingOut && (!last || now - *last >= kFlowTimeout)) {
      each.flowingOut = false;
      m_listener.onFlow(each.medium, false, false);
    }
    if (each.consumer->takeSilence(now, kFlowTimeout)) m_listener.onFlow(each.medium, true, false);
  }
  if (m_mediaConnected && now - m_lastMedia >= kMediaTimeout) {
    m_mediaConnected = false;
    m_listener.onMediaStateChanged(false);
  }
}

}  // namespace kms::router
