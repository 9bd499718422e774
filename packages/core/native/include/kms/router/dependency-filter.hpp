// Which frames of one stream a viewer gets, by its dependency descriptors.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/dependency-tracker.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstdint>
#include <optional>

namespace kms::router {

/// Keeps the frames of one decode target: the best one that is being sent within what is wanted.
/// Another target's turn comes with a frame that says so (indication "switch") and whose
/// references were all kept, or at once where only temporal layers go; so chains stay whole
/// whatever the structure is. Frames of which nothing is known are kept. A few instructions for
/// each packet. I/O thread.
class KMS_API DependencyFilter {
 public:
  /// The stream begins, with the keyframe that `first` belongs to.
  void begin(const rtp::MediaPacket& first, const rtp::DependencyTracker& tracker,
             rtp::LayerPair wanted) noexcept;
  [[nodiscard]] bool keeps(const rtp::MediaPacket& packet, const rtp::DependencyTracker& tracker,
                           rtp::LayerPair wanted) noexcept;
  /// Whether a packet that is kept is the last of its picture, as far as it is sent.
  [[nodiscard]] bool endsPicture(const rtp::MediaPacket& packet) const noexcept {
    return packet.frameEnd && packet.spatial == m_highest;
  }
  /// What is wanted has to wait for a keyframe.
  [[nodiscard]] bool wantsKeyframe() const noexcept { return m_stuck; }

 private:
  void choose(const rtp::DependencyTracker& tracker, rtp::LayerPair wanted) noexcept;
  [[nodiscard]] bool judge(const rtp::FrameDependencies* frame,
                           const rtp::DependencyTracker& tracker) noexcept;
  [[nodiscard]] bool isWithinTarget(const rtp::DependencyTracker& tracker) const noexcept;
  void take(std::uint8_t target, const rtp::DependencyTracker& tracker) noexcept;

  std::optional<std::uint8_t> m_desired;
  std::optional<std::uint8_t> m_target;
  std::uint8_t m_highest = 0;  // spatial layer of the target
  bool m_stuck = false;
  std::uint32_t m_version = 0;  // of the tracker, that m_desired was chosen by
  rtp::LayerPair m_wanted;
  std::uint16_t m_newest = 0;   // frame
  std::uint64_t m_decided = 0;  // bit i: of the frame i before the newest
  std::uint64_t m_kept = 0;
};

}  // namespace kms::router
