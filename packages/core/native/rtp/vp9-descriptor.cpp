#include <kms/rtp/bytes.hpp>
#include <kms/rtp/vp9-descriptor.hpp>

namespace kms::rtp {

namespace {

constexpr unsigned kHasPictureId = 0x80;
constexpr unsigned kInterPredicted = 0x40;
constexpr unsigned kHasLayers = 0x20;
constexpr unsigned kFlexible = 0x10;
constexpr unsigned kStart = 0x08;
constexpr unsigned kEnd = 0x04;
constexpr unsigned kNotReferenced = 0x01;

}  // namespace

std::optional<Vp9Descriptor> Vp9Descriptor::parse(std::span<const std::uint8_t> payload) noexcept {
  if (payload.empty()) return std::nullopt;
  const unsigned flags = payload[0];
  Vp9Descriptor found;
  found.interPredicted = (flags & kInterPredicted) != 0;
  found.frameStart = (flags & kStart) != 0;
  found.frameEnd = (flags & kEnd) != 0;
  found.notReferenced = (flags & kNotReferenced) != 0;
  std::size_t at = 1;
  if ((flags & kHasPictureId) != 0) {
    if (at + 2 > payload.size()) return std::nullopt;
    found.longPictureId = (payload[at] & 0x80U) != 0;
    found.pictureId = found.longPictureId ? read16(&payload[at]) & 0x7FFFU : payload[at];
    at += found.longPictureId ? 2 : 1;
  }
  if ((flags & kHasLayers) != 0) {
    if (at >= payload.size()) return std::nullopt;
    found.temporal = static_cast<std::uint8_t>(payload[at] >> 5U);
    found.switchingUp = (payload[at] & 0x10U) != 0;
    found.spatial = (payload[at] >> 1U) & 7U;
    found.interLayer = (payload[at] & 1U) != 0;
    ++at;
    if ((flags & kFlexible) == 0) {
      if (at >= payload.size()) return std::nullopt;
      found.tl0PictureIndex = payload[at++];
    }
  }
  found.size = at;
  return found;
}

void Vp9Descriptor::renumber(std::span<std::uint8_t> payload, std::uint16_t newPictureId,
                             std::uint8_t newTl0Index) const noexcept {
  if (payload.size() < size) return;
  if (pictureId && longPictureId) {
    write16(&payload[1], static_cast<std::uint16_t>(0x8000U | newPictureId));
  } else if (pictureId) {
    payload[1] = static_cast<std::uint8_t>(newPictureId & 0x7FU);
  }
  if (tl0PictureIndex) payload[size - 1] = newTl0Index;
}

}  // namespace kms::rtp
