// RTP time to capture time on the monotonic clock.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace kms::rtp {

/// NTP time (32.32 fixed point seconds) to nanoseconds and back.
[[nodiscard]] KMS_API Duration fromNtp(std::uint64_t ntp) noexcept;
[[nodiscard]] KMS_API std::uint64_t toNtp(Duration sinceNtpEpoch) noexcept;
/// What to add to Unix time to get NTP time.
inline constexpr Duration kNtpEpochOffset = std::chrono::seconds(2'208'988'800LL);

/// The least offset seen between two clocks within the last 15 to 30 s: the one with the least
/// delay on its way. It forgets, so that it follows drift.
class KMS_API MinimumFilter {
 public:
  void add(Duration offset, TimePoint now) noexcept;
  [[nodiscard]] std::optional<Duration> value() const noexcept;
  void reset() noexcept { *this = MinimumFilter(); }

 private:
  std::optional<Duration> m_current;
  std::optional<Duration> m_previous;
  TimePoint m_since{};
};

/// The sender's NTP clock against ours; one per CNAME, shared by its sources. I/O thread.
class KMS_API SenderClock {
 public:
  void onSenderReport(std::uint64_t ntp, TimePoint arrival) noexcept;
  [[nodiscard]] std::optional<TimePoint> toMonotonic(Duration ntp) const noexcept;

 private:
  MinimumFilter m_offset;
};

/// Maps timestamps of one RTP source. Before the first sender report the mapping goes by arrival.
/// I/O thread.
class KMS_API Timeline {
 public:
  /// `clockRate` in Hz, above 0.
  Timeline(std::uint32_t clockRate, std::shared_ptr<SenderClock> clock) noexcept;

  void onPacket(std::uint32_t timestamp, TimePoint arrival) noexcept;
  void onSenderReport(std::uint64_t ntp, std::uint32_t timestamp, TimePoint arrival) noexcept;
  /// The source itself knows: `timestamp` was captured at `capture`. Rules over all else.
  void setReference(std::uint32_t timestamp, TimePoint capture) noexcept;
  /// Capture time of `timestamp`; empty before the first packet.
  [[nodiscard]] std::optional<TimePoint> capture(std::uint32_t timestamp) const noexcept;
  [[nodiscard]] std::uint32_t clockRate() const noexcept { return m_clockRate; }

 private:
  struct Anchor {
    std::uint32_t timestamp = 0;
    Duration time{};  // of the sender's NTP clock, or monotonic
  };

  [[nodiscard]] Duration since(std::uint32_t from, std::uint32_t to) const noexcept;
  [[nodiscard]] std::optional<TimePoint> byArrival(std::uint32_t timestamp) const noexcept;
  [[nodiscard]] std::optional<TimePoint> byReport(std::uint32_t timestamp) const noexcept;

  std::uint32_t m_clockRate;
  std::shared_ptr<SenderClock> m_clock;
  std::optional<Anchor> m_report;
  std::optional<Anchor> m_reference;
  std::optional<Anchor>
      m_arrival;  // last packet: timestamp, and its time on the source's own scale
  MinimumFilter m_arrivalOffset;
};

}  // namespace kms::rtp
