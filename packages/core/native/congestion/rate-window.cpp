#include <kms/congestion/rate-window.hpp>

#include <algorithm>

namespace kms::congestion {

void RateWindow::advance(TimePoint now) noexcept {
  const std::int64_t slice = now.time_since_epoch() / m_slice;
  if (slice - m_newest >= kSlices) {
    m_bytes.fill(0);
    m_sum = 0;
    m_since = now;  // a pause as long as the window: the rate is that of what follows
    m_newest = slice;
  }
  while (m_newest < slice) {
    std::uint32_t& bytes = m_bytes[static_cast<std::size_t>(++m_newest % kSlices)];
    m_sum -= bytes;
    bytes = 0;
  }
}

void RateWindow::add(std::size_t bytes, TimePoint now) noexcept {
  advance(now);
  m_bytes[static_cast<std::size_t>(m_newest % kSlices)] += static_cast<std::uint32_t>(bytes);
  m_sum += bytes;
}

std::uint64_t RateWindow::bitrate(TimePoint now) noexcept {
  if (m_newest < 0) return 0;
  advance(now);
  const Duration intoSlice = now.time_since_epoch() % m_slice;
  const Duration whole = m_slice * (kSlices - 1) + intoSlice;
  const Duration span = std::clamp(Duration(now - m_since), 2 * m_slice, whole);
  return m_sum * 8'000'000 /
         static_cast<std::uint64_t>(std::max<std::int64_t>(span / std::chrono::microseconds(1), 1));
}

}  // namespace kms::congestion
