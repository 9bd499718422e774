// How much comes in of one encoding of a source.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/congestion/rate-window.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace kms::router {

/// Temporal layers that are told apart: VP8 has no more.
inline constexpr std::size_t kTemporalLayers = 4;

/// One encoding (a simulcast layer) of a source, as measured.
struct EncodingRate {
  /// Bit/s of temporal layers 0..i together; the last is the whole.
  std::array<std::uint64_t, kTemporalLayers> upTo{};
  bool live = false;  ///< packets come

  [[nodiscard]] std::uint64_t whole() const noexcept { return upTo.back(); }
};

/// Measures an encoding. Viewers on other threads choose by it, too.
class KMS_API EncodingMeter {
 public:
  /// One thread, without a lock.
  void add(std::uint8_t temporal, std::size_t bytes, TimePoint now) noexcept;
  /// Nothing will come any more. The same thread.
  void end() noexcept { m_last.store(kNever, std::memory_order_relaxed); }
  /// As of the last packets; live if one came within 700 ms. Any thread.
  [[nodiscard]] EncodingRate rate(TimePoint now) const noexcept;

 private:
  static constexpr std::int64_t kNever = INT64_MIN;

  std::array<congestion::RateWindow, kTemporalLayers> m_windows;  // each of its layer alone
  TimePoint m_published{};
  std::array<std::atomic<std::uint64_t>, kTemporalLayers> m_upTo{};
  std::atomic<std::int64_t> m_last{kNever};  // ns
};

}  // namespace kms::router
