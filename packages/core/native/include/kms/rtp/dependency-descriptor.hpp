// Dependency descriptor: the RTP header extension that tells which frames need which (AV1 RTP
// payload format, appendix A). Any codec may carry it.
#pragma once

#include <kms/base/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::rtp {

/// What a frame is to a decode target (table A.1).
enum class DecodeTargetIndication : std::uint8_t {
  kNotPresent,   ///< no part of it
  kDiscardable,  ///< nothing of the target needs it
  kSwitch,       ///< who can decode it can go on with the target from here
  kRequired,
};

/// Highest layers that a decode target has.
struct LayerPair {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;

  bool operator==(const LayerPair&) const = default;
};

/// As many chains are looked at: one for each spatial layer that there can be.
inline constexpr std::size_t kMostChains = 8;

/// One frame: its layer, what it is to whom, and what it needs.
struct FrameDependencies {
  std::uint64_t indications = 0;  ///< two bits for each decode target, the first the lowest
  std::uint64_t references = 0;   ///< bit i: the frame i + 1 before it
  /// How far back the chain's frame before it is; 0: the chain begins with it.
  std::array<std::uint8_t, kMostChains> chains{};
  LayerPair layer;
  bool farReference = false;  ///< needs a frame more than 63 before it

  [[nodiscard]] DecodeTargetIndication indication(std::size_t target) const noexcept {
    return static_cast<DecodeTargetIndication>((indications >> (2 * target)) & 3U);
  }
  [[nodiscard]] bool isPartOf(std::size_t target) const noexcept {
    return indication(target) != DecodeTargetIndication::kNotPresent;
  }
  bool operator==(const FrameDependencies&) const = default;
};

/// What frames of a coded video sequence look like; it comes with each keyframe.
struct DependencyStructure {
  static constexpr std::size_t kMostTargets = 32;
  static constexpr std::size_t kMostTemplates = 64;
  static constexpr std::uint8_t kNoChain = 0xFF;

  std::uint8_t templateOffset = 0;
  std::uint8_t templateCount = 0;
  std::uint8_t targetCount = 0;
  std::uint8_t chainCount = 0;
  std::array<FrameDependencies, kMostTemplates> templates{};
  std::array<LayerPair, kMostTargets> targets{};
  /// The chain that protects each target: who has all frames of it can decode the target. kNoChain:
  /// none, or none that is looked at.
  std::array<std::uint8_t, kMostTargets> chainOf{};

  /// One bit for each decode target.
  [[nodiscard]] std::uint32_t allTargets() const noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{1} << targetCount) - 1);
  }
};

/// The descriptor of one packet.
struct DependencyDescriptor {
  static constexpr std::size_t kLeastSize = 3;

  bool frameStart = false;
  bool frameEnd = false;
  bool hasStructure = false;
  std::uint16_t frameNumber = 0;
  std::optional<std::uint32_t> activeTargets;  ///< bit i: target i is being sent
  FrameDependencies frame;

  /// Reads a descriptor by `structure`, which is replaced when the descriptor brings one. Empty,
  /// and the structure as it was, when it is cut short, breaks a limit (64 templates,
  /// layers 0 to 7) or names a template that the structure has not. Takes time in proportion to
  /// `data`, whatever it says.
  [[nodiscard]] KMS_API static std::optional<DependencyDescriptor> parse(
      std::span<const std::uint8_t> data, DependencyStructure& structure) noexcept;
};

}  // namespace kms::rtp
