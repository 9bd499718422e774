// What a receiver knows of one RTP source: order, loss and jitter (RFC 3550 6.4, appendix A).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/rtcp.hpp>
#include <kms/rtp/sequence.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kms::rtp {

/// What a packet's sequence number means.
enum class Arrival : std::uint8_t {
  kInOrder,  ///< a new highest number
  kLate,     ///< below the highest: reordered or retransmitted
  kJump,     ///< so far off that it is dropped, unless the next one follows it
  kRestart,  ///< the source began anew: forget all that was known of it
};

/// Statistics of one SSRC. I/O thread. Duplicates must be kept out by the caller.
class KMS_API ReceiveStatistics {
 public:
  /// `clockRate` in Hz, for jitter; 0: jitter is not measured.
  explicit ReceiveStatistics(std::uint32_t clockRate = 0) noexcept : m_clockRate(clockRate) {}
  void setClockRate(std::uint32_t clockRate) noexcept { m_clockRate = clockRate; }

  /// Places a sequence number (RFC 3550 A.1) and changes nothing but what a jump needs.
  [[nodiscard]] Arrival classify(std::uint16_t sequence) noexcept;
  /// The extended number of a packet that is in order or late.
  [[nodiscard]] std::int64_t extend(std::uint16_t sequence) const noexcept {
    return m_unwrapper.peek(sequence);
  }
  /// Counts a packet that is accepted. `bytes`: of its payload.
  void add(std::uint16_t sequence, std::uint32_t timestamp, std::size_t bytes,
           TimePoint arrival) noexcept;
  /// Notes a sender report's NTP time, for the RTT computed by its sender.
  void onSenderReport(std::uint64_t ntp, TimePoint arrival) noexcept;
  /// The next report block; the fraction lost counts from the last call.
  [[nodiscard]] ReportBlock report(std::uint32_t ssrc, TimePoint now) noexcept;

  [[nodiscard]] std::uint64_t packets() const noexcept { return m_received; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return m_bytes; }
  [[nodiscard]] std::int64_t lost() const noexcept;
  /// Of the last report, 0..1.
  [[nodiscard]] double fractionLost() const noexcept { return m_fractionLost / 256.0; }
  /// In seconds.
  [[nodiscard]] double jitter() const noexcept;
  [[nodiscard]] bool started() const noexcept { return m_unwrapper.started(); }
  [[nodiscard]] std::int64_t highest() const noexcept { return m_unwrapper.highest(); }

 private:
  void updateJitter(std::uint32_t timestamp, TimePoint arrival) noexcept;
  [[nodiscard]] std::int64_t expected() const noexcept;

  std::uint32_t m_clockRate;
  SequenceUnwrapper m_unwrapper;
  std::int64_t m_base = 0;
  std::optional<std::uint16_t> m_afterJump;
  std::uint64_t m_received = 0;
  std::uint64_t m_bytes = 0;
  std::int64_t m_expectedPrior = 0;
  std::uint64_t m_receivedPrior = 0;
  std::uint8_t m_fractionLost = 0;
  double m_jitter = 0;  // in clock units
  std::uint32_t m_lastTimestamp = 0;
  TimePoint m_lastArrival{};
  std::uint32_t m_lastSenderReport = 0;
  TimePoint m_senderReportArrival{};
};

}  // namespace kms::rtp
