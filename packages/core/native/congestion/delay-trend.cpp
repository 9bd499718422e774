#include <kms/congestion/delay-trend.hpp>

#include <algorithm>
#include <cmath>

namespace kms::congestion {

namespace {

constexpr double kSmoothing = 0.9;
constexpr unsigned kMostTrust = 60;
/// The slope times the trust times this is compared with a threshold in ms.
constexpr double kGain = 4;

constexpr double kLeastThreshold = 6;
constexpr double kMostThreshold = 600;
constexpr double kThresholdUp = 0.0087;
constexpr double kThresholdDown = 0.039;
/// A spike that far off says nothing about the usual noise.
constexpr double kSpike = 15;
constexpr double kLongestStep = 100;
constexpr double kOverTime = 10;  // ms

double inMilliseconds(Duration duration) noexcept {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

double DelayTrend::update(const GroupDelta& delta) noexcept {
  const double at = inMilliseconds(delta.at);
  if (!m_started) {
    m_started = true;
    m_origin = at;
  }
  m_trust = std::min(m_trust + 1, kMostTrust);
  m_accumulated += inMilliseconds(delta.arrival) - inMilliseconds(delta.send);
  m_smoothed = kSmoothing * m_smoothed + (1 - kSmoothing) * m_accumulated;
  m_samples[m_next] = {at - m_origin, m_smoothed};
  m_next = (m_next + 1) % kWindow;
  m_count = std::min(m_count + 1, kWindow);
  return m_count == kWindow ? slope() : 0;
}

double DelayTrend::slope() const noexcept {
  double meanAt = 0;
  double meanDelay = 0;
  for (const Sample& sample : m_samples) {
    meanAt += sample.at / kWindow;
    meanDelay += sample.delay / kWindow;
  }
  double numerator = 0;
  double denominator = 0;
  for (const Sample& sample : m_samples) {
    numerator += (sample.at - meanAt) * (sample.delay - meanDelay);
    denominator += (sample.at - meanAt) * (sample.at - meanAt);
  }
  return denominator > 0 ? numerator / denominator : 0;
}

Usage OveruseDetector::update(double slope, unsigned trust, Duration sendDelta,
                              Duration at) noexcept {
  if (trust < 2) return m_usage = Usage::kNormal;
  const double trend = trust * slope * kGain;
  if (trend > m_threshold) {
    const double step = inMilliseconds(sendDelta);
    m_overFor = m_overFor < 0 ? step / 2 : m_overFor + step;
    ++m_overCount;
    if (m_overFor > kOverTime && m_overCount > 1 && slope >= m_lastSlope) {
      m_overFor = 0;
      m_overCount = 0;
      m_usage = Usage::kOver;
    }
  } else {
    m_overFor = -1;
    m_overCount = 0;
    m_usage = trend < -m_threshold ? Usage::kUnder : Usage::kNormal;
  }
  m_lastSlope = slope;
  adapt(trend, at);
  return m_usage;
}

void OveruseDetector::adapt(double trend, Duration at) noexcept {
  if (!m_adapted) m_lastAdapted = at;
  m_adapted = true;
  const double size = std::abs(trend);
  const double step = std::clamp(inMilliseconds(at - m_lastAdapted), 0.0, kLongestStep);
  m_lastAdapted = at;
  if (size > m_threshold + kSpike) return;
  const double gain = size < m_threshold ? kThresholdDown : kThresholdUp;
  m_threshold =
      std::clamp(m_threshold + gain * (size - m_threshold) * step, kLeastThreshold, kMostThreshold);
}

}  // namespace kms::congestion
