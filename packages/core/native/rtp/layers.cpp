#include <kms/rtp/layers.hpp>
#include <kms/rtp/vp8-descriptor.hpp>
#include <kms/rtp/vp9-descriptor.hpp>

namespace kms::rtp {

namespace {

using Payload = std::span<const std::uint8_t>;

LayerId readVp8(Payload payload) {
  const auto descriptor = Vp8Descriptor::parse(payload);
  if (!descriptor) return {};
  LayerId layer;
  layer.temporal = descriptor->temporal.value_or(0);
  layer.switchUp = descriptor->layerSync;
  return layer;
}

LayerId readVp9(Payload payload) {
  const auto descriptor = Vp9Descriptor::parse(payload);
  if (!descriptor) return {};
  LayerId layer;
  layer.temporal = descriptor->temporal;
  layer.spatial = descriptor->spatial;
  layer.frameStart = descriptor->frameStart;
  layer.frameEnd = descriptor->frameEnd;
  layer.switchAfter = descriptor->switchingUp;
  layer.interPredicted = descriptor->interPredicted;
  layer.standsAlone = descriptor->notReferenced && descriptor->interPredicted;
  return layer;
}

}  // namespace

LayerReader layerReader(std::string_view codec) noexcept {
  if (codec == "VP8") return &readVp8;
  if (codec == "VP9") return &readVp9;
  return [](Payload) { return LayerId{}; };
}

bool takesDependencies(std::string_view codec) noexcept {
  return codec == "AV1" || codec == "VP9" || codec == "H264" || codec == "H265";
}

}  // namespace kms::rtp
