#include "router/mirrors.hpp"
#include "router/random.hpp"

#include <kms/router/rtp-consumer.hpp>
#include <kms/rtp/bytes.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kKeyframeWishInterval = std::chrono::seconds(1);
constexpr Duration kLeastGuard = milliseconds(10);
constexpr Duration kMostGuard = milliseconds(250);
/// A sender that has been silent for so long is no sender (RFC 3550 6.4: two report intervals,
/// generously).
constexpr Duration kSilent = std::chrono::seconds(5);
/// Retransmissions a viewer may cause per window: without a bound, NACKs would make us an
/// amplifier.
constexpr Duration kBudgetWindow = milliseconds(100);
constexpr unsigned kBudget = 300;

constexpr unsigned kPaddingBit = 0x20;

/// 6.18 fixed point seconds (abs-send-time).
std::uint32_t absoluteSendTime(TimePoint now) {
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(((microseconds % 64'000'000) << 18) / 1'000'000) & 0xFFFFFFU;
}

}  // namespace

RtpConsumer::RtpConsumer(media::Medium medium, std::uint32_t ssrc, Environment& environment,
                         PacketOutlet& outlet)
    : m_medium(medium),
      m_ssrc(ssrc),
      m_environment(environment),
      m_outlet(outlet),
      m_rewriter(static_cast<std::uint16_t>(random32() & 0x7FFFU), random32()) {
  buildTemplate();
}

RtpConsumer::~RtpConsumer() {
  setSource(nullptr);
}

void RtpConsumer::configure(RtpConsumerParameters parameters) {
  if (parameters == m_parameters) return;
  m_parameters = std::move(parameters);
  // Headers look different from now on: what was sent with the old ones cannot be sent again.
  m_history.clear();
  buildTemplate();
  m_payloadType = kNoPayloadType;
  if (m_format) onFormat(*m_format);
}

void RtpConsumer::buildTemplate() {
  rtp::Header header;
  header.ssrc = m_ssrc;
  const auto& p = m_parameters;
  const bool twoByte =
      std::max({p.midExtension, p.transportSequenceExtension, p.absoluteSendTimeExtension}) > 14 ||
      p.mid.size() > 16;
  rtp::HeaderWriter writer(m_header, header, twoByte);
  const std::array<std::uint8_t, 3> zero{};
  m_transportSequenceAt = 0;
  m_absoluteSendTimeAt = 0;
  // Each offset is the end of what was written so far: the data is the last thing added.
  if (p.transportSequenceExtension != 0 &&
      writer.add(p.transportSequenceExtension, {zero.data(), 2})) {
    m_transportSequenceAt = writer.size() - 2;
  }
  if (p.absoluteSendTimeExtension != 0 && writer.add(p.absoluteSendTimeExtension, zero)) {
    m_absoluteSendTimeAt = writer.size() - 3;
  }
  if (p.midExtension != 0 && !p.mid.empty() && p.mid.size() <= 255) {
    writer.add(p.midExtension, {reinterpret_cast<const std::uint8_t*>(p.mid.data()), p.mid.size()});
  }
  m_headerSize = writer.finish();
}

void RtpConsumer::setSource(std::shared_ptr<Producer> producer) {
  producer = localProducer(m_environment, std::move(producer));
  if (producer == m_producer) return;
  if (m_producer) m_producer->detach(*this);
  m_producer = std::move(producer);
  m_rewriter.end();
  m_format.reset();
  m_payloadType = kNoPayloadType;
  const auto attached = m_producer;
  if (attached) attached->attach(*this);
}

void RtpConsumer::onWritable() {
  if (!m_producer || m_rewriter.active()) return;
  const auto source = m_producer;
  if (!wantsReplay() || !source->replay(*this)) source->requestKeyframe();
}

bool RtpConsumer::wantsReplay() const noexcept {
  // Into a stream that runs, packets of the last second would go out with timestamps of the future.
  return !active();
}

bool RtpConsumer::hasCodec(std::uint8_t payloadType) const noexcept {
  return std::ranges::any_of(m_parameters.codecs,
                             [&](const auto& codec) { return codec.payloadType == payloadType; });
}

void RtpConsumer::onFormat(const media::Format& format) {
  m_format = format;
  const CodecParameters* codec = findCodec(m_parameters.codecs, format);
  const std::uint8_t before =
      std::exchange(m_payloadType, codec ? codec->payloadType : kNoPayloadType);
  if (before != m_payloadType) m_rewriter.end();
}

void RtpConsumer::onProducerClosed() {
  m_producer.reset();
  m_rewriter.end();
}

void RtpConsumer::onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                            TimePoint now) {
  m_lastArrival = now;
  if (!std::exchange(m_flowing, true)) m_outlet.onSourceFlowing(m_medium);
  if (m_parameters.codecs.empty() || !m_outlet.writable()) return;
  if (m_payloadType == kNoPayloadType) {
    m_counters.dropped += packets.size();
    return;
  }
  for (const rtp::MediaPacket& packet : packets) forward(producer, packet, now);
}

bool RtpConsumer::takeSilence(TimePoint now, Duration timeout) noexcept {
  if (!m_flowing || now - m_lastArrival < timeout) return false;
  m_flowing = false;
  return true;
}

void RtpConsumer::forward(Producer& producer, const rtp::MediaPacket& packet, TimePoint now) {
  if (m_generation != producer.generation()) m_rewriter.end();
  if (!m_rewriter.active() && !start(producer, packet, now)) return;
  const auto output = m_rewriter.next(packet, packet.packet->received);
  if (!output) return;
  Sent& sent = m_history[output->sequence % kHistory];
  if (sent.sequence == output->sequence) return;
  sent.sequence = output->sequence;
  sent.last = TimePoint{};
  if (m_transportSequenceAt != 0) sent.transportSequence = m_outlet.nextTransportSequence();
  if (m_absoluteSendTimeAt != 0) sent.absoluteSendTime = absoluteSendTime(now);
  if (!send(packet, *output, sent)) return;
  m_lastSourceTimestamp = packet.timestamp;
  m_lastTimestamp = output->timestamp;
  m_lastReceived = packet.packet->received;
}

bool RtpConsumer::start(Producer& producer, const rtp::MediaPacket& packet, TimePoint now) {
  if (m_medium == media::Medium::kVideo && !packet.keyframe) {
    if (now - m_lastKeyframeWish >= kKeyframeWishInterval) {
      m_lastKeyframeWish = now;
      producer.requestKeyframe();
    }
    return false;
  }
  m_generation = producer.generation();
  m_clockRate = std::max(producer.clockRate(), 1U);
  m_rewriter.begin(packet, packet.packet->received, m_clockRate);
  if (m_history.empty()) m_history.resize(kHistory);
  return true;
}

bool RtpConsumer::send(const rtp::MediaPacket& packet, StreamRewriter::Output output,
                       const Sent& sent) {
  m_header[0] = static_cast<std::uint8_t>((m_header[0] & ~kPaddingBit) |
                                          (packet.padding > 0 ? kPaddingBit : 0));
  m_header[1] = static_cast<std::uint8_t>((packet.marker ? 0x80U : 0U) | m_payloadType);
  rtp::write16(&m_header[2], output.sequence);
  rtp::write32(&m_header[4], output.timestamp);
  if (m_transportSequenceAt != 0)
    rtp::write16(&m_header[m_transportSequenceAt], sent.transportSequence);
  if (m_absoluteSendTimeAt != 0)
    rtp::write24(&m_header[m_absoluteSendTimeAt], sent.absoluteSendTime);
  if (!m_outlet.sendRtp({m_header.data(), m_headerSize}, packet.paddedPayload())) return false;
  ++m_counters.packets;
  m_counters.bytes += packet.payloadSize;
  return true;
}

void RtpConsumer::onNack(const rtp::RtcpPacket& nack, TimePoint now) {
  ++m_counters.nacks;
  if (!m_producer || m_history.empty() || !m_outlet.writable()) return;
  rtp::forEachNacked(nack, [&](std::uint16_t sequence) { retransmit(sequence, now); });
}

bool RtpConsumer::mayRetransmit(TimePoint now) {
  if (now - m_budgetSince >= kBudgetWindow) {
    m_budgetSince = now;
    m_budgetUsed = 0;
  }
  return m_budgetUsed++ < kBudget;
}

void RtpConsumer::retransmit(std::uint16_t sequence, TimePoint now) {
  if (m_generation != m_producer->generation()) return;
  Sent& sent = m_history[sequence % kHistory];
  const auto number = m_rewriter.source(sequence);
  if (!number || sent.sequence != sequence) return;
  const Duration half = m_report.roundTrip.value_or(Duration::zero()) / 2;
  // Asked twice within a round trip: the answer is on its way.
  if (now - sent.last < std::clamp(half, kLeastGuard, kMostGuard)) return;
  const rtp::MediaPacket* packet = m_producer->find(*number);
  if (packet == nullptr || !mayRetransmit(now)) return;
  const auto output = m_rewriter.map(*packet);
  if (!output || !send(*packet, *output, sent)) return;
  sent.last = now;
  ++m_counters.retransmitted;
}

void RtpConsumer::onKeyframeRequest(bool isFir) {
  ++(isFir ? m_counters.firs : m_counters.plis);
  if (m_producer) m_producer->requestKeyframe();
}

void RtpConsumer::onReport(const rtp::ReportBlock& block, TimePoint now) {
  m_report.packetsLost = static_cast<std::uint32_t>(std::max(0, block.cumulativeLost));
  m_report.fractionLost = block.fractionLost / 256.0;
  if (m_clockRate > 0) m_report.jitter = static_cast<double>(block.jitter) / m_clockRate;
  if (block.lastSenderReport == 0) return;
  const std::uint64_t ntp =
      rtp::toNtp(now.time_since_epoch() + m_environment.wallClockOffset + rtp::kNtpEpochOffset);
  const auto since = static_cast<std::int32_t>(static_cast<std::uint32_t>(ntp >> 16U) -
                                               block.lastSenderReport - block.delaySinceLast);
  // A peer that errs or lies must not make the round trip negative or endless.
  if (since >= 0 && since < 10 * 65536)
    m_report.roundTrip = Duration(std::int64_t{since} * 1'000'000'000 / 65536);
}

std::uint32_t RtpConsumer::timestampAt(TimePoint now) const {
  const auto capture = m_producer ? m_producer->capture(m_lastSourceTimestamp) : std::nullopt;
  const Duration age = now - (capture && m_rewriter.active() ? *capture : m_lastReceived);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(age).count();
  return m_lastTimestamp + static_cast<std::uint32_t>(microseconds * m_clockRate / 1'000'000);
}

bool RtpConsumer::addSenderReport(rtp::RtcpWriter& writer, TimePoint now,
                                  std::span<const rtp::ReportBlock> blocks) const {
  if (!active() || now - m_lastReceived > kSilent) return false;
  rtp::SenderInfo info;
  info.ssrc = m_ssrc;
  info.ntp =
      rtp::toNtp(now.time_since_epoch() + m_environment.wallClockOffset + rtp::kNtpEpochOffset);
  info.rtpTime = timestampAt(now);
  info.packets = static_cast<std::uint32_t>(m_counters.packets);
  info.octets = static_cast<std::uint32_t>(m_counters.bytes);
  return writer.addSenderReport(info, blocks);
}

}  // namespace kms::router
