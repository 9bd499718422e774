// Statistics of an RtpSession.
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

namespace kms::router {

namespace {

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::vector<StreamStats> RtpSession::stats() const {
  std::vector<StreamStats> all;
  for (const Stream& each : m_streams) {
    for (const Encoding& encoding : each.encodings) {
      if (encoding.producer->ssrc()) all.push_back(inboundStats(each, encoding));
    }
    if (each.consumer->active()) all.push_back(outboundStats(each));
  }
  return all;
}

DropCounts RtpSession::drops() const {
  DropCounts drops;
  drops[DropReason::kMalformed] = m_counters.malformed;
  drops[DropReason::kUnknownStream] = m_counters.unknownStream;
  drops[DropReason::kAfterEnd] = m_counters.afterEnd;
  for (const Stream& each : m_streams) {
    for (const Encoding& encoding : each.encodings) {
      const ProducerCounters& received = encoding.producer->counters();
      drops[DropReason::kUnknownPayloadType] += received.unknownPayloadType;
      drops[DropReason::kDuplicate] += received.duplicates;
      drops[DropReason::kStrayed] += received.strayed;
    }
    drops[DropReason::kNoCommonCodec] += each.consumer->counters().dropped;
    drops[DropReason::kViewerQueueFull] += each.consumer->counters().overflowed;
    drops[DropReason::kUndecodable] += each.consumer->counters().undecodable;
  }
  return drops;
}

StreamStats RtpSession::inboundStats(const Stream& each, const Encoding& encoding) const {
  const Producer& producer = *encoding.producer;
  const auto& received = producer.statistics();
  StreamStats stats;
  stats.medium = each.id.medium;
  stats.mid = each.parameters.mid;
  stats.inbound = true;
  stats.ssrc = producer.ssrc().value_or(0);
  stats.packets = received.packets();
  stats.bytes = received.bytes();
  stats.packetsLost = received.lost();
  stats.fractionLost = received.fractionLost();
  stats.jitter = received.jitter();
  stats.roundTripTime = seconds(m_outlet.roundTrip().value_or(Duration::zero()));
  stats.nackCount = producer.counters().nacksSent;
  stats.pliCount = encoding.plisSent;
  stats.firCount = encoding.firsSent;
  if (const CodecParameters* codec = producer.codec()) stats.codec = *codec;
  return stats;
}

StreamStats RtpSession::outboundStats(const Stream& each) const {
  const RtpConsumerCounters& sent = each.consumer->counters();
  const ReceiverReport& report = each.consumer->report();
  StreamStats stats;
  stats.medium = each.id.medium;
  stats.mid = each.parameters.mid;
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
  stats.targetBitrate = each.consumer->target(m_environment.clock.now());
  if (const CodecParameters* codec = each.consumer->codec()) stats.codec = *codec;
  return stats;
}

}  // namespace kms::router
