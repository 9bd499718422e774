// Layers within one RTP stream, read from payload descriptors.
#pragma once

#include <kms/base/export.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace kms::rtp {

/// Which layer a packet belongs to.
struct LayerId {
  std::uint8_t temporal = 0;
  std::uint8_t spatial = 0;
  /// A viewer that has the temporal layers below may begin to take this one here.
  bool switchUp = false;

  bool operator==(const LayerId&) const = default;
};

using LayerReader = LayerId (*)(std::span<const std::uint8_t> payload);

/// The reader for a codec name ("VP8", "VP9"); for codecs whose payloads tell nothing of layers,
/// one that says layer 0.
[[nodiscard]] KMS_API LayerReader layerReader(std::string_view codec) noexcept;

}  // namespace kms::rtp
