#include <kms/router/repair-watch.hpp>

#include <algorithm>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kPatience = milliseconds(500);
/// A queue on the way makes it longer than the last report said.
constexpr Duration kMargin = milliseconds(250);
/// Who has been asking for that long will soon stop, and wait.
constexpr Duration kLongest = milliseconds(750);
constexpr Duration kLacking = milliseconds(500);

/// Of the clock, as far as 32 bits go; never 0.
std::uint32_t stamp(TimePoint now) noexcept {
  const auto since = std::chrono::duration_cast<milliseconds>(now.time_since_epoch());
  return std::max(static_cast<std::uint32_t>(since.count()), 1U);
}

}  // namespace

bool RepairWatch::onAsked(SentPacket& sent, Duration roundTrip, TimePoint now) noexcept {
  if (sent.source < 0 || !isNeeded(static_cast<std::uint16_t>(sent.sequence))) return false;
  m_lackedAt = now;
  if (sent.asked == 0) {
    sent.asked = stamp(now);
    return false;
  }
  const Duration since = milliseconds(stamp(now) - sent.asked);
  // The answer may be on its way.
  return since >= std::clamp<Duration>(roundTrip + kMargin, kPatience, kLongest);
}

bool RepairWatch::isLacking(TimePoint now) const noexcept {
  return m_lackedAt && now - *m_lackedAt < kLacking;
}

}  // namespace kms::router
