// How much may leave at once.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>

namespace kms::congestion {

/// When to come again while something waits.
inline constexpr Duration kPacerInterval = std::chrono::milliseconds(5);

/// A leaky bucket. Frames of the usual size pass it at once; what exceeds 40 ms of the rate waits,
/// and leaves in bursts of what one interval is worth. The caller keeps what waits, and asks again
/// every kPacerInterval. One thread.
class KMS_API Pacer {
 public:
  /// Bit/s; 0: everything passes.
  void setRate(std::uint64_t rate) noexcept { m_rate = rate; }
  [[nodiscard]] std::uint64_t rate() const noexcept { return m_rate; }
  /// Whether a packet may leave now; it then counts as sent.
  [[nodiscard]] bool admit(std::size_t bytes, TimePoint now) noexcept;
  /// Something left without asking, and counts.
  void charge(std::size_t bytes, TimePoint now) noexcept;

 private:
  void drain(TimePoint now) noexcept;

  std::uint64_t m_rate = 0;
  std::int64_t m_level = 0;  // bits
  TimePoint m_drained{};
};

/// The rate for a Pacer: 2.5 times the estimate, or what empties the queue within half a second
/// where that is more. `estimate` in bit/s; `queued` in bytes.
[[nodiscard]] KMS_API std::uint64_t pacingRate(std::uint64_t estimate, std::size_t queued) noexcept;

}  // namespace kms::congestion
