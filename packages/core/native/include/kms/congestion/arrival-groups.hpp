// Packets that were sent together, and how the gaps between such groups changed on the way
// (draft-ietf-rmcat-gcc-02 4.2).
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <optional>

namespace kms::congestion {

/// Two groups that follow each other.
struct GroupDelta {
  Duration send{};     ///< between their last departures
  Duration arrival{};  ///< between their last arrivals
  Duration at{};       ///< when the later one had come, on the receiver's clock
};

/// Packets within 5 ms, and those that a queue on the way squeezed together, are one group. One
/// thread.
class KMS_API ArrivalGroups {
 public:
  /// Departure on our clock, arrival on the receiver's; each of any origin. Yields something when
  /// the packet begins a group and two are complete. Call in order of arrival.
  [[nodiscard]] std::optional<GroupDelta> add(Duration sent, Duration arrived) noexcept;

 private:
  struct Group {
    Duration firstSent;
    Duration lastSent;
    Duration firstArrival;
    Duration lastArrival;
  };

  [[nodiscard]] bool belongs(Duration sent, Duration arrived) const noexcept;
  [[nodiscard]] std::optional<GroupDelta> complete() noexcept;

  std::optional<Group> m_current;
  std::optional<Group> m_previous;
  unsigned m_backwards = 0;
};

}  // namespace kms::congestion
