// Layers within one RTP stream, read from payload descriptors.
#pragma once

#include <kms/base/export.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace kms::rtp {

/// Which layer a packet belongs to, and where viewers may change layers.
struct LayerId {
  std::uint8_t temporal = 0;
  std::uint8_t spatial = 0;
  bool frameStart = false;  ///< first packet of a layer frame (one spatial layer of a picture)
  bool frameEnd = false;    ///< last packet of a layer frame
  /// A viewer that has the temporal layers below may begin to take this one here.
  bool switchUp = false;
  /// A viewer that has this picture may take any temporal layer from the next one on.
  bool switchAfter = false;
  bool interPredicted = false;  ///< needs earlier pictures
  /// No higher spatial layer is made from it.
  bool standsAlone = false;

  bool operator==(const LayerId&) const = default;
};

using LayerReader = LayerId (*)(std::span<const std::uint8_t> payload);

/// The reader for a codec name ("VP8", "VP9"); for codecs whose payloads tell nothing of layers,
/// one that says layer 0.
[[nodiscard]] KMS_API LayerReader layerReader(std::string_view codec) noexcept;

/// Whether layers of a codec are told by dependency descriptors, where a sender gives them. VP8's
/// own descriptor says it all.
[[nodiscard]] KMS_API bool takesDependencies(std::string_view codec) noexcept;

}  // namespace kms::rtp
