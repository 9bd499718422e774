// How much comes in of one encoding of a source, and of its layers.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/congestion/rate-window.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kms::router {

/// Temporal layers that are told apart: VP8 has no more.
inline constexpr std::size_t kTemporalLayers = 4;
/// Spatial layers of one stream that are told apart: AV1 has no more.
inline constexpr std::size_t kSpatialLayers = 4;

/// What a viewer can choose: an encoding (a simulcast layer) of a source, with the spatial layers
/// of it up to one; as measured.
struct EncodingRate {
  /// Bit/s of temporal layers 0..i together; the last is the whole.
  std::array<std::uint64_t, kTemporalLayers> upTo{};
  bool live = false;  ///< packets come
  std::uint8_t encoding = 0;
  std::uint8_t spatial = kSpatialLayers - 1;  ///< highest spatial layer; of the best one the limit

  [[nodiscard]] std::uint64_t whole() const noexcept { return upTo.back(); }
};

/// Measures an encoding. Viewers on other threads choose by it, too.
class KMS_API EncodingMeter {
 public:
  /// One thread, without a lock. `packet`: with its arrival.
  void add(const rtp::MediaPacket& packet) noexcept;
  /// Nothing will come any more. The same thread.
  void end() noexcept { m_last[0].store(kNever, std::memory_order_relaxed); }
  /// Of all layers, as of the last packets; live if one came within 700 ms. Any thread.
  [[nodiscard]] EncodingRate rate(TimePoint now) const noexcept;
  /// One entry for each spatial layer that comes, the lowest first, at least one; returns how many.
  /// Any thread.
  std::size_t layers(std::span<EncodingRate, kSpatialLayers> out, TimePoint now) const noexcept;
  /// More than one spatial layer has come. Any thread.
  [[nodiscard]] bool isLayered() const noexcept {
    return m_layered.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  using Rate = std::atomic<std::uint64_t>;

  void publish(TimePoint now) noexcept;
  [[nodiscard]] bool isLive(std::size_t spatial, TimePoint now) const noexcept;

  std::array<congestion::RateWindow, kTemporalLayers> m_base;   // of the lowest spatial layer
  std::array<congestion::RateWindow, kSpatialLayers> m_whole;   // of higher ones; 0: unused
  std::array<congestion::RateWindow, kSpatialLayers> m_shared;  // what higher ones are made from
  TimePoint m_published{};
  std::array<Rate, kTemporalLayers> m_baseUpTo{};
  std::array<Rate, kSpatialLayers> m_wholeRate{};
  std::array<Rate, kSpatialLayers> m_sharedRate{};
  std::array<std::atomic<std::int64_t>, kSpatialLayers> m_last{kNever, kNever, kNever,
                                                               kNever};  // ns
  std::atomic<bool> m_layered = false;
};

}  // namespace kms::router
