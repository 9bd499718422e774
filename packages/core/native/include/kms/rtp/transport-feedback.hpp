// Transport-wide congestion control feedback, receiving side
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/rtcp-writer.hpp>
#include <kms/rtp/sequence.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace kms::rtp {

/// Notes when packets arrived, by transport-wide sequence number, and builds feedback from that.
/// Allocates only when made. I/O thread.
class KMS_API TransportFeedback {
 public:
  TransportFeedback();

  void onPacket(std::uint16_t sequence, TimePoint arrival);
  /// Adds one feedback packet about what arrived since the last; false when there is nothing (more)
  /// to say or no room. Call until false. `media`: any SSRC of the sender.
  bool build(RtcpWriter& writer, std::uint32_t sender, std::uint32_t media);
  [[nodiscard]] bool pending() const noexcept { return m_next <= m_unwrapper.highest(); }

 private:
  static constexpr std::int64_t kWindow = 2048;  // packets
  static constexpr std::size_t kMaxStatuses = 400;
  static constexpr std::int64_t kNever = INT64_MIN;

  [[nodiscard]] std::int64_t& at(std::int64_t sequence) {
    return m_arrivals[static_cast<std::size_t>(sequence % kWindow)];
  }
  [[nodiscard]] std::size_t collect(std::int64_t& base, std::int64_t reference);

  SequenceUnwrapper m_unwrapper;
  std::int64_t m_next = 0;  // first number that no feedback has covered
  std::uint8_t m_count = 0;
  std::vector<std::int64_t> m_arrivals;  // in ticks of 250 us, by number modulo kWindow
  std::array<std::uint8_t, kMaxStatuses> m_statuses{};
  std::array<std::uint8_t, 2 * kMaxStatuses> m_deltas{};
  std::size_t m_deltaBytes = 0;
};

}  // namespace kms::rtp
