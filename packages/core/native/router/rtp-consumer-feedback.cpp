// What an RtpConsumer does about a viewer's feedback: retransmissions, keyframes, reports; and
// probes, which are retransmissions too.
#include <kms/router/rtp-consumer.hpp>
#include <kms/rtp/rtx.hpp>
#include <kms/rtp/send-time.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kLeastGuard = milliseconds(10);
constexpr Duration kMostGuard = milliseconds(250);
/// A sender that has been silent for so long is no sender (RFC 3550 6.4: two report intervals,
/// generously).
constexpr Duration kSilent = std::chrono::seconds(5);
/// Retransmissions a viewer may cause per window: without a bound, NACKs would make us an
/// amplifier.
constexpr Duration kBudgetWindow = milliseconds(100);
constexpr unsigned kBudget = 300;
/// Of the last packets, as many are repeated as probes.
constexpr std::uint16_t kProbeDepth = 32;

}  // namespace

void RtpConsumer::onNack(const rtp::RtcpPacket& nack, TimePoint now) {
  ++m_counters.nacks;
  if (!m_producer || !m_outlet.writable()) return;
  rtp::forEachNacked(nack, [&](std::uint16_t sequence) { retransmit(sequence, now); });
}

/// Where retransmissions do not help, or are not possible any more, a keyframe does. `sent`: null
/// when that number is forgotten.
void RtpConsumer::noteAsked(std::uint16_t sequence, SentPacket* sent, TimePoint now) {
  if (m_medium != media::Medium::kVideo || !m_rewriter.covers(sequence)) return;
  const Duration roundTrip = m_report.roundTrip.value_or(Duration::zero());
  // What its source lost may still come from there.
  const bool isForgotten = sent == nullptr && m_history.hasForgotten(sequence);
  const bool isHopeless =
      sent ? m_repairs.onAsked(*sent, roundTrip, now) : isForgotten && m_repairs.isNeeded(sequence);
  if (isHopeless) wishKeyframe(*m_producer, now);
}

/// A way that is too narrow for the media is too narrow for all that gets lost on it, at once.
bool RtpConsumer::mayRetransmit(std::size_t bytes, TimePoint now) {
  if (now - m_budgetSince >= kBudgetWindow) {
    m_budgetSince = now;
    m_budgetUsed = 0;
    m_budgetBytes = 0;
  }
  const std::uint64_t perWindow =
      congestion::pacingRate(m_estimate, 0) / 8 * kBudgetWindow.count() / Duration::period::den;
  const bool fits = m_estimate == 0 || m_budgetBytes <= perWindow;
  if (!fits || m_budgetUsed >= kBudget) return false;
  ++m_budgetUsed;
  m_budgetBytes += bytes;
  m_repairRate.add(bytes, now);
  m_pacer.charge(bytes, now);
  return true;
}

const rtp::MediaPacket* RtpConsumer::packetOf(const SentPacket& sent) const {
  if (!m_producer || m_generation != m_producer->generation()) return nullptr;
  if (sent.source < 0 || !m_rewriter.covers(static_cast<std::uint16_t>(sent.sequence)))
    return nullptr;
  return m_producer->find(sent.source);
}

void RtpConsumer::retransmit(std::uint16_t sequence, TimePoint now) {
  SentPacket* sent = m_history.find(sequence);
  noteAsked(sequence, sent, now);
  if (sent == nullptr) return;
  const Duration half = m_report.roundTrip.value_or(Duration::zero()) / 2;
  // Asked twice within a round trip: the answer is on its way.
  if (now - sent->last < std::clamp(half, kLeastGuard, kMostGuard)) return;
  const rtp::MediaPacket* packet = packetOf(*sent);
  if (packet == nullptr || !mayRetransmit(packet->payloadSize, now)) return;
  if (!(hasRtx() ? sendRtx(*packet, *sent, now) : send(*packet, *sent, now))) return;
  sent->last = now;
  ++m_counters.retransmitted;
  m_counters.retransmittedBytes += packet->payloadSize;
}

bool RtpConsumer::sendRtx(const rtp::MediaPacket& packet, const SentPacket& sent, TimePoint now) {
  Rewritten content;
  rewrite(packet, sent.skippedPictures, content);
  std::array<std::uint8_t, rtp::kRtxOverhead + sizeof(Rewritten::room)> prefix;
  const auto original =
      rtp::wrapRtx(static_cast<std::uint16_t>(sent.sequence), content.prefix, prefix);
  PacketHeader header = headerOf(packet, sent);
  header.header.payloadType = m_rtxPayloadType;
  header.header.ssrc = m_ssrcs.rtx;
  header.header.sequence = m_rtxSequence++;
  const std::size_t bytes = m_header.size() + original.size() + content.payload.size();
  if (m_header.hasTransportSequence()) header.transportSequence = m_outlet.numberPacket(bytes, now);
  if (m_header.hasAbsoluteSendTime()) header.absoluteSendTime = rtp::absoluteSendTime(now);
  return m_outlet.sendRtp({m_header.fill(header), original, content.payload});
}

std::size_t RtpConsumer::sendProbe(TimePoint now) {
  if (!hasRtx() || !m_outlet.writable()) return 0;
  for (std::uint16_t tries = 0; tries < kProbeDepth; ++tries) {
    const auto sequence =
        static_cast<std::uint16_t>(m_lastSequence - m_probeSequence++ % kProbeDepth);
    const SentPacket* sent = m_history.find(sequence);
    const rtp::MediaPacket* packet = sent == nullptr ? nullptr : packetOf(*sent);
    if (packet == nullptr) continue;
    if (!sendRtx(*packet, *sent, now)) return 0;
    ++m_counters.probes;
    return packet->payloadSize;
  }
  return 0;
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
  info.ssrc = m_ssrcs.media;
  info.ntp =
      rtp::toNtp(now.time_since_epoch() + m_environment.wallClockOffset + rtp::kNtpEpochOffset);
  info.rtpTime = timestampAt(now);
  info.packets = static_cast<std::uint32_t>(m_counters.packets);
  info.octets = static_cast<std::uint32_t>(m_counters.bytes);
  return writer.addSenderReport(info, blocks);
}

}  // namespace kms::router
