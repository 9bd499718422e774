#include <kms/rtp/timeline.hpp>

#include <algorithm>
#include <utility>

namespace kms::rtp {

namespace {

constexpr Duration kBucket = std::chrono::seconds(15);
/// A change beyond this is no delay but another time base.
constexpr Duration kMaxDelay = std::chrono::seconds(5);
/// Timestamps that are further apart have no common base.
constexpr Duration kMaxStep = std::chrono::minutes(1);
constexpr Duration kMaxMedia = std::chrono::hours(24 * 365);
constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

Duration fromNtp(std::uint64_t ntp) noexcept {
  const auto seconds = static_cast<std::int64_t>(ntp >> 32U);
  const auto fraction = static_cast<std::int64_t>(((ntp & 0xFFFFFFFFU) * kSecond) >> 32U);
  return Duration(seconds * kSecond + fraction);
}

std::uint64_t toNtp(Duration sinceNtpEpoch) noexcept {
  const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(0, sinceNtpEpoch.count()));
  const std::uint64_t seconds = total / kSecond;
  // Rounded up, so that going there and back does not lose a nanosecond.
  const std::uint64_t fraction = (((total % kSecond) << 32U) + kSecond - 1) / kSecond;
  return ((seconds & 0xFFFFFFFFU) << 32U) + fraction;
}

void MinimumFilter::add(Duration offset, TimePoint now) noexcept {
  const auto known = value();
  if (known && offset - *known > kMaxDelay) reset();
  if (!m_current || now - m_since > kBucket) {
    m_previous = m_current;
    m_current = offset;
    m_since = now;
    return;
  }
  m_current = std::min(*m_current, offset);
}

std::optional<Duration> MinimumFilter::value() const noexcept {
  if (m_current && m_previous) return std::min(*m_current, *m_previous);
  return m_current;
}

void SenderClock::onSenderReport(std::uint64_t ntp, TimePoint arrival) noexcept {
  m_offset.add(arrival.time_since_epoch() - fromNtp(ntp), arrival);
}

std::optional<TimePoint> SenderClock::toMonotonic(Duration ntp) const noexcept {
  const auto offset = m_offset.value();
  if (!offset) return std::nullopt;
  return TimePoint(ntp + *offset);
}

Timeline::Timeline(std::uint32_t clockRate, std::shared_ptr<SenderClock> clock) noexcept
    : m_clockRate(std::max(clockRate, 1U)), m_clock(std::move(clock)) {}

Duration Timeline::since(std::uint32_t from, std::uint32_t to) const noexcept {
  const auto step = static_cast<std::int64_t>(static_cast<std::int32_t>(to - from));
  return Duration(step * kSecond / m_clockRate);
}

void Timeline::onPacket(std::uint32_t timestamp, TimePoint arrival) noexcept {
  const Duration step = m_arrival ? since(m_arrival->timestamp, timestamp) : Duration::zero();
  const bool jumped = std::chrono::abs(step) > kMaxStep;
  // Started afresh also before the sum of many steps could overflow.
  const bool fresh = !m_arrival || jumped || std::chrono::abs(m_arrival->time) > kMaxMedia;
  if (fresh) m_arrivalOffset.reset();
  const Duration media = fresh ? Duration::zero() : m_arrival->time + step;
  m_arrival = Anchor{timestamp, media};
  m_arrivalOffset.add(arrival.time_since_epoch() - media, arrival);
}

void Timeline::onSenderReport(std::uint64_t ntp, std::uint32_t timestamp,
                              TimePoint arrival) noexcept {
  m_clock->onSenderReport(ntp, arrival);
  m_report = Anchor{timestamp, fromNtp(ntp)};
}

void Timeline::setReference(std::uint32_t timestamp, TimePoint capture) noexcept {
  m_reference = Anchor{timestamp, capture.time_since_epoch()};
}

std::optional<TimePoint> Timeline::byArrival(std::uint32_t timestamp) const noexcept {
  const auto offset = m_arrivalOffset.value();
  if (!m_arrival || !offset) return std::nullopt;
  return TimePoint(m_arrival->time + since(m_arrival->timestamp, timestamp) + *offset);
}

std::optional<TimePoint> Timeline::byReport(std::uint32_t timestamp) const noexcept {
  if (!m_report) return std::nullopt;
  return m_clock->toMonotonic(m_report->time + since(m_report->timestamp, timestamp));
}

std::optional<TimePoint> Timeline::capture(std::uint32_t timestamp) const noexcept {
  if (m_reference) {
    return TimePoint(m_reference->time + since(m_reference->timestamp, timestamp));
  }
  const auto arrival = byArrival(timestamp);
  const auto report = byReport(timestamp);
  if (!report) return arrival;
  // A sender report that is far off (nonsense, or of before a restart) must not set the timeline.
  if (arrival && (*report - *arrival > kMaxDelay || *arrival - *report > kMaxDelay)) return arrival;
  return report;
}

}  // namespace kms::rtp
