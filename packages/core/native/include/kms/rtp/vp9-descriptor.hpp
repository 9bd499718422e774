// VP9 payload descriptor (RFC 9628 4.2).
#pragma once

#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::rtp {

/// What stands before the VP9 data of one packet, as far as a router needs it.
struct Vp9Descriptor {
  bool frameStart = false;                 ///< of one layer frame
  bool frameEnd = false;                   ///< of one layer frame
  bool interPredicted = false;             ///< depends on earlier pictures
  std::optional<std::uint16_t> pictureId;  ///< 7 or 15 bits
  bool longPictureId = false;
  std::optional<std::uint8_t> tl0PictureIndex;  ///< not in flexible mode
  std::uint8_t temporal = 0;                    ///< 0..7
  std::uint8_t spatial = 0;                     ///< 0..7
  bool switchingUp = false;    ///< later pictures of higher temporal layers do not look before it
  bool interLayer = false;     ///< depends on the spatial layer below
  bool notReferenced = false;  ///< by higher spatial layers
  std::size_t size = 0;        ///< up to where numbers end; references and structure may follow

  bool operator==(const Vp9Descriptor&) const = default;

  /// Empty when the payload is cut short.
  [[nodiscard]] KMS_API static std::optional<Vp9Descriptor> parse(
      std::span<const std::uint8_t> payload) noexcept;
  /// As Vp8Descriptor::renumber().
  KMS_API void renumber(std::span<std::uint8_t> payload, std::uint16_t newPictureId,
                        std::uint8_t newTl0Index) const noexcept;
  /// First packet of a keyframe's lowest layer.
  [[nodiscard]] bool keyframe() const noexcept {
    return frameStart && !interPredicted && spatial == 0;
  }
};

}  // namespace kms::rtp
