// Receiver estimated maximum bitrate, both ways, as Kurento computes it (RembParams).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <cstdint>
#include <optional>

namespace kms::congestion {

/// The API's RembParams. Rates in bit/s.
struct RembParams {
  std::uint32_t packetsRecvIntervalTop = 100;  ///< packets that losses are averaged over
  double exponentialFactor = 0.04;             ///< growth a step, below the threshold
  std::uint64_t linealFactorMin = 50;          ///< least growth a step, above it
  double linealFactorGrade = 30;               ///< steps from the threshold to the old rate
  double decrementFactor = 0.5;                ///< what is left after high losses
  double thresholdFactor = 0.8;                ///< of the rate at which losses came
  std::uint32_t upLosses = 12;                 ///< tolerated losses, of 256
  std::uint64_t rembOnConnect = 300'000;       ///< what senders may do until they were probed

  bool operator==(const RembParams&) const = default;
};

/// What was received since the last step.
struct ReceivedInterval {
  std::uint64_t bitrate = 0;      ///< bit/s
  std::uint8_t fractionLost = 0;  ///< of 256
  std::uint32_t packets = 0;
};

/// Bit/s; 0: no such bound.
struct RembBounds {
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  std::uint64_t viewers = 0;  ///< lowest of what the source's viewers can take
};

/// The estimate that we send to a peer: grows while nothing is lost, holds while little is, falls
/// when much is. One step for each report that is sent. One thread.
class KMS_API RembEstimator {
 public:
  void setParams(const RembParams& params) noexcept { m_params = params; }
  /// Bit/s to announce; empty before the first byte was measured.
  [[nodiscard]] std::optional<std::uint64_t> update(const ReceivedInterval& received,
                                                    const RembBounds& bounds) noexcept;

 private:
  void noteLoss(const ReceivedInterval& received) noexcept;
  void grow() noexcept;
  void onLoss() noexcept;

  RembParams m_params;
  double m_remb = 0;
  double m_threshold = 2'000'000;
  double m_linearStep = 50;
  double m_most = 0;               // measured
  double m_average = 0;            // measured
  std::uint32_t m_lossRecord = 0;  // of 256
  std::uint32_t m_packetRecord = 0;
};

/// What a viewer's estimate means for the source. One thread.
class KMS_API RembHint {
 public:
  /// `received` in bit/s; `least`, `most`: bounds, 0: none. Returns bit/s. Until the viewer was
  /// probed (its estimate fell, or reached `rembOnConnect`), `rembOnConnect` stands for less.
  [[nodiscard]] std::uint64_t update(std::uint64_t received, std::uint64_t rembOnConnect,
                                     std::uint64_t least, std::uint64_t most) noexcept;

 private:
  std::uint64_t m_last = 0;
  bool m_probed = false;
};

}  // namespace kms::congestion
