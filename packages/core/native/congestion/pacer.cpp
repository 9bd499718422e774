#include <kms/congestion/pacer.hpp>

#include <algorithm>

namespace kms::congestion {

namespace {

constexpr std::int64_t kAllowanceMs = 40;
constexpr std::uint64_t kDrainsPerSecond = 2;

}  // namespace

void Pacer::drain(TimePoint now) noexcept {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now - m_drained);
  m_drained = now;
  // A second empties any bucket, and keeps the product small.
  const std::int64_t microseconds = std::clamp<std::int64_t>(since.count(), 0, 1'000'000);
  m_level = std::max<std::int64_t>(
      m_level - static_cast<std::int64_t>(m_rate) * microseconds / 1'000'000, 0);
}

bool Pacer::admit(std::size_t bytes, TimePoint now) noexcept {
  if (m_rate == 0) return true;
  drain(now);
  if (m_level >= static_cast<std::int64_t>(m_rate) * kAllowanceMs / 1000) return false;
  m_level += static_cast<std::int64_t>(bytes) * 8;
  return true;
}

void Pacer::charge(std::size_t bytes, TimePoint now) noexcept {
  if (m_rate == 0) return;
  drain(now);
  m_level += static_cast<std::int64_t>(bytes) * 8;
}

std::uint64_t pacingRate(std::uint64_t estimate, std::size_t queued) noexcept {
  return std::max<std::uint64_t>(estimate * 5 / 2, std::uint64_t{queued} * 8 * kDrainsPerSecond);
}

}  // namespace kms::congestion
