// The frames of a stream whose packets carry dependency descriptors.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/dependency-descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::rtp {

/// Remembers the present structure and the last frames, so that what is sent later (paced, again)
/// need not be parsed again. 12 KiB; no allocation of its own. I/O thread.
class KMS_API DependencyTracker {
 public:
  /// As many frames are remembered.
  static constexpr std::size_t kFrames = 256;

  /// Reads a packet's descriptor; empty when it says nothing that can be relied on.
  std::optional<DependencyDescriptor> onPacket(std::span<const std::uint8_t> data) noexcept;
  /// A packet of frame `number`, whose descriptor was read, has come for the first time. `start`,
  /// `end`: it is the first, the last of the frame.
  void onArrival(std::uint16_t number, std::uint16_t sequence, bool start, bool end) noexcept;
  /// Whether all packets of a frame have come.
  [[nodiscard]] bool isWhole(std::uint16_t number) const noexcept;
  /// The frame of that number, where it came lately; else null.
  [[nodiscard]] const FrameDependencies* find(std::uint16_t number) const noexcept;
  [[nodiscard]] const DependencyStructure& structure() const noexcept { return m_structure; }
  /// Bit i: decode target i is being sent.
  [[nodiscard]] std::uint32_t activeTargets() const noexcept { return m_activeTargets; }
  /// Changes with structure() and activeTargets().
  [[nodiscard]] std::uint32_t version() const noexcept { return m_version; }
  /// The best active target within `most`; empty when there is none.
  [[nodiscard]] std::optional<std::uint8_t> target(LayerPair most) const noexcept;
  /// No target above `layer`'s spatial one has any part of `frame`.
  [[nodiscard]] bool standsAlone(const FrameDependencies& frame) const noexcept;
  void reset() noexcept { *this = DependencyTracker(); }

 private:
  struct Entry {
    FrameDependencies frame;
    std::int32_t number = -1;
    std::uint16_t first = 0;  // sequence number of its first packet, once that has come
    std::uint16_t last = 0;
    std::uint16_t arrived = 0;  // packets
    bool started = false;
    bool ended = false;
  };

  void setActiveTargets(std::uint32_t targets) noexcept;

  DependencyStructure m_structure;
  std::array<Entry, kFrames> m_entries{};
  std::uint32_t m_activeTargets = 0;
  std::uint32_t m_version = 0;
  std::optional<std::uint16_t> m_newest;  // frame
};

}  // namespace kms::rtp
