#include "objects/track-caps.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace kms::elements {

namespace {

struct Size {
  int width;
  int height;
};

// RFC 6386 section 9.1: after three bytes of tag and the start code, two little-endian words with
// 14 bits of size each.
std::optional<Size> sizeOfVp8(GstBuffer* buffer) {
  std::array<std::uint8_t, 10> head{};
  if (gst_buffer_extract(buffer, 0, head.data(), head.size()) < head.size()) return std::nullopt;
  const bool isKeyframe = (head[0] & 1U) == 0;
  const bool hasStartCode = head[3] == 0x9D && head[4] == 0x01 && head[5] == 0x2A;
  if (!isKeyframe || !hasStartCode) return std::nullopt;
  const Size size{(head[7] & 0x3F) << 8 | head[6], (head[9] & 0x3F) << 8 | head[8]};
  return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
}

}  // namespace

gst::CapsPtr trackCaps(GstSample* first) {
  auto caps = gst::CapsPtr::adopt(gst_caps_copy(gst_sample_get_caps(first)));
  GstStructure* fields = gst_caps_get_structure(caps.get(), 0);
  if (gst_structure_has_name(fields, "video/x-vp8") != FALSE) {
    const auto size = sizeOfVp8(gst_sample_get_buffer(first));
    if (size) {
      gst_structure_set(fields, "width", G_TYPE_INT, size->width, "height", G_TYPE_INT,
                        size->height, nullptr);
    }
    return caps;
  }
  const bool isOpus = gst_structure_has_name(fields, "audio/x-opus") != FALSE;
  if (isOpus && gst_structure_has_field(fields, "channel-mapping-family") == FALSE) {
    gst_structure_set(fields, "channel-mapping-family", G_TYPE_INT, 0, nullptr);
  }
  return caps;
}

}  // namespace kms::elements
