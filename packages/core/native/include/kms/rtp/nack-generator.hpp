// Which packets to ask for again, and when (RFC 4585 6.2.1).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kms::rtp {

struct NackConfig {
  std::size_t maxMissing = 256;  ///< more at a time are not worth asking for
  unsigned maxTries = 10;
  Duration maxAge = std::chrono::seconds(1);
  Duration minRetry = std::chrono::milliseconds(20);
  Duration defaultRoundTrip = std::chrono::milliseconds(100);
};

/// Keeps a list of missing sequence numbers of one source. Allocates only for the
/// first gap. I/O thread.
class KMS_API NackGenerator {
 public:
  explicit NackGenerator(NackConfig config = {});

  /// Notes a packet by its extended sequence number.
  void onPacket(std::int64_t sequence, TimePoint now);
  /// The numbers to ask for now, ascending and 16 bits wide, at most `kBatch`; valid until the next
  /// call. Asks for each at once, then some times once a round trip.
  [[nodiscard]] std::span<const std::uint16_t> due(TimePoint now);
  /// When due() will have something; TimePoint::max() when nothing is missing.
  [[nodiscard]] TimePoint nextDue() const;
  void setRoundTrip(Duration roundTrip) noexcept { m_roundTrip = roundTrip; }
  /// True once after packets were given up: only a keyframe mends that.
  [[nodiscard]] bool takeGaveUp() noexcept;
  [[nodiscard]] std::size_t missing() const noexcept { return m_missing.size(); }
  /// Forgets the source (it began anew).
  void reset() noexcept;

  static constexpr std::size_t kBatch = 128;

 private:
  struct Missing {
    std::int64_t sequence;
    TimePoint since;
    TimePoint asked;
    unsigned tries;
  };

  void addGap(std::int64_t from, std::int64_t to, TimePoint now);
  [[nodiscard]] TimePoint dueTime(const Missing& entry) const;
  [[nodiscard]] Duration retry() const;

  NackConfig m_config;
  Duration m_roundTrip;
  std::int64_t m_highest = -1;
  bool m_gaveUp = false;
  std::vector<Missing> m_missing;  // ascending
  std::vector<std::uint16_t> m_batch;
};

}  // namespace kms::rtp
