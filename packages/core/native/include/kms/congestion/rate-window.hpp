// A bit rate over a sliding window.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace kms::congestion {

/// Counts bytes in sixteen slices of a window. Time may be any, before zero too (a peer's clock);
/// what is older than the newest slice counts as of that. One thread, no allocation.
class KMS_API RateWindow {
 public:
  /// `window`: at least 16 ns.
  explicit RateWindow(Duration window = std::chrono::seconds(1)) noexcept
      : m_slice(window / kSlices) {}

  void add(std::size_t bytes, TimePoint now) noexcept;
  /// Bit/s of the window that ends at `now`; of the time since the first byte where that is
  /// shorter (but at least two slices). 0 when nothing came.
  [[nodiscard]] std::uint64_t bitrate(TimePoint now) noexcept;
  void reset() noexcept { *this = RateWindow(m_slice * kSlices); }

 private:
  static constexpr std::int64_t kSlices = 16;  // a power of two
  /// No slice yet; far from where a difference would overflow.
  static constexpr std::int64_t kNone = INT64_MIN / 2;

  [[nodiscard]] std::uint32_t& at(std::int64_t slice) noexcept {
    return m_bytes[static_cast<std::size_t>(slice & (kSlices - 1))];
  }
  void advance(TimePoint now) noexcept;

  Duration m_slice;
  std::array<std::uint32_t, kSlices> m_bytes{};
  std::uint64_t m_sum = 0;
  std::int64_t m_newest = kNone;
  TimePoint m_since{};
};

}  // namespace kms::congestion
