// Whether retransmissions mend what a viewer lost.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/router/sent-history.hpp>

#include <cstdint>
#include <optional>

namespace kms::router {

/// A viewer can show nothing while a packet is missing that later pictures are made from. Browsers
/// ask for it about ten times within a second, then wait: 3 s, before they ask for a keyframe.
/// Where the way is too narrow for the retransmissions, too, only a keyframe helps, and this tells
/// when. Of video; I/O thread.
class KMS_API RepairWatch {
 public:
  /// A keyframe begins with this number: what was before it is not needed any more.
  void onKeyframe(std::uint16_t sequence) noexcept {
    m_keyframe = sequence;
    m_lackedAt.reset();
  }
  /// The viewer asked for a packet. True: it has done so for too long.
  [[nodiscard]] bool onAsked(SentPacket& sent, Duration roundTrip, TimePoint now) noexcept;
  /// Whether a number that cannot be sent again leaves the viewer without a picture.
  [[nodiscard]] bool isNeeded(std::uint16_t sequence) const noexcept {
    return static_cast<std::int16_t>(sequence - m_keyframe) >= 0;
  }
  /// Whether something has been lost just now that later pictures are made from.
  [[nodiscard]] bool isLacking(TimePoint now) const noexcept;

 private:
  std::uint16_t m_keyframe = 0;
  std::optional<TimePoint> m_lackedAt;
};

}  // namespace kms::router
