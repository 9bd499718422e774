#include <kms/congestion/rate-control.hpp>

#include <algorithm>
#include <cmath>

namespace kms::congestion {

using std::chrono::milliseconds;

namespace {

constexpr double kBackOff = 0.85;
constexpr double kGrowth = 1.08;  // a second
constexpr double kLeastStep = 1000;
/// The estimate may not outgrow what is really sent (draft, 5.5).
constexpr double kMostOverAcknowledged = 1.5;
constexpr double kHeadroom = 10'000;
constexpr double kFramesPerSecond = 30;
constexpr double kPacketBits = 1200 * 8;
constexpr double kLeastAdditive = 4000;  // bit/s a second
constexpr Duration kReaction = milliseconds(100);
constexpr Duration kLongestStep = milliseconds(1000);

constexpr double kCapacityWeight = 0.05;
constexpr double kLeastVariance = 0.4;
constexpr double kMostVariance = 2.5;

constexpr double kHighLoss = 0.10;
constexpr double kLowLoss = 0.02;
constexpr std::int64_t kEnoughPackets = 20;
constexpr Duration kJudgeInterval = milliseconds(200);
constexpr Duration kDecreaseInterval = milliseconds(300);

double seconds(Duration duration) noexcept {
  return std::chrono::duration<double>(duration).count();
}

double bounded(double rate) noexcept {
  return std::clamp(rate, static_cast<double>(kLeastBitrate), static_cast<double>(kMostBitrate));
}

}  // namespace

std::uint64_t DelayControl::update(Usage usage, std::optional<std::uint64_t> acknowledged,
                                   Duration roundTrip, TimePoint now) noexcept {
  if (usage == Usage::kOver) {
    // One queue is answered once: the answer takes a round trip to be seen.
    if (!m_lastDecrease || now - *m_lastDecrease >= roundTrip + kReaction) {
      decrease(acknowledged ? static_cast<double>(*acknowledged) : m_rate, now);
    }
    m_increasing = false;
  } else if (usage == Usage::kUnder) {
    m_increasing = false;  // hold until the queue is empty
  } else if (m_increasing) {
    increase(acknowledged, roundTrip, now);
  } else {
    m_increasing = true;
  }
  m_lastUpdate = now;
  return bitrate();
}

void DelayControl::set(std::uint64_t bitrate, TimePoint now) noexcept {
  m_rate = bounded(static_cast<double>(bitrate));
  m_lastUpdate = now;
}

void DelayControl::increase(std::optional<std::uint64_t> acknowledged, Duration roundTrip,
                            TimePoint now) noexcept {
  const Duration since =
      m_lastUpdate ? std::min(Duration(now - *m_lastUpdate), kLongestStep) : Duration::zero();
  const double step = seconds(since);
  if (acknowledged && m_capacity && !nearCapacity(static_cast<double>(*acknowledged)) &&
      static_cast<double>(*acknowledged) / 1000 > *m_capacity) {
    m_capacity.reset();  // the way has become wider
  }
  double next = 0;
  if (m_capacity) {
    const double frame = m_rate / kFramesPerSecond;
    const double packet = frame / std::max(std::ceil(frame / kPacketBits), 1.0);
    next = m_rate + step * std::max(packet / seconds(roundTrip + kReaction), kLeastAdditive);
  } else {
    next = m_rate + std::max(m_rate * (std::pow(kGrowth, step) - 1), kLeastStep * step);
  }
  if (acknowledged) {
    const auto arrives = static_cast<double>(*acknowledged);
    next = std::min(next, kMostOverAcknowledged * arrives + kHeadroom);
    // A router may send more than it estimates. What arrives without a growing queue has room.
    next = std::max(next, arrives);
  }
  m_rate = bounded(std::max(next, m_rate));
}

void DelayControl::decrease(double acknowledged, TimePoint now) noexcept {
  double next = kBackOff * acknowledged;
  if (next > m_rate && m_capacity) next = kBackOff * *m_capacity * 1000;
  noteCapacity(acknowledged);
  m_rate = bounded(std::min(next, m_rate));
  m_lastDecrease = now;
}

bool DelayControl::nearCapacity(double rate) const noexcept {
  return std::abs(rate / 1000 - *m_capacity) <= 3 * std::sqrt(m_variance * *m_capacity);
}

void DelayControl::noteCapacity(double acknowledged) noexcept {
  const double sample = acknowledged / 1000;
  if (m_capacity && !nearCapacity(acknowledged)) m_capacity.reset();
  if (!m_capacity) {
    m_capacity = sample;
  } else {
    m_capacity = (1 - kCapacityWeight) * *m_capacity + kCapacityWeight * sample;
  }
  const double error = *m_capacity - sample;
  const double relative = error * error / std::max(*m_capacity, 1.0);
  m_variance = std::clamp((1 - kCapacityWeight) * m_variance + kCapacityWeight * relative,
                          kLeastVariance, kMostVariance);
}

void LossControl::add(std::uint32_t expected, std::int64_t lost, std::uint64_t current,
                      Duration roundTrip, TimePoint now) noexcept {
  m_expected += expected;
  m_lost += lost;
  if (!m_lastJudged) m_lastJudged = now;
  if (m_expected < kEnoughPackets || now - *m_lastJudged < kJudgeInterval) return;
  m_fraction = static_cast<double>(std::clamp<std::int64_t>(m_lost, 0, m_expected)) /
               static_cast<double>(m_expected);
  judge(current, roundTrip, now);
  m_expected = 0;
  m_lost = 0;
  m_lastJudged = now;
}

void LossControl::judge(std::uint64_t current, Duration roundTrip, TimePoint now) noexcept {
  const double step = seconds(std::min(Duration(now - *m_lastJudged), kLongestStep));
  if (m_fraction < kLowLoss) {
    m_rate = bounded(m_rate + std::max(m_rate * (std::pow(kGrowth, step) - 1), kLeastStep * step));
  } else if (m_fraction > kHighLoss &&
             (!m_lastDecrease || now - *m_lastDecrease >= roundTrip + kDecreaseInterval)) {
    m_rate = bounded(std::min(m_rate, static_cast<double>(current)) * (1 - 0.5 * m_fraction));
    m_lastDecrease = now;
  }
}

}  // namespace kms::congestion
