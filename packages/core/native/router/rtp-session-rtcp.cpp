// RTCP of an RtpSession: what comes, and what is sent when.
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

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

void RtpSession::receiveRtcp(std::span<const std::uint8_t> compound, TimePoint arrival) {
  if (m_closed) return;
  noteMedia(arrival);
  rtp::RtcpReader reader(compound);
  while (const auto packet = reader.next()) onRtcpPacket(*packet, arrival);
  if (reader.malformed()) ++m_counters.malformed;
}

void RtpSession::onRtcpPacket(const rtp::RtcpPacket& packet, TimePoint arrival) {
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

void RtpSession::onSenderReport(const rtp::RtcpPacket& packet, TimePoint arrival) {
  const auto report = rtp::readSenderInfo(packet);
  if (!report) return;
  for (Stream& each : m_streams) each.producer->onSenderReport(*report, arrival);
}

void RtpSession::onReportBlocks(const rtp::RtcpPacket& packet, TimePoint arrival) {
  for (std::size_t i = 0; i < packet.count; ++i) {
    const auto block = rtp::readReportBlock(packet, i);
    if (!block) return;
    if (RtpConsumer* consumer = consumerOf(block->ssrc)) consumer->onReport(*block, arrival);
  }
}

void RtpSession::onBye(const rtp::RtcpPacket& packet) {
  rtp::forEachBye(packet, [&](std::uint32_t ssrc) {
    for (Stream& each : m_streams) each.producer->onBye(ssrc);
  });
}

void RtpSession::onTransportFeedback(const rtp::RtcpPacket& packet, TimePoint arrival) {
  if (packet.count != rtp::kFormatNack) return;
  const auto media = rtp::readMediaSource(packet);
  RtpConsumer* consumer = media ? consumerOf(*media) : nullptr;
  if (consumer != nullptr) consumer->onNack(packet, arrival);
}

void RtpSession::onPayloadFeedback(const rtp::RtcpPacket& packet) {
  if (const auto bitrate = rtp::readRemb(packet)) {
    m_remb = *bitrate;
  } else if (packet.count == rtp::kFormatPli) {
    const auto media = rtp::readMediaSource(packet);
    RtpConsumer* consumer = media ? consumerOf(*media) : nullptr;
    if (consumer != nullptr) consumer->onKeyframeRequest(false);
  } else if (packet.count == rtp::kFormatFir) {
    rtp::forEachFir(packet, [&](std::uint32_t ssrc, std::uint8_t) {
      if (RtpConsumer* consumer = consumerOf(ssrc)) consumer->onKeyframeRequest(true);
    });
  }
}

RtpConsumer* RtpSession::consumerOf(std::uint32_t ssrc) {
  for (Stream& each : m_streams) {
    if (each.consumer->ssrc() == ssrc) return each.consumer.get();
  }
  return nullptr;
}

void RtpSession::sendRtcp(const rtp::RtcpWriter& writer) {
  if (writable() && !writer.empty()) m_outlet.sendRtcp(writer.bytes());
}

void RtpSession::sendReports(TimePoint now) {
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
    writer.addCname(each.consumer->ssrc(), m_cname);
    sendRtcp(writer);
  }
}

void RtpSession::sendNacks() {
  const TimePoint now = m_environment.clock.now();
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

void RtpSession::sendFeedback() {
  if (!m_feedback) return;
  const std::uint32_t sender = stream(media::Medium::kVideo).consumer->ssrc();
  rtp::RtcpWriter writer;
  while (m_feedback->build(writer, sender, m_feedbackSsrc)) {
    sendRtcp(writer);
    writer.clear();
  }
}

void RtpSession::sendKeyframeRequest(Stream& stream) {
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

void RtpSession::sendByes() {
  for (Stream& each : m_streams) {
    if (!each.consumer->active()) continue;
    rtp::RtcpWriter writer;
    writer.addReceiverReport(each.consumer->ssrc(), {});
    writer.addCname(each.consumer->ssrc(), m_cname);
    writer.addBye(each.consumer->ssrc());
    sendRtcp(writer);
  }
}

void RtpSession::onTick() {
  const TimePoint now = m_environment.clock.now();
  m_tickTimer.start(now + kTick);
  if (now >= m_nextReport) {
    m_nextReport = now + kReportInterval;
    sendReports(now);
  }
  if (const auto roundTrip = m_outlet.roundTrip()) {
    for (Stream& each : m_streams) each.producer->setRoundTrip(*roundTrip);
  }
  checkFlow(now);
}

void RtpSession::checkFlow(TimePoint now) {
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
