#include <kms/congestion/send-estimator.hpp>

#include <algorithm>
#include <utility>

namespace kms::congestion {

namespace {

/// The reference time of a feedback packet: 24 bits of 64 ms.
constexpr Duration kArrivalRange = std::chrono::milliseconds(std::int64_t{64} << 24);
/// Arrivals fewer than these say little of the rate.
constexpr std::uint64_t kLeastAcknowledged = 5'000;
/// In us: what was sent longer ago is not told of any more.
constexpr std::int64_t kAwaited = 2'000'000;

std::int64_t microseconds(TimePoint time) noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

void SendEstimator::onSent(std::uint16_t sequence, std::size_t bytes, TimePoint now,
                           std::uint16_t probe) {
  if (m_history.empty()) m_history.resize(kLeastHistory);
  const std::int64_t at = microseconds(now);
  const Sent& before = place(sequence);
  // Its feedback may come yet.
  if (before.bytes > 0 && at - before.at < kAwaited && m_history.size() < kMostHistory)
    growHistory();
  place(sequence) = {at, sequence, static_cast<std::uint16_t>(bytes), probe, false};
}

void SendEstimator::growHistory() {
  const auto before = std::exchange(m_history, std::vector<Sent>(m_history.size() * 2));
  for (const Sent& sent : before) {
    if (sent.bytes > 0) place(sent.sequence) = sent;
  }
}

bool SendEstimator::onFeedback(rtp::FeedbackReader& reader, TimePoint now) {
  m_told = 0;
  m_lost = 0;
  m_overused = false;
  m_probed.reset();
  m_nearest.reset();
  while (const auto status = reader.next()) onStatus(*status, now);
  if (m_told > 0) {
    m_hasFeedback = true;
    update(now);
  }
  return !reader.malformed();
}

void SendEstimator::onStatus(const rtp::PacketStatus& status, TimePoint now) {
  if (m_history.empty()) return;
  Sent& sent = place(status.sequence);
  if (sent.sequence != status.sequence || sent.bytes == 0) return;
  if (!status.received) {
    if (!std::exchange(sent.lost, true)) {
      ++m_lost;
      ++m_told;
    }
    return;
  }
  if (sent.lost) {
    --m_lost;
  } else {
    ++m_told;
  }
  onArrival(sent, unwrap(status.arrival), now);
  sent.bytes = 0;
}

Duration SendEstimator::unwrap(Duration arrival) noexcept {
  if (m_lastArrival) {
    const std::int64_t turns = (*m_lastArrival - arrival + kArrivalRange / 2) / kArrivalRange;
    arrival += turns * kArrivalRange;
  }
  if (!m_lastArrival || arrival > *m_lastArrival) m_lastArrival = arrival;
  return arrival;
}

void SendEstimator::onArrival(const Sent& sent, Duration arrival, TimePoint now) {
  const Duration departure = std::chrono::microseconds(sent.at);
  const Duration roundTrip = now.time_since_epoch() - departure;
  m_nearest = std::min(m_nearest.value_or(roundTrip), roundTrip);
  m_acknowledged.add(sent.bytes, TimePoint(arrival));
  if (const auto passed = m_probe.add(sent.probe, sent.bytes, departure, arrival))
    m_probed = passed;
  const auto delta = m_groups.add(departure, arrival);
  if (!delta) return;
  const double slope = m_trend.update(*delta);
  const Usage usage = m_detector.update(slope, m_trend.trust(), delta->send, delta->at);
  m_overused = m_overused || usage == Usage::kOver;
}

void SendEstimator::update(TimePoint now) {
  if (m_nearest) m_roundTrip = (m_roundTrip * 7 + *m_nearest) / 8;
  if (m_lastArrival) m_acknowledgedRate = m_acknowledged.bitrate(TimePoint(*m_lastArrival));
  const Usage usage = m_overused ? Usage::kOver : m_detector.usage();
  const auto acknowledged =
      m_acknowledgedRate >= kLeastAcknowledged ? std::optional(m_acknowledgedRate) : std::nullopt;
  const std::uint64_t before = m_delay.bitrate();
  m_loss.add(m_told, m_lost, bitrate().value_or(kStartBitrate), m_roundTrip, now);
  if (usage == Usage::kOver) {
    if (m_delay.update(usage, acknowledged, m_roundTrip, now) < before) m_schedule.onOveruse(now);
    return;
  }
  if (m_probed) {
    m_schedule.onResult(*m_probed, now);
    if (*m_probed > before) return m_delay.set(*m_probed, now);
  }
  m_delay.update(usage, acknowledged, m_roundTrip, now);
}

void SendEstimator::onReceiverReport(double fractionLost, std::uint32_t packets, Duration roundTrip,
                                     TimePoint now) {
  if (m_hasFeedback || packets == 0) return;
  m_hasReport = true;
  m_loss.add(packets, static_cast<std::int64_t>(fractionLost * packets),
             bitrate().value_or(kStartBitrate), roundTrip, now);
}

std::optional<std::uint64_t> SendEstimator::bitrate() const noexcept {
  std::optional<std::uint64_t> least = m_remb;
  if (m_hasFeedback) {
    const std::uint64_t own = std::min(m_delay.bitrate(), m_loss.bitrate());
    least = least ? std::min(*least, own) : own;
  } else if (m_hasReport && m_remb) {
    least = std::min(*m_remb, m_loss.bitrate());
  }
  return least;
}

bool SendEstimator::isLimit() const noexcept {
  return m_remb || m_delay.knowsCapacity() || m_loss.bitrate() < m_delay.bitrate();
}

std::optional<ProbePlan> SendEstimator::pollProbe(std::uint64_t wanted, TimePoint now) {
  const auto estimate = bitrate();
  if (!m_hasFeedback || !estimate || usage() != Usage::kNormal) return std::nullopt;
  const auto plan = m_schedule.poll(*estimate, wanted, now);
  if (plan) m_probe.begin(*plan);
  return plan;
}

}  // namespace kms::congestion
