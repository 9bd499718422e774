// RTCP of an RtpSession: what comes, and what is sent when.
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kTick = std::chrono::milliseconds(500);
constexpr Duration kReportInterval = std::chrono::seconds(1);
constexpr Duration kFlowTimeout = std::chrono::milliseconds(2000);
/// Longer than the 5 s at which browsers report on audio.
constexpr Duration kMediaTimeout = std::chrono::seconds(8);

struct KeyframeFeedback {
  bool pli = false;
  bool fir = false;
};

/// What was negotiated for the codec that comes; for any, as long as it is not known.
KeyframeFeedback keyframeFeedback(const CodecParameters* current,
                                  const std::vector<CodecParameters>& all) {
  if (current != nullptr) return {current->pli, current->fir};
  return {std::ranges::any_of(all, &CodecParameters::pli),
          std::ranges::any_of(all, &CodecParameters::fir)};
}

}  // namespace

void RtpSession::receiveRtcp(std::span<const std::uint8_t> compound, TimePoint arrival) {
  if (m_closed) return countAfterEnd();
  noteMedia(arrival);
  rtp::RtcpReader reader(compound);
  while (const auto packet = reader.next()) onRtcpPacket(*packet, arrival);
  if (!reader.malformed()) return;
  ++m_counters.malformed;
  m_environment.countDrop(DropReason::kMalformed);
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
  for (Stream& each : m_streams) {
    for (Encoding& one : each.encodings) one.producer->onSenderReport(*report, arrival);
  }
}

void RtpSession::onReportBlocks(const rtp::RtcpPacket& packet, TimePoint arrival) {
  for (std::size_t i = 0; i < packet.count; ++i) {
    const auto block = rtp::readReportBlock(packet, i);
    if (!block) return;
    RtpConsumer* consumer = consumerOf(block->ssrc);
    if (consumer == nullptr || consumer->ssrc() != block->ssrc) continue;
    consumer->onReport(*block, arrival);
  }
}

/// The last source that says goodbye takes the media state along; there is nothing to wait for.
void RtpSession::onBye(const rtp::RtcpPacket& packet) {
  bool ended = false;
  bool flows = false;
  for (Stream& each : m_streams) {
    for (Encoding& one : each.encodings) {
      rtp::forEachBye(packet, [&](std::uint32_t ssrc) {
        ended = ended || one.producer->ssrc() == ssrc;
        one.producer->onBye(ssrc);
      });
      flows = flows || one.producer->lastArrival().has_value();
    }
  }
  if (ended && !flows && std::exchange(m_mediaConnected, false)) {
    m_listener.onMediaStateChanged(false);
  }
}

void RtpSession::onTransportFeedback(const rtp::RtcpPacket& packet, TimePoint arrival) {
  if (packet.count == rtp::kFormatTransportCc) {
    rtp::FeedbackReader reader(packet);
    if (!m_estimator.onFeedback(reader, arrival)) {
      ++m_counters.malformed;
      m_environment.countDrop(DropReason::kMalformed);
    }
    return updateBudget(arrival);
  }
  if (packet.count != rtp::kFormatNack) return;
  const auto media = rtp::readMediaSource(packet);
  RtpConsumer* consumer = media ? consumerOf(*media) : nullptr;
  if (consumer != nullptr) consumer->onNack(packet, arrival);
}

void RtpSession::onPayloadFeedback(const rtp::RtcpPacket& packet) {
  if (const auto bitrate = rtp::readRemb(packet)) {
    m_remb = *bitrate;
    m_estimator.onRemb(*bitrate);
    updateBudget(m_environment.clock.now());
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
    const ConsumerSsrcs& own = each.consumer->ssrcs();
    if (own.media == ssrc || own.rtx == ssrc) return each.consumer.get();
  }
  return nullptr;
}

void RtpSession::sendRtcp(const rtp::RtcpWriter& writer) {
  if (writable() && !writer.empty()) m_outlet.sendRtcp(writer.bytes());
}

void RtpSession::sendReports(TimePoint now) {
  for (Stream& each : m_streams) {
    std::array<rtp::ReportBlock, kMostEncodings> room;
    std::size_t count = 0;
    for (Encoding& one : each.encodings) {
      const auto ssrc = one.producer->ssrc();
      if (each.receives() && ssrc) room[count++] = one.producer->statistics().report(*ssrc, now);
    }
    const auto blocks = std::span<const rtp::ReportBlock>(room).first(count);
    rtp::RtcpWriter writer;
    const bool sender = each.consumer->addSenderReport(writer, now, blocks);
    if (!sender && blocks.empty()) continue;
    if (!sender) writer.addReceiverReport(each.consumer->ssrc(), blocks);
    writer.addCname(each.consumer->ssrc(), m_cname);
    sendRtcp(writer);
  }
}

void RtpSession::beginFeedback(rtp::RtcpWriter& writer, const Stream& stream) const {
  if (stream.parameters.rtcpReducedSize) return;
  writer.addReceiverReport(stream.consumer->ssrc(), {});
  writer.addCname(stream.consumer->ssrc(), m_cname);
}

void RtpSession::sendNacks() {
  const TimePoint now = m_environment.clock.now();
  TimePoint next = TimePoint::max();
  for (Stream& each : m_streams) {
    for (Encoding& one : each.encodings) {
      const auto due = one.producer->takeNacks(now);
      if (!due.empty() && one.producer->ssrc()) {
        rtp::RtcpWriter writer;
        beginFeedback(writer, each);
        writer.addNack(each.consumer->ssrc(), *one.producer->ssrc(), due);
        sendRtcp(writer);
      }
      next = std::min(next, one.producer->nextNack());
    }
  }
  if (next != TimePoint::max()) m_nackTimer.start(next);
}

void RtpSession::sendFeedback() {
  if (!m_feedback) return;
  const Stream& video = stream(media::Medium::kVideo);  // whichever: it is about the transport
  rtp::RtcpWriter writer;
  beginFeedback(writer, video);
  while (m_feedback->build(writer, video.consumer->ssrc(), m_feedbackSsrc)) {
    sendRtcp(writer);
    writer.clear();
    beginFeedback(writer, video);
  }
}

void RtpSession::sendKeyframeRequest(StreamId id, const Producer* producer) {
  Stream& of = stream(id);
  const auto encoding = std::ranges::find_if(
      of.encodings, [&](const Encoding& one) { return one.producer.get() == producer; });
  if (encoding == of.encodings.end() || !writable()) return;
  const auto& announced = of.parameters.remoteSsrcs;
  const bool isOnly = of.encodings.size() == 1;
  const std::uint32_t guess = isOnly && !announced.empty() ? announced.front() : 0;
  const std::uint32_t media = producer->ssrc().value_or(guess);
  const auto [pli, fir] = keyframeFeedback(producer->codec(), of.parameters.codecs);
  if (!of.receives() || media == 0 || !(pli || fir)) return;
  const bool useFir = !pli;
  rtp::RtcpWriter writer;
  beginFeedback(writer, of);
  if (useFir) {
    writer.addFir(of.consumer->ssrc(), media, ++encoding->firCommand);
  } else {
    writer.addPli(of.consumer->ssrc(), media);
  }
  ++(useFir ? encoding->firsSent : encoding->plisSent);
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
    for (Stream& each : m_streams) {
      for (Encoding& one : each.encodings) one.producer->setRoundTrip(*roundTrip);
    }
  }
  updateBudget(now);
  sendRemb(now);
  checkFlow(now);
  for (Stream& each : m_streams) each.consumer->shrink();
}

void RtpSession::checkFlow(TimePoint now) {
  for (Stream& each : m_streams) {
    const bool flows = std::ranges::any_of(each.encodings, [&](const Encoding& one) {
      const auto last = one.producer->lastArrival();
      return last && now - *last < kFlowTimeout;
    });
    if (each.flowingOut && !flows) {
      each.flowingOut = false;
      m_listener.onFlow(each.id, false, false);
    }
    if (each.consumer->takeSilence(now, kFlowTimeout)) m_listener.onFlow(each.id, true, false);
  }
  if (m_mediaConnected && now - m_lastMedia >= kMediaTimeout) {
    m_mediaConnected = false;
    m_listener.onMediaStateChanged(false);
  }
}

}  // namespace kms::router
