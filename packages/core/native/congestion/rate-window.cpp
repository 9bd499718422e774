#include <kms/congestion/rate-window.hpp>

#include <algorithm>

namespace kms::congestion {

namespace {

/// Rounded down, before zero too.
std::int64_t sliceOf(TimePoint now, Duration slice) noexcept {
  const Duration since = now.time_since_epoch();
  return since / slice - (since % slice < Duration::zero() ? 1 : 0);
}

}  // namespace

void RateWindow::advance(TimePoint now) noexcept {
  const std::int64_t slice = sliceOf(now, m_slice);
  if (slice - m_newest >= kSlices) {
    m_bytes.fill(0);
    m_sum = 0;
    m_since = now;  // a pause as long as the window: the rate is that of what follows
    m_newest = slice;
  }
  while (m_newest < slice) {
    std::uint32_t& bytes = at(++m_newest);
    m_sum -= bytes;
    bytes = 0;
  }
}

void RateWindow::add(std::size_t bytes, TimePoint now) noexcept {
  advance(now);
  at(m_newest) += static_cast<std::uint32_t>(bytes);
  m_sum += bytes;
}

std::uint64_t RateWindow::bitrate(TimePoint now) noexcept {
  if (m_newest == kNone) return 0;
  advance(now);
  const Duration intoSlice = now.time_since_epoch() - sliceOf(now, m_slice) * m_slice;
  const Duration whole = m_slice * (kSlices - 1) + intoSlice;
  const Duration span = std::clamp(Duration(now - m_since), 2 * m_slice, whole);
  return m_sum * 8'000'000 /
         static_cast<std::uint64_t>(std::max<std::int64_t>(span / std::chrono::microseconds(1), 1));
}

}  // namespace kms::congestion
