// Probing: short bursts above the estimate, to see whether they pass.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kms::congestion {

/// One burst to send.
struct ProbePlan {
  std::uint16_t id = 0;       ///< never 0
  std::uint64_t bitrate = 0;  ///< at which to send it, bit/s
  std::uint32_t bytes = 0;    ///< that make it whole
};

/// Measures the burst that was begun last. One thread.
class KMS_API ProbeMeasure {
 public:
  void begin(const ProbePlan& plan) noexcept;
  /// A packet of burst `id` arrived. What passed, in bit/s, once enough of the burst came; only
  /// once for each burst.
  [[nodiscard]] std::optional<std::uint64_t> add(std::uint16_t id, std::size_t bytes, Duration sent,
                                                 Duration arrived) noexcept;

 private:
  [[nodiscard]] std::optional<std::uint64_t> result() const noexcept;

  ProbePlan m_plan;
  unsigned m_packets = 0;
  std::uint64_t m_bytes = 0;
  Duration m_firstSent{};
  Duration m_lastSent{};
  Duration m_firstArrival{};
  Duration m_lastArrival{};
  std::size_t m_firstSize = 0;  // of what arrived first
  std::size_t m_lastSize = 0;   // of what was sent last
  bool m_done = true;
};

/// Decides when to probe: as long as more is wanted than the estimate allows, at first at once,
/// later every second, and ever more rarely (up to 16 s) while probes fail. One thread.
class KMS_API ProbeSchedule {
 public:
  /// `estimate` and `wanted` in bit/s. A burst that is due now.
  [[nodiscard]] std::optional<ProbePlan> poll(std::uint64_t estimate, std::uint64_t wanted,
                                              TimePoint now) noexcept;
  /// The burst asked for last passed with `bitrate`.
  void onResult(std::uint64_t bitrate, TimePoint now) noexcept;
  /// The way is too narrow: no probe for a while.
  void onOveruse(TimePoint now) noexcept;

 private:
  void failed(TimePoint now) noexcept;

  std::uint16_t m_id = 0;
  std::uint64_t m_asked = 0;  // of the burst whose result is awaited; 0: none
  TimePoint m_askedAt{};
  Duration m_interval = std::chrono::seconds(1);
  std::optional<TimePoint> m_next;
};

}  // namespace kms::congestion
