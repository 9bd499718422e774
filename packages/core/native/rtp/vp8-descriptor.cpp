#include <kms/rtp/bytes.hpp>
#include <kms/rtp/vp8-descriptor.hpp>

namespace kms::rtp {

namespace {

constexpr unsigned kExtended = 0x80;
constexpr unsigned kNonReference = 0x20;
constexpr unsigned kStartAndPartition = 0x17;
constexpr unsigned kFirstOfFrame = 0x10;

constexpr unsigned kHasPictureId = 0x80;
constexpr unsigned kHasTl0Index = 0x40;
constexpr unsigned kHasTemporal = 0x20;
constexpr unsigned kHasKeyIndex = 0x10;

constexpr unsigned kLong = 0x80;
constexpr std::size_t kFixedSize = 2;

/// The optional fields behind the first two bytes; false when they reach beyond the payload.
bool readFields(std::span<const std::uint8_t> payload, Vp8Descriptor& found) noexcept {
  const unsigned flags = payload[1];
  std::size_t at = kFixedSize;
  if ((flags & kHasPictureId) != 0) {
    if (at + 2 > payload.size()) return false;
    found.longPictureId = (payload[at] & kLong) != 0;
    found.pictureId = found.longPictureId ? read16(&payload[at]) & 0x7FFFU : payload[at];
    at += found.longPictureId ? 2 : 1;
  }
  if ((flags & kHasTl0Index) != 0) {
    if (at >= payload.size()) return false;
    found.tl0PictureIndex = payload[at++];
  }
  if ((flags & (kHasTemporal | kHasKeyIndex)) != 0) {
    if (at >= payload.size()) return false;
    if ((flags & kHasTemporal) != 0) {
      found.temporal = static_cast<std::uint8_t>(payload[at] >> 6U);
      found.layerSync = (payload[at] & 0x20U) != 0;
    }
    ++at;
  }
  found.size = at;
  return true;
}

}  // namespace

std::optional<Vp8Descriptor> Vp8Descriptor::parse(std::span<const std::uint8_t> payload) noexcept {
  if (payload.empty()) return std::nullopt;
  Vp8Descriptor found;
  found.size = 1;
  found.nonReference = (payload[0] & kNonReference) != 0;
  found.frameStart = (payload[0] & kStartAndPartition) == kFirstOfFrame;
  if ((payload[0] & kExtended) != 0) {
    if (payload.size() < kFixedSize || !readFields(payload, found)) return std::nullopt;
  }
  if (found.size >= payload.size()) return std::nullopt;  // no VP8 data behind it
  found.keyframe = found.frameStart && (payload[found.size] & 1U) == 0;
  return found;
}

void Vp8Descriptor::renumber(std::span<std::uint8_t> payload, std::uint16_t newPictureId,
                             std::uint8_t newTl0Index) const noexcept {
  if (payload.size() < size) return;
  std::size_t at = kFixedSize;
  if (pictureId && longPictureId) {
    write16(&payload[at], static_cast<std::uint16_t>(0x8000U | newPictureId));
  } else if (pictureId) {
    payload[at] = static_cast<std::uint8_t>(newPictureId & 0x7FU);
  }
  if (pictureId) at += longPictureId ? 2 : 1;
  if (tl0PictureIndex) payload[at] = newTl0Index;
}

}  // namespace kms::rtp
