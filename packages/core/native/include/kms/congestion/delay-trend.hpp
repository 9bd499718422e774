// Whether a queue grows on the way: trend of the delay, and its judgement with an adaptive
// threshold (draft-ietf-rmcat-gcc-02 4.3, 4.4; the trend by least squares in place of the Kalman
// filter).
#pragma once

#include <kms/base/export.hpp>
#include <kms/congestion/arrival-groups.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace kms::congestion {

/// How the way is used.
enum class Usage : std::uint8_t {
  kNormal,
  kOver,   ///< a queue grows
  kUnder,  ///< a queue drains
};

/// Slope of the smoothed queueing delay over the last 20 groups. One thread.
class KMS_API DelayTrend {
 public:
  /// Takes the next pair of groups; the slope (seconds of delay per second), 0 while there are too
  /// few.
  double update(const GroupDelta& delta) noexcept;
  /// Pairs seen so far, at most 60: how far the slope can be trusted.
  [[nodiscard]] unsigned trust() const noexcept { return m_trust; }

 private:
  static constexpr std::size_t kWindow = 20;
  struct Sample {
    double at = 0;     // ms
    double delay = 0;  // ms
  };

  [[nodiscard]] double slope() const noexcept;

  std::array<Sample, kWindow> m_samples{};
  std::size_t m_count = 0;
  std::size_t m_next = 0;
  unsigned m_trust = 0;
  double m_accumulated = 0;
  double m_smoothed = 0;
  double m_origin = 0;
  bool m_started = false;
};

/// Judges slopes. One thread.
class KMS_API OveruseDetector {
 public:
  /// `slope` and `trust` of a DelayTrend, `sendDelta` between the groups, `at` on the receiver's
  /// clock.
  Usage update(double slope, unsigned trust, Duration sendDelta, Duration at) noexcept;
  [[nodiscard]] Usage usage() const noexcept { return m_usage; }

 private:
  void adapt(double trend, Duration at) noexcept;

  double m_threshold = 12.5;  // ms
  double m_overFor = -1;      // ms; below zero: not at all
  unsigned m_overCount = 0;
  double m_lastSlope = 0;
  Duration m_lastAdapted{};
  bool m_adapted = false;
  Usage m_usage = Usage::kNormal;
};

}  // namespace kms::congestion
