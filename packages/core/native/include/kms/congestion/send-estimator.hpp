// How much one peer can receive, seen from the sender (draft-ietf-rmcat-gcc-02).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/base/hot-memory.hpp>
#include <kms/congestion/arrival-groups.hpp>
#include <kms/congestion/delay-trend.hpp>
#include <kms/congestion/probe.hpp>
#include <kms/congestion/rate-control.hpp>
#include <kms/congestion/rate-window.hpp>
#include <kms/rtp/feedback-reader.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kms::congestion {

/// Where an estimate begins, in bit/s.
inline constexpr std::uint64_t kStartBitrate = 300'000;

/// The estimate of one transport: from transport-wide feedback where that is negotiated, else from
/// REMB and receiver reports. Allocates for the first packet, and when more are under way than ever
/// before. I/O thread.
class KMS_API SendEstimator {
 public:
  SendEstimator() noexcept : m_delay(kStartBitrate) {}

  /// A packet left under a transport-wide number. `probe`: of a ProbePlan, or 0.
  void onSent(std::uint16_t sequence, std::size_t bytes, TimePoint now, std::uint16_t probe = 0);
  /// Asks for the memory that onSent() of that number touches.
  void prefetch(std::uint16_t sequence) const noexcept {
    if (m_history.empty()) return;
    kms::prefetch(&m_history[sequence & (m_history.size() - 1)], 2 * kCacheLine);
  }
  /// What a peer says of those. False when the packet is malformed.
  bool onFeedback(rtp::FeedbackReader& reader, TimePoint now);
  /// The peer's own estimate, bit/s.
  void onRemb(std::uint64_t bitrate) noexcept { m_remb = bitrate; }
  /// A receiver report, 0..1; counts only without transport-wide feedback. `packets`: sent since
  /// the last.
  void onReceiverReport(double fractionLost, std::uint32_t packets, Duration roundTrip,
                        TimePoint now);

  /// Bit/s; empty while nothing was heard of the peer.
  [[nodiscard]] std::optional<std::uint64_t> bitrate() const noexcept;
  /// Whether bitrate() is what the way can carry, by delay, loss or the peer's word; else it is
  /// only what was tried so far.
  [[nodiscard]] bool isLimit() const noexcept;
  /// Bit/s that arrive at the peer.
  [[nodiscard]] std::uint64_t acknowledged() const noexcept { return m_acknowledgedRate; }
  [[nodiscard]] bool hasFeedback() const noexcept { return m_hasFeedback; }
  [[nodiscard]] Usage usage() const noexcept { return m_detector.usage(); }

  /// A burst to send now (with its id given to onSent). `wanted`: bit/s that would be of use.
  [[nodiscard]] std::optional<ProbePlan> pollProbe(std::uint64_t wanted, TimePoint now);

 private:
  struct Sent {
    std::int64_t at = 0;  // us
    std::uint16_t sequence = 0;
    std::uint16_t bytes = 0;  // 0: unknown or told of
    std::uint16_t probe = 0;
    bool lost = false;  // told of as lost so far
  };
  static constexpr std::size_t kLeastHistory = 64;
  static constexpr std::size_t kMostHistory = 1024;

  [[nodiscard]] Sent& place(std::uint16_t sequence) noexcept {
    return m_history[sequence & (m_history.size() - 1)];
  }
  void growHistory();
  void onStatus(const rtp::PacketStatus& status, TimePoint now);
  void onArrival(const Sent& sent, Duration arrival, TimePoint now);
  [[nodiscard]] Duration unwrap(Duration arrival) noexcept;
  void update(TimePoint now);

  std::vector<Sent> m_history;  // by number; a power of two
  ArrivalGroups m_groups;
  DelayTrend m_trend;
  OveruseDetector m_detector;
  DelayControl m_delay;
  LossControl m_loss;
  RateWindow m_acknowledged{std::chrono::milliseconds(500)};
  ProbeMeasure m_probe;
  ProbeSchedule m_schedule;
  std::uint64_t m_acknowledgedRate = 0;
  std::optional<std::uint64_t> m_probed;  // result within this feedback
  std::optional<std::uint64_t> m_remb;
  std::optional<Duration> m_lastArrival;  // unwrapped
  Duration m_roundTrip = std::chrono::milliseconds(100);
  std::optional<Duration> m_nearest;  // round trip seen in this feedback
  std::uint32_t m_told = 0;           // packets in this feedback
  std::int64_t m_lost = 0;            // of them; below zero where late ones came after all
  bool m_overused = false;            // within this feedback
  bool m_hasFeedback = false;
  bool m_hasReport = false;
};

}  // namespace kms::congestion
