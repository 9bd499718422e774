#include <kms/router/stream-rewriter.hpp>

#include <algorithm>

namespace kms::router {

namespace {

constexpr Duration kLeastStep = std::chrono::milliseconds(10);
constexpr Duration kLongestStep = std::chrono::hours(1);

}  // namespace

StreamRewriter::StreamRewriter(std::uint16_t sequence, std::uint32_t timestamp) noexcept
    : m_highest((std::int64_t{1} << 16) + sequence - 1), m_lastTimestamp(timestamp) {}

void StreamRewriter::begin(const rtp::MediaPacket& first, TimePoint capture,
                           std::uint32_t clockRate) noexcept {
  std::uint32_t timestamp = m_lastTimestamp;
  if (m_sent) {
    const Duration step = std::clamp(Duration(capture - m_lastCapture), kLeastStep, kLongestStep);
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(step).count();
    timestamp += static_cast<std::uint32_t>(microseconds * clockRate / 1'000'000);
  }
  m_active = true;
  m_first = first.sequence;
  m_offset = m_highest + 1 - first.sequence;
  m_timestampOffset = timestamp - first.timestamp;
}

std::optional<StreamRewriter::Output> StreamRewriter::map(
    const rtp::MediaPacket& packet) const noexcept {
  if (!m_active || packet.sequence < m_first) return std::nullopt;
  return Output{static_cast<std::uint16_t>(packet.sequence + m_offset),
                packet.timestamp + m_timestampOffset};
}

std::optional<StreamRewriter::Output> StreamRewriter::next(const rtp::MediaPacket& packet,
                                                           TimePoint capture) noexcept {
  const auto output = map(packet);
  if (!output) return output;
  m_sent = true;
  if (packet.sequence + m_offset > m_highest) {
    m_highest = packet.sequence + m_offset;
    m_lastTimestamp = output->timestamp;
    m_lastCapture = capture;
  }
  return output;
}

std::optional<std::int64_t> StreamRewriter::source(std::uint16_t sequence) const noexcept {
  if (!m_active) return std::nullopt;
  const auto step = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(m_highest));
  const std::int64_t number = m_highest + step - m_offset;
  if (step > 0 || number < m_first) return std::nullopt;
  return number;
}

}  // namespace kms::router
