// VP8 payload descriptor (RFC 7741 4.2).
#pragma once

#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::rtp {

/// What stands before the VP8 data of one packet.
struct Vp8Descriptor {
  bool frameStart = false;  ///< first packet of partition 0
  bool keyframe = false;    ///< frameStart of a frame that depends on nothing
  bool nonReference = false;
  std::optional<std::uint16_t> pictureId;  ///< 7 or 15 bits
  bool longPictureId = false;
  std::optional<std::uint8_t> tl0PictureIndex;
  std::optional<std::uint8_t> temporal;  ///< 0..3
  bool layerSync = false;                ///< depends on temporal layer 0 only
  std::size_t size = 0;                  ///< of the descriptor

  bool operator==(const Vp8Descriptor&) const = default;

  /// Empty when the payload is cut short.
  [[nodiscard]] KMS_API static std::optional<Vp8Descriptor> parse(
      std::span<const std::uint8_t> payload) noexcept;
  /// Writes picture id and TL0 index into `payload`, where this descriptor was read from, in the
  /// widths that they have there; one that is not there is not added.
  KMS_API void renumber(std::span<std::uint8_t> payload, std::uint16_t newPictureId,
                        std::uint8_t newTl0Index) const noexcept;
};

}  // namespace kms::rtp
