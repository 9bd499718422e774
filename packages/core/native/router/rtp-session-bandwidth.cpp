// How much an RtpSession sends to its peer, and asks its peer to send.
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

#include <algorithm>
#include <array>

namespace kms::router {

namespace {

constexpr Duration kProbeStep = std::chrono::milliseconds(2);
/// Takes back a limit that was announced.
constexpr std::uint64_t kNoLimit = 100'000'000;
/// More are not listed in one message.
constexpr std::size_t kMostRembSsrcs = 64;

std::uint64_t limited(std::uint64_t value, std::uint64_t limit) noexcept {
  return limit == 0 ? value : std::min(value, limit);
}

}  // namespace

void RtpSession::setBandwidth(const BandwidthLimits& limits) {
  m_limits = limits;
  m_rembEstimator.setParams(limits.remb);
  updateBudget(m_environment.clock.now());
}

BandwidthStats RtpSession::bandwidthStats() const {
  return {m_estimator.bitrate().value_or(0), m_rembSent < kNoLimit ? m_rembSent : 0};
}

std::uint64_t RtpSession::videoRoom() const noexcept {
  std::uint64_t least = kNoLimit;
  for (const Stream& each : m_streams) {
    const std::uint64_t hint = each.isVideo() ? each.consumer->bitrateHint() : 0;
    if (hint != 0) least = std::min(least, hint);
  }
  return least == kNoLimit ? 0 : least;
}

std::uint16_t RtpSession::numberPacket(std::size_t bytes, TimePoint now) {
  m_estimator.onSent(m_transportSequence, bytes, now, m_probeLeft > 0 ? m_probe.id : 0);
  return m_transportSequence++;
}

void RtpSession::updateBudget(TimePoint now) {
  if (m_closed) return;
  std::optional<std::uint64_t> share;
  if (const auto estimate = m_estimator.bitrate()) {
    const std::uint64_t audio = audioBitrate(now);
    const std::uint64_t rest = *estimate > audio ? *estimate - audio : 0;
    share = std::max(videoShare(rest, now), congestion::kLeastBitrate);
  }
  for (Stream& each : m_streams) {
    if (each.isVideo()) limitVideo(each, share, now);
  }
  startProbe(now);
}

/// `share`: what it may have of the estimate, where there is one.
void RtpSession::limitVideo(Stream& video, std::optional<std::uint64_t> share, TimePoint now) {
  const std::uint64_t most = mostToSend(video);
  std::optional<std::uint64_t> budget;
  if (most != kNoLimit) budget = most;
  if (share) {
    budget = std::clamp(*share, std::min(m_limits.minSend, most), most);
    video.consumer->setEstimate(*share);
    // A source that is still growing is not held back by how far it has come.
    const std::uint64_t room = m_estimator.isLimit() ? *share : most;
    video.consumer->setHint(
        video.hint.update(room, m_limits.remb.rembOnConnect, m_limits.minSend, most));
  }
  video.consumer->setBudget(budget, now);
}

std::uint64_t RtpSession::mostToSend(const Stream& video) const noexcept {
  return limited(m_limits.maxSend == 0 ? kNoLimit : m_limits.maxSend, video.parameters.bandwidth);
}

std::uint64_t RtpSession::audioBitrate(TimePoint now) {
  std::uint64_t sum = 0;
  for (const Stream& each : m_streams) sum += each.isVideo() ? 0 : each.consumer->bitrate(now);
  return sum;
}

/// What each video that is sent may have of `sum`: an even share, and what some have no use for
/// goes to those that want more.
std::uint64_t RtpSession::videoShare(std::uint64_t sum, TimePoint now) {
  std::array<std::uint64_t, kMostStreams> room;
  std::size_t count = 0;
  for (const Stream& each : m_streams) {
    const std::uint64_t most = each.isVideo() ? each.consumer->most(now) : 0;
    if (most > 0) room[count++] = std::min(most, mostToSend(each));
  }
  const auto wanted = std::span(room).first(count);
  std::ranges::sort(wanted);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t even = sum / (count - i);
    if (wanted[i] > even) return even;
    sum -= wanted[i];
  }
  // There is enough for all; each may grow by as much as the others.
  return count == 0 ? sum : wanted.back() + sum / count;
}

RtpConsumer* RtpSession::wishingVideo(TimePoint now) {
  for (const Stream& each : m_streams) {
    if (!each.isVideo() || !each.consumer->hasRtx()) continue;
    const std::uint64_t wanted = each.consumer->wanted(now);
    if (wanted != 0 && wanted <= mostToSend(each)) return each.consumer.get();
  }
  return nullptr;
}

/// Media that could be better may find out whether there is room for it.
void RtpSession::startProbe(TimePoint now) {
  if (m_probeLeft > 0 || !m_estimator.hasFeedback()) return;
  RtpConsumer* video = wishingVideo(now);
  if (video == nullptr) return;
  std::uint64_t wanted = video->wanted(now);
  for (const Stream& each : m_streams) {
    if (each.consumer.get() != video) wanted += each.consumer->bitrate(now);
  }
  const auto plan = m_estimator.pollProbe(wanted, now);
  if (!plan) return;
  m_probe = *plan;
  m_prober = video;
  m_probeLeft = plan->bytes;
  m_probeSince = now;
  m_probeTimer.start(now);
}

void RtpSession::sendProbes() {
  const TimePoint now = m_environment.clock.now();
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - m_probeSince);
  const auto due = static_cast<std::int64_t>(m_probe.bitrate / 8) * elapsed.count() / 1'000'000;
  while (m_probeLeft > 0 && std::int64_t{m_probe.bytes} - m_probeLeft <= due) {
    const std::size_t sent = m_prober->sendProbe(now);
    m_probeLeft = sent == 0 ? 0 : m_probeLeft - static_cast<std::int64_t>(sent);
  }
  if (m_probeLeft > 0) m_probeTimer.start(now + kProbeStep);
}

congestion::ReceivedInterval RtpSession::receivedSince(TimePoint now) {
  std::uint64_t packets = 0;
  std::int64_t lost = 0;
  congestion::ReceivedInterval interval;
  for (const Stream& video : m_streams) {
    if (!video.isVideo()) continue;
    for (const Encoding& each : video.encodings) {
      packets += each.producer->statistics().packets();
      lost += each.producer->statistics().lost();
      interval.bitrate += each.producer->encodingRate(now).whole();
    }
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

/// What viewers ask of all that comes, 0: they ask for nothing. Viewers of simulcast choose among
/// encodings, and those of one video do not speak for another.
std::uint64_t RtpSession::viewersHint() const {
  std::uint64_t sum = 0;
  for (const Stream& each : m_streams) {
    if (!each.isVideo() || !each.receives() || !each.producer().ssrc()) continue;
    const std::uint64_t hint = each.encodings.size() == 1 ? each.producer().bitrateHint() : 0;
    if (hint == 0) return 0;
    sum += hint;
  }
  return sum;
}

/// A peer that has transport-wide feedback knows better than we what the way can carry: it is told
/// of limits only.
std::optional<std::uint64_t> RtpSession::rembToSend(bool transportCc, TimePoint now) {
  const std::uint64_t viewers = viewersHint();
  if (!transportCc) {
    return m_rembEstimator.update(receivedSince(now),
                                  {m_limits.minReceive, m_limits.maxReceive, viewers});
  }
  const std::uint64_t most = limited(viewers == 0 ? kNoLimit : viewers, m_limits.maxReceive);
  const std::uint64_t limit = std::max({most, m_limits.minReceive, congestion::kLeastBitrate});
  if (limit >= kNoLimit && m_rembSent == 0) return std::nullopt;
  return limit;
}

/// One for all video that comes: it shares the way here.
void RtpSession::sendRemb(TimePoint now) {
  std::array<std::uint32_t, kMostRembSsrcs> ssrcs;
  std::size_t count = 0;
  const Stream* sender = nullptr;
  for (const Stream& each : m_streams) {
    const bool wanted = each.isVideo() && each.receives() &&
                        std::ranges::any_of(each.parameters.codecs, &CodecParameters::remb);
    if (!wanted) continue;
    for (const Encoding& one : each.encodings) {
      const auto ssrc = one.producer->ssrc();
      if (!ssrc || count == ssrcs.size()) continue;
      ssrcs[count++] = *ssrc;
      if (sender == nullptr) sender = &each;
    }
  }
  if (sender == nullptr || !writable()) return;
  const auto bitrate = rembToSend(sender->transportCc, now);
  if (!bitrate) return;
  rtp::RtcpWriter writer;
  beginFeedback(writer, *sender);
  writer.addRemb(sender->consumer->ssrc(), *bitrate, std::span(ssrcs).first(count));
  m_rembSent = *bitrate;
  sendRtcp(writer);
}

}  // namespace kms::router
