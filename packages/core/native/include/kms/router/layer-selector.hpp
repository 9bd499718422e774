// Which encoding of a source a viewer gets, and how many of its layers.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/router/encoding-meter.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::router {

struct LayerChoice {
  std::size_t encoding = 0;
  std::uint8_t temporal = kTemporalLayers - 1;  ///< highest layer that is sent
  std::uint8_t spatial = kSpatialLayers - 1;    ///< highest layer that is sent

  bool operator==(const LayerChoice&) const = default;
};

/// Keeps the best encoding, or spatial layer of one, within a budget: down at once where the budget
/// is far too small, else when it has been for half a second (an estimate may err for a moment); up
/// only with a margin and, after a fall, not for some seconds (twice as long each time that it did
/// not last). All are compared by bit rate. Temporal layers are left out only where no lower
/// encoding is. I/O thread.
class KMS_API LayerSelector {
 public:
  /// `encodings` not empty; `current`: a layer that is gone counts as the next better one; `budget`
  /// in bit/s, empty: no limit.
  [[nodiscard]] LayerChoice choose(std::span<const EncodingRate> encodings, LayerChoice current,
                                   std::optional<std::uint64_t> budget, TimePoint now) noexcept;
  /// Bit/s that the next better choice would need, margin included; 0: there is none.
  [[nodiscard]] static std::uint64_t wanted(std::span<const EncodingRate> encodings,
                                            LayerChoice current) noexcept;
  /// Bit/s that the best choice would need, margin included; 0: nothing comes.
  [[nodiscard]] static std::uint64_t most(std::span<const EncodingRate> encodings) noexcept;

 private:
  [[nodiscard]] std::size_t chooseEncoding(std::span<const EncodingRate> encodings,
                                           std::size_t current, std::optional<std::uint64_t> budget,
                                           TimePoint now) noexcept;
  [[nodiscard]] bool mustFall(std::uint64_t rate, std::uint64_t budget, TimePoint now) noexcept;
  void noteMove(bool up, TimePoint now) noexcept;

  std::optional<TimePoint> m_lastUp;
  std::optional<TimePoint> m_overSince;
  TimePoint m_noRiseBefore{};
  Duration m_patience = std::chrono::seconds(2);
};

}  // namespace kms::router
