#include <kms/congestion/probe.hpp>

#include <algorithm>

namespace kms::congestion {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr unsigned kLeastPackets = 4;
/// Of a burst's bytes, what must arrive.
constexpr double kEnough = 0.8;
constexpr Duration kLongest = seconds(1);
/// Arriving faster than it was sent is a measurement error beyond this.
constexpr double kMostRatio = 2;
/// Below this share of the sent rate the way is full: what arrived is its width.
constexpr double kFullWay = 0.9;
constexpr double kUsable = 0.95;

constexpr double kMostStep = 3;  // times the estimate
constexpr double kPassed = 0.7;  // of what was asked for
constexpr Duration kBurst = milliseconds(20);
constexpr std::uint32_t kLeastBytes = 6000;
constexpr Duration kResultTime = seconds(1);
constexpr Duration kInterval = seconds(1);
constexpr Duration kLongestInterval = seconds(16);
constexpr Duration kAfterOveruse = seconds(3);

std::uint64_t rate(std::uint64_t bytes, Duration time) noexcept {
  return bytes * 8'000'000 /
         static_cast<std::uint64_t>(std::max<std::int64_t>(time / std::chrono::microseconds(1), 1));
}

}  // namespace

void ProbeMeasure::begin(const ProbePlan& plan) noexcept {
  *this = ProbeMeasure();
  m_plan = plan;
  m_done = false;
}

std::optional<std::uint64_t> ProbeMeasure::add(std::uint16_t id, std::size_t bytes, Duration sent,
                                               Duration arrived) noexcept {
  if (m_done || id != m_plan.id) return std::nullopt;
  if (m_packets == 0 || sent < m_firstSent) m_firstSent = sent;
  if (m_packets == 0 || arrived < m_firstArrival) {
    m_firstArrival = arrived;
    m_firstSize = bytes;
  }
  if (m_packets == 0 || sent >= m_lastSent) {
    m_lastSent = sent;
    m_lastSize = bytes;
  }
  m_lastArrival = m_packets == 0 ? arrived : std::max(m_lastArrival, arrived);
  ++m_packets;
  m_bytes += bytes;
  const bool enough =
      m_packets >= kLeastPackets && static_cast<double>(m_bytes) >= kEnough * m_plan.bytes;
  if (!enough) return std::nullopt;
  m_done = true;
  return result();
}

std::optional<std::uint64_t> ProbeMeasure::result() const noexcept {
  const Duration sending = m_lastSent - m_firstSent;
  const Duration arriving = m_lastArrival - m_firstArrival;
  if (sending <= Duration::zero() || sending > kLongest || arriving > kLongest) return std::nullopt;
  // The last one sent takes no time of the interval, nor does the first one that arrived.
  const std::uint64_t sent = rate(m_bytes - m_lastSize, sending);
  const std::uint64_t arrived = rate(m_bytes - m_firstSize, std::max(arriving, sending / 2));
  if (static_cast<double>(arrived) > kMostRatio * static_cast<double>(sent)) return std::nullopt;
  if (static_cast<double>(arrived) < kFullWay * static_cast<double>(sent))
    return static_cast<std::uint64_t>(kUsable * static_cast<double>(arrived));
  return std::min(sent, arrived);
}

std::optional<ProbePlan> ProbeSchedule::poll(std::uint64_t estimate, std::uint64_t wanted,
                                             TimePoint now) noexcept {
  if (m_asked != 0 && now - m_askedAt >= kResultTime) failed(now);
  if (m_asked != 0 || estimate >= wanted || (m_next && now < *m_next)) return std::nullopt;
  m_asked = std::min(wanted, static_cast<std::uint64_t>(kMostStep * static_cast<double>(estimate)));
  m_askedAt = now;
  if (++m_id == 0) ++m_id;
  const std::uint64_t bytes =
      m_asked / 8 * static_cast<std::uint64_t>(kBurst / milliseconds(1)) / 1000;
  return ProbePlan{m_id, m_asked, std::max(static_cast<std::uint32_t>(bytes), kLeastBytes)};
}

void ProbeSchedule::onResult(std::uint64_t bitrate, TimePoint now) noexcept {
  if (m_asked == 0) return;
  if (static_cast<double>(bitrate) < kPassed * static_cast<double>(m_asked)) return failed(now);
  m_asked = 0;
  m_interval = kInterval;
  m_next.reset();  // there may be room for more
}

void ProbeSchedule::onOveruse(TimePoint now) noexcept {
  m_asked = 0;
  m_next = std::max(m_next.value_or(now), now + kAfterOveruse);
}

void ProbeSchedule::failed(TimePoint now) noexcept {
  m_asked = 0;
  m_next = std::max(m_next.value_or(now), now + m_interval);
  m_interval = std::min(2 * m_interval, kLongestInterval);
}

}  // namespace kms::congestion
