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
  m_highestSource = first.sequence - 1;
  m_firstOutput = m_highest + 1;
  m_offset = m_firstOutput - first.sequence;
  m_timestampOffset = timestamp - first.timestamp;
  m_skipCount = 0;
  m_skippedPictures = 0;
}

std::optional<StreamRewriter::Output> StreamRewriter::map(
    const rtp::MediaPacket& packet) const noexcept {
  if (!m_active || packet.sequence < m_first) return std::nullopt;
  // What was skipped after it did not move it yet.
  std::int64_t after = 0;
  std::uint16_t pictures = 0;
  const std::size_t known = std::min(m_skipCount, kSkips);
  for (std::size_t i = 0; i < known; ++i) {
    const Skip& skip = m_skips[(m_skipCount - 1 - i) % kSkips];
    if (skip.sequence < packet.sequence) break;
    if (skip.sequence == packet.sequence) return std::nullopt;
    if (i + 1 == kSkips) return std::nullopt;  // its place is forgotten
    ++after;
    if (skip.picture) ++pictures;
  }
  return Output{static_cast<std::uint16_t>(packet.sequence + m_offset + after), timestampOf(packet),
                static_cast<std::uint16_t>(m_skippedPictures - pictures)};
}

std::optional<StreamRewriter::Output> StreamRewriter::next(const rtp::MediaPacket& packet,
                                                           TimePoint capture) noexcept {
  const auto output = map(packet);
  if (!output) return output;
  m_sent = true;
  if (packet.sequence > m_highestSource) {
    m_highestSource = packet.sequence;
    m_highest = packet.sequence + m_offset;
    m_lastTimestamp = output->timestamp;
    m_lastSourceTimestamp = packet.timestamp;
    m_lastCapture = capture;
  }
  return output;
}

std::optional<StreamRewriter::Output> StreamRewriter::skip(const rtp::MediaPacket& packet) {
  if (!m_active || packet.sequence <= m_highestSource) return map(packet);
  if (m_skips.empty()) m_skips.resize(kSkips);
  const bool picture = packet.timestamp != m_lastSourceTimestamp;
  m_skips[m_skipCount++ % kSkips] = {packet.sequence, picture};
  if (picture) ++m_skippedPictures;
  --m_offset;
  m_highestSource = packet.sequence;
  m_lastSourceTimestamp = packet.timestamp;
  return std::nullopt;
}

bool StreamRewriter::covers(std::uint16_t sequence) const noexcept {
  const auto step = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(m_highest));
  return m_active && step <= 0 && m_highest + step >= m_firstOutput;
}

}  // namespace kms::router
