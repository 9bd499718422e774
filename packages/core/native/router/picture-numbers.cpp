#include <kms/router/picture-numbers.hpp>

namespace kms::router {

void PictureNumbers::begin(const rtp::Vp8Descriptor& first) noexcept {
  m_pictureOffset = 0;
  m_tl0Offset = 0;
  if (m_started) {
    if (first.pictureId)
      m_pictureOffset = static_cast<std::uint16_t>(m_lastPicture + 1 - *first.pictureId) & 0x7FFFU;
    if (first.tl0PictureIndex)
      m_tl0Offset = static_cast<std::uint8_t>(m_lastTl0 + 1 - *first.tl0PictureIndex);
  }
  m_started = m_started || first.pictureId.has_value();
}

void PictureNumbers::note(const rtp::Vp8Descriptor& descriptor,
                          std::uint16_t skippedPictures) noexcept {
  if (descriptor.pictureId) m_lastPicture = pictureId(descriptor, skippedPictures);
  if (descriptor.tl0PictureIndex) m_lastTl0 = tl0(descriptor);
}

void PictureNumbers::rewrite(const rtp::Vp8Descriptor& descriptor, std::uint16_t skippedPictures,
                             std::span<std::uint8_t> payload) const noexcept {
  descriptor.renumber(payload, pictureId(descriptor, skippedPictures), tl0(descriptor));
}

}  // namespace kms::router
