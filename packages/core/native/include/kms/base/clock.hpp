// Injected time: production code never reads a clock by itself.
#pragma once

#include <kms/base/export.hpp>

#include <chrono>

namespace kms {

/// Monotonic time with nanosecond resolution; the same origin as CLOCK_MONOTONIC (and so as
/// GStreamer's system clock).
using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Source of monotonic time. Implementations are safe on any thread.
class KMS_API Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
};

/// The machine's clock (CLOCK_MONOTONIC).
class KMS_API SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
    return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
  }
};

/// A clock that tests turn by hand.
class KMS_API ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return m_now; }
  void advance(Duration step) noexcept { m_now += step; }

 private:
  TimePoint m_now{std::chrono::hours(1)};
};

}  // namespace kms
