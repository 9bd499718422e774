#include <kms/rtp/layers.hpp>
#include <kms/rtp/vp8-descriptor.hpp>
#include <kms/rtp/vp9-descriptor.hpp>

namespace kms::rtp {

namespace {

using Payload = std::span<const std::uint8_t>;

LayerId readVp8(Payload payload) {
  const auto descriptor = Vp8Descriptor::parse(payload);
  if (!descriptor) return {};
  return {descriptor->temporal.value_or(0), 0, descriptor->layerSync};
}

LayerId readVp9(Payload payload) {
  const auto descriptor = Vp9Descriptor::parse(payload);
  if (!descriptor) return {};
  return {descriptor->temporal, descriptor->spatial, descriptor->switchingUp};
}

}  // namespace

LayerReader layerReader(std::string_view codec) noexcept {
  if (codec == "VP8") return &readVp8;
  if (codec == "VP9") return &readVp9;
  return [](Payload) { return LayerId{}; };
}

}  // namespace kms::rtp
