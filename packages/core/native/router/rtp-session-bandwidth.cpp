// How much an RtpSession sends to its peer, and asks its peer to send.
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace kms::router {

using media::Medium;

namespace {

constexpr Duration kProbeStep = std::chrono::milliseconds(2);
/// Takes back a limit that was announced.
constexpr std::uint64_t kNoLimit = 100'000'000;

std::uint64_t limited(std::uint64_t value, std::uint64_t limit) noexcept {
  return limit == 0 ? value : std::min(value, limit);
}

}  // namespace

void RtpSession::setBandwidth(const BandwidthLimits& limits) {
  m_limits = limits;
  m_rembEstimator.setParams(limits.remb);
  updateBudget(m_environment.clock.now());
}

std::uint16_t RtpSession::numberPacket(std::size_t bytes, TimePoint now) {
  m_estimator.onSent(m_transportSequence, bytes, now, m_probeLeft > 0 ? m_probe.id : 0);
  return m_transportSequence++;
}

void RtpSession::updateBudget(TimePoint now) {
  if (m_closed) return;
  const Stream& video = stream(Medium::kVideo);
  const std::uint64_t most =
      limited(m_limits.maxSend == 0 ? kNoLimit : m_limits.maxSend, video.parameters.bandwidth);
  std::optional<std::uint64_t> budget;
  if (most != kNoLimit) budget = most;
  if (const auto estimate = m_estimator.bitrate()) {
    const std::uint64_t audio = stream(Medium::kAudio).consumer->bitrate(now);
    const std::uint64_t rest = *estimate > audio + congestion::kLeastBitrate
                                   ? *estimate - audio
                                   : congestion::kLeastBitrate;
    budget = std::clamp(rest, std::min(m_limits.minSend, most), most);
    video.consumer->setEstimate(rest);
    // A source that is still growing is not held back by how far it has come.
    const std::uint64_t room = m_estimator.isLimit() ? rest : most;
    video.consumer->setHint(
        m_hint.update(room, m_limits.remb.rembOnConnect, m_limits.minSend, most));
  }
  video.consumer->setBudget(budget, now);
  startProbe(now);
}

/// Media that could be better may find out whether there is room for it.
void RtpSession::startProbe(TimePoint now) {
  const RtpConsumer& video = *stream(Medium::kVideo).consumer;
  if (m_probeLeft > 0 || !video.hasRtx() || !m_estimator.hasFeedback()) return;
  const std::uint64_t wanted = video.wanted(now);
  const std::uint64_t most = limited(m_limits.maxSend == 0 ? kNoLimit : m_limits.maxSend,
                                     stream(Medium::kVideo).parameters.bandwidth);
  if (wanted == 0 || wanted > most) return;
  const std::uint64_t audio = stream(Medium::kAudio).consumer->bitrate(now);
  const auto plan = m_estimator.pollProbe(wanted + audio, now);
  if (!plan) return;
  m_probe = *plan;
  m_probeLeft = plan->bytes;
  m_probeSince = now;
  m_probeTimer.start(now);
}

void RtpSession::sendProbes() {
  const TimePoint now = m_environment.clock.now();
  RtpConsumer& video = *stream(Medium::kVideo).consumer;
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - m_probeSince);
  const auto due = static_cast<std::int64_t>(m_probe.bitrate / 8) * elapsed.count() / 1'000'000;
  while (m_probeLeft > 0 && std::int64_t{m_probe.bytes} - m_probeLeft <= due) {
    const std::size_t sent = video.sendProbe(now);
    m_probeLeft = sent == 0 ? 0 : m_probeLeft - static_cast<std::int64_t>(sent);
  }
  if (m_probeLeft > 0) m_probeTimer.start(now + kProbeStep);
}

congestion::ReceivedInterval RtpSession::receivedSince(const Stream& video, TimePoint now) {
  std::uint64_t packets = 0;
  std::int64_t lost = 0;
  congestion::ReceivedInterval interval;
  for (const Encoding& each : video.encodings) {
    packets += each.producer->statistics().packets();
    lost += each.producer->statistics().lost();
    interval.bitrate += each.producer->encodingRate(now).whole();
  }
  // A source that began anew counts from zero.
  const std::uint64_t came = packets >= m_received ? packets - m_received : packets;
  const std::int64_t missing = std::max<std::int64_t>(lost - m_lost, 0);
  const std::uint64_t expected = came + static_cast<std::uint64_t>(missing);
  interval.packets = static_cast<std::uint32_t>(came);
  if (expected > 0) {
    interval.fractionLost = static_cast<std::uint8_t>(
        std::min<std::uint64_t>(static_cast<std::uint64_t>(missing) * 256 / expected, UINT8_MAX));
  }
  m_received = packets;
  m_lost = lost;
  return interval;
}

/// A peer that has transport-wide feedback knows better than we what the way can carry: it is told
/// of limits only.
std::optional<std::uint64_t> RtpSession::rembToSend(const Stream& video, TimePoint now) {
  const std::uint64_t viewers = video.encodings.size() == 1 ? video.producer().bitrateHint() : 0;
  if (!video.transportCc) {
    return m_rembEstimator.update(receivedSince(video, now),
                                  {m_limits.minReceive, m_limits.maxReceive, viewers});
  }
  const std::uint64_t most = limited(viewers == 0 ? kNoLimit : viewers, m_limits.maxReceive);
  const std::uint64_t limit = std::max({most, m_limits.minReceive, congestion::kLeastBitrate});
  if (limit >= kNoLimit && !m_rembSent) return std::nullopt;
  return limit;
}

void RtpSession::sendRemb(TimePoint now) {
  const Stream& video = stream(Medium::kVideo);
  const bool wanted =
      video.receives() && std::ranges::any_of(video.parameters.codecs, &CodecParameters::remb);
  if (!wanted || !writable()) return;
  std::array<std::uint32_t, kMostEncodings> ssrcs;
  std::size_t count = 0;
  for (const Encoding& each : video.encodings) {
    if (const auto ssrc = each.producer->ssrc()) ssrcs[count++] = *ssrc;
  }
  const auto bitrate = count > 0 ? rembToSend(video, now) : std::nullopt;
  if (!bitrate) return;
  rtp::RtcpWriter writer;
  beginFeedback(writer, video);
  writer.addRemb(video.consumer->ssrc(), *bitrate, std::span(ssrcs).first(count));
  m_rembSent = true;
  sendRtcp(writer);
}

}  // namespace kms::router
