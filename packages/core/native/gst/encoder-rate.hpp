// Which bitrate an encoder should have.
#pragma once

#include <kms/base/export.hpp>

#include <cstdint>
#include <optional>

namespace kms::gst {

/// Bit/s.
struct EncoderLimits {
  std::uint64_t initial = 0;  ///< until anything is known; 0: the encoder's own
  std::uint64_t least = 0;
  std::uint64_t most = 0;  ///< 0: no limit
};

/// Follows what viewers can take and what the source had before it was decoded, whichever is less,
/// within limits. One thread.
class KMS_API EncoderRate {
 public:
  /// The next update gives a rate again.
  void setLimits(EncoderLimits limits);
  /// The bit/s to set, unless that is nearly what it was already, or nothing is known. `viewers`
  /// and `origin` in bit/s, 0: unknown.
  [[nodiscard]] std::optional<std::uint64_t> update(std::uint64_t viewers, std::uint64_t origin);

  /// Less makes no picture.
  static constexpr std::uint64_t kLeast = 30'000;

 private:
  EncoderLimits m_limits;
  std::uint64_t m_rate = 0;
};

/// Mean bitrate of what is counted in bytes, read in regular intervals. One thread.
class KMS_API OriginMeter {
 public:
  /// The mean (7/8 of that of before), bit/s; `bytes`: all so far, `seconds` since the last call.
  [[nodiscard]] std::uint64_t update(std::uint64_t bytes, double seconds);

 private:
  std::uint64_t m_bytes = 0;
  std::uint64_t m_mean = 0;
};

}  // namespace kms::gst
