#include <kms/congestion/arrival-groups.hpp>

#include <algorithm>
#include <utility>

namespace kms::congestion {

using std::chrono::milliseconds;

namespace {

constexpr Duration kGroup = milliseconds(5);
constexpr Duration kLongestBurst = milliseconds(100);
/// Arrivals that go back so often mean that the receiver's clock was set.
constexpr unsigned kMostBackwards = 3;
constexpr Duration kLongestGap = std::chrono::seconds(3);

}  // namespace

bool ArrivalGroups::belongs(Duration sent, Duration arrived) const noexcept {
  if (sent - m_current->firstSent <= kGroup) return true;
  const Duration gap = arrived - m_current->lastArrival;
  const bool cameCloser = gap - (sent - m_current->lastSent) < Duration::zero();
  return cameCloser && gap <= kGroup && arrived - m_current->firstArrival < kLongestBurst;
}

std::optional<GroupDelta> ArrivalGroups::complete() noexcept {
  const auto before = std::exchange(m_previous, m_current);
  if (!before) return std::nullopt;
  const GroupDelta delta{m_current->lastSent - before->lastSent,
                         m_current->lastArrival - before->lastArrival, m_current->lastArrival};
  if (delta.arrival < Duration::zero() || delta.arrival > kLongestGap) {
    if (++m_backwards >= kMostBackwards) *this = ArrivalGroups();
    return std::nullopt;
  }
  m_backwards = 0;
  return delta;
}

std::optional<GroupDelta> ArrivalGroups::add(Duration sent, Duration arrived) noexcept {
  if (!m_current) {
    m_current = Group{sent, sent, arrived, arrived};
    return std::nullopt;
  }
  if (sent < m_current->firstSent) return std::nullopt;  // overtaken: says nothing of the queue
  if (belongs(sent, arrived)) {
    m_current->lastSent = std::max(m_current->lastSent, sent);
    m_current->lastArrival = std::max(m_current->lastArrival, arrived);
    return std::nullopt;
  }
  const auto delta = complete();
  m_current = Group{sent, sent, arrived, arrived};
  return delta;
}

}  // namespace kms::congestion
