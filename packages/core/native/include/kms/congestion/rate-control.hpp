// Rates from what is known of the way: by delay (draft-ietf-rmcat-gcc-02 5) and by loss (6).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/congestion/delay-trend.hpp>

#include <cstdint>
#include <optional>

namespace kms::congestion {

/// No estimate goes below, in bit/s.
inline constexpr std::uint64_t kLeastBitrate = 30'000;
/// Nor above.
inline constexpr std::uint64_t kMostBitrate = 1'000'000'000;

/// Additive increase near the rate at which the way was full last, multiplicative else, and
/// multiplicative decrease. One thread.
class KMS_API DelayControl {
 public:
  /// `start` in bit/s.
  explicit DelayControl(std::uint64_t start) noexcept : m_rate(static_cast<double>(start)) {}

  /// `acknowledged`: bit/s that arrives at the receiver, if known. Returns bit/s.
  std::uint64_t update(Usage usage, std::optional<std::uint64_t> acknowledged, Duration roundTrip,
                       TimePoint now) noexcept;
  /// A probe found `bitrate` to pass.
  void set(std::uint64_t bitrate, TimePoint now) noexcept;
  /// Whether the way was full, and has not become wider since.
  [[nodiscard]] bool knowsCapacity() const noexcept { return m_capacity.has_value(); }
  [[nodiscard]] std::uint64_t bitrate() const noexcept {
    return static_cast<std::uint64_t>(m_rate);
  }

 private:
  void increase(std::optional<std::uint64_t> acknowledged, Duration roundTrip,
                TimePoint now) noexcept;
  void decrease(double acknowledged, TimePoint now) noexcept;
  void noteCapacity(double acknowledged) noexcept;
  [[nodiscard]] bool nearCapacity(double rate) const noexcept;

  double m_rate;
  bool m_increasing = true;
  std::optional<TimePoint> m_lastUpdate;
  std::optional<TimePoint> m_lastDecrease;
  std::optional<double> m_capacity;  // kbit/s, smoothed, where overuse was seen
  double m_variance = 0.4;           // of it, relative
};

/// Falls when more than 10 % of the packets are lost, rises when less than 2 % are. One thread.
class KMS_API LossControl {
 public:
  /// `start` in bit/s; by default it has no opinion before the first loss.
  explicit LossControl(std::uint64_t start = kMostBitrate) noexcept
      : m_rate(static_cast<double>(start)) {}

  /// What became of packets since the last call. `current`: the bit rate in force.
  void add(std::uint32_t expected, std::int64_t lost, std::uint64_t current, Duration roundTrip,
           TimePoint now) noexcept;
  [[nodiscard]] std::uint64_t bitrate() const noexcept {
    return static_cast<std::uint64_t>(m_rate);
  }
  /// Of the last judgement, 0..1.
  [[nodiscard]] double fractionLost() const noexcept { return m_fraction; }

 private:
  void judge(std::uint64_t current, Duration roundTrip, TimePoint now) noexcept;

  double m_rate;
  double m_fraction = 0;
  std::int64_t m_expected = 0;
  std::int64_t m_lost = 0;
  std::optional<TimePoint> m_lastJudged;
  std::optional<TimePoint> m_lastDecrease;
};

}  // namespace kms::congestion
