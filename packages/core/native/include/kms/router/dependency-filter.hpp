// Which frames of one stream a viewer gets, by its dependency descriptors.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/rtp/dependency-tracker.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstdint>
#include <optional>

namespace kms::router {

/// Keeps the frames of one decode target: the best one that is being sent within what is wanted.
/// Another target's turn comes with a frame that says so (indication "switch") and whose
/// references were all kept, or at once where only temporal layers go.
/// What the source lost for good breaks the chain that protects the target: nothing of the target
/// can be decoded from there on, and none is kept, until the chain begins anew. For a second, or
/// 64 frames, it may still come. Frames of which nothing is known are kept. A few instructions for
/// each packet. I/O thread.
class KMS_API DependencyFilter {
 public:
  /// The stream begins, with the keyframe that `first` belongs to.
  void begin(const rtp::MediaPacket& first, const rtp::DependencyTracker& tracker,
             rtp::LayerPair wanted) noexcept;
  [[nodiscard]] bool keeps(const rtp::MediaPacket& packet, const rtp::DependencyTracker& tracker,
                           rtp::LayerPair wanted, TimePoint now) noexcept;
  /// Whether a packet that is kept is the last of its picture, as far as it is sent.
  [[nodiscard]] bool endsPicture(const rtp::MediaPacket& packet) const noexcept {
    return packet.frameEnd && packet.spatial == m_highest;
  }
  /// What is wanted has to wait for a keyframe.
  [[nodiscard]] bool wantsKeyframe() const noexcept { return m_stuck || m_broken; }
  /// Whether a packet of the newest frame is left out because nobody could decode it.
  [[nodiscard]] bool isUndecodable(const rtp::MediaPacket& packet) const noexcept {
    return m_cut && packet.frame == m_newest;
  }

 private:
  /// The last frames, those from the newest on back.
  using Frames = std::uint64_t;

  void choose(const rtp::DependencyTracker& tracker, rtp::LayerPair wanted) noexcept;
  void advance(std::uint16_t ahead) noexcept;
  [[nodiscard]] bool judge(const rtp::FrameDependencies* frame,
                           const rtp::DependencyTracker& tracker, TimePoint now) noexcept;
  [[nodiscard]] bool isDecodable(const rtp::FrameDependencies& frame,
                                 const rtp::DependencyTracker& tracker) const noexcept;
  // Chains.
  [[nodiscard]] bool isLinked(const rtp::FrameDependencies& frame,
                              const rtp::DependencyTracker& tracker, TimePoint now) noexcept;
  [[nodiscard]] bool isThere(unsigned back, const rtp::DependencyTracker& tracker) const noexcept;
  void await(unsigned back, TimePoint now) noexcept;
  void dropArrived(const rtp::DependencyTracker& tracker, TimePoint now) noexcept;
  [[nodiscard]] bool isWithinTarget(const rtp::DependencyTracker& tracker) const noexcept;
  void take(std::uint8_t target, const rtp::DependencyTracker& tracker) noexcept;

  std::optional<std::uint8_t> m_desired;
  std::optional<std::uint8_t> m_target;
  std::uint8_t m_highest = 0;  // spatial layer of the target
  bool m_stuck = false;
  std::uint32_t m_version = 0;  // of the tracker, that m_desired was chosen by
  rtp::LayerPair m_wanted;
  std::uint16_t m_newest = 0;  // frame
  Frames m_decided = 0;        // bit i: of the frame i before the newest
  Frames m_kept = 0;
  std::uint8_t m_chain = rtp::DependencyStructure::kNoChain;  // of the target
  bool m_broken = false;
  bool m_cut = false;    // the newest frame is of the target, and after the break
  Frames m_awaited = 0;  // of the chain, and not here, or not whole
  TimePoint m_awaitedSince{};
};

}  // namespace kms::router
