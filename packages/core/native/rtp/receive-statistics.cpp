#include <kms/rtp/receive-statistics.hpp>

#include <algorithm>
#include <cmath>

namespace kms::rtp {

namespace {

constexpr int kMaxDropout = 3000;   // RFC 3550 A.1
constexpr int kMaxMisorder = 2000;  // wider than there, as retransmissions come on the same SSRC

}  // namespace

Arrival ReceiveStatistics::classify(std::uint16_t sequence) noexcept {
  if (!m_unwrapper.started()) return Arrival::kInOrder;
  const std::int64_t step = m_unwrapper.peek(sequence) - m_unwrapper.highest();
  if (step > -kMaxMisorder && step < kMaxDropout) {
    m_afterJump.reset();
    return step > 0 ? Arrival::kInOrder : Arrival::kLate;
  }
  if (m_afterJump == sequence) return Arrival::kRestart;
  m_afterJump = static_cast<std::uint16_t>(sequence + 1);
  return Arrival::kJump;
}

void ReceiveStatistics::add(std::uint16_t sequence, std::uint32_t timestamp, std::size_t bytes,
                            TimePoint arrival) noexcept {
  const bool first = !m_unwrapper.started();
  const std::int64_t before = m_unwrapper.highest();
  const std::int64_t extended = m_unwrapper.unwrap(sequence);
  if (first) m_base = extended;
  m_base = std::min(m_base, extended);
  ++m_received;
  m_bytes += bytes;
  // Retransmissions come late by nature and say nothing about the network's jitter.
  if (first) {
    m_lastTimestamp = timestamp;
    m_lastArrival = arrival;
  } else if (extended > before) {
    updateJitter(timestamp, arrival);
  }
}

void ReceiveStatistics::updateJitter(std::uint32_t timestamp, TimePoint arrival) noexcept {
  if (m_clockRate == 0 || timestamp == m_lastTimestamp)
    return;  // packets of one frame leave in a burst
  const double seconds = std::chrono::duration<double>(arrival - m_lastArrival).count();
  const auto sent = static_cast<double>(static_cast<std::int32_t>(timestamp - m_lastTimestamp));
  const double difference = std::abs(seconds * m_clockRate - sent);
  m_lastTimestamp = timestamp;
  m_lastArrival = arrival;
  // A pause or a new timestamp base is no jitter.
  if (difference < 10.0 * m_clockRate) m_jitter += (difference - m_jitter) / 16;
}

void ReceiveStatistics::onSenderReport(std::uint64_t ntp, TimePoint arrival) noexcept {
  m_lastSenderReport = static_cast<std::uint32_t>(ntp >> 16U);
  m_senderReportArrival = arrival;
}

std::int64_t ReceiveStatistics::expected() const noexcept {
  return m_unwrapper.started() ? m_unwrapper.highest() - m_base + 1 : 0;
}

std::int64_t ReceiveStatistics::lost() const noexcept {
  return expected() - static_cast<std::int64_t>(m_received);
}

double ReceiveStatistics::jitter() const noexcept {
  return m_clockRate == 0 ? 0 : m_jitter / m_clockRate;
}

ReportBlock ReceiveStatistics::report(std::uint32_t ssrc, TimePoint now) noexcept {
  const std::int64_t expectedNow = expected() - m_expectedPrior;
  const std::int64_t lostNow =
      expectedNow - static_cast<std::int64_t>(m_received - m_receivedPrior);
  m_expectedPrior = expected();
  m_receivedPrior = m_received;
  const bool any = expectedNow > 0 && lostNow > 0;
  m_fractionLost =
      any ? static_cast<std::uint8_t>(std::min<std::int64_t>(255, lostNow * 256 / expectedNow)) : 0;
  ReportBlock block;
  block.ssrc = ssrc;
  block.fractionLost = m_fractionLost;
  block.cumulativeLost =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(lost(), -0x800000, 0x7FFFFF));
  // Extended as RFC 3550 counts: cycles from zero, while the unwrapper starts at one.
  block.highestSequence =
      static_cast<std::uint32_t>(m_unwrapper.highest() - (std::int64_t{1} << 16));
  block.jitter = static_cast<std::uint32_t>(m_jitter);
  block.lastSenderReport = m_lastSenderReport;
  if (m_lastSenderReport != 0) {
    const double delay = std::chrono::duration<double>(now - m_senderReportArrival).count();
    block.delaySinceLast =
        static_cast<std::uint32_t>(std::clamp(delay * 65536.0, 0.0, 4294967295.0));
  }
  return block;
}

}  // namespace kms::rtp
