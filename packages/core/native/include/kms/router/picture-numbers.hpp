// VP8 and VP9 picture ids and TL0 indices of an outgoing stream, continuous over source switches.
#pragma once

#include <cstdint>
#include <span>

namespace kms::router {

/// Continues the numbers of the source before (RFC 7741 4.2: a picture id grows by one with each
/// frame; RFC 9628 likewise). A Descriptor is a Vp8Descriptor or Vp9Descriptor. Does nothing to
/// sources without numbers. I/O thread.
class PictureNumbers {
 public:
  /// `first` is the first packet of a new source.
  template <typename Descriptor>
  void begin(const Descriptor& first) noexcept {
    m_pictureOffset = 0;
    m_tl0Offset = 0;
    if (m_started) {
      if (first.pictureId)
        m_pictureOffset =
            static_cast<std::uint16_t>(m_lastPicture + 1 - *first.pictureId) & 0x7FFFU;
      if (first.tl0PictureIndex)
        m_tl0Offset = static_cast<std::uint8_t>(m_lastTl0 + 1 - *first.tl0PictureIndex);
    }
    m_started = m_started || first.pictureId.has_value();
  }
  /// Whether packets must be rewritten: of the first source they need not, as long as none was
  /// skipped.
  [[nodiscard]] bool changes(std::uint16_t skippedPictures) const noexcept {
    return m_pictureOffset != 0 || m_tl0Offset != 0 || skippedPictures != 0;
  }
  /// Notes a packet that is sent for the first time, in order.
  template <typename Descriptor>
  void note(const Descriptor& descriptor, std::uint16_t skippedPictures) noexcept {
    if (descriptor.pictureId) m_lastPicture = pictureId(descriptor, skippedPictures);
    if (descriptor.tl0PictureIndex) m_lastTl0 = tl0(descriptor);
  }
  /// Writes the outgoing numbers into `payload`, where `descriptor` was read from.
  template <typename Descriptor>
  void rewrite(const Descriptor& descriptor, std::uint16_t skippedPictures,
               std::span<std::uint8_t> payload) const noexcept {
    descriptor.renumber(payload, pictureId(descriptor, skippedPictures), tl0(descriptor));
  }

 private:
  template <typename Descriptor>
  [[nodiscard]] std::uint16_t pictureId(const Descriptor& descriptor,
                                        std::uint16_t skippedPictures) const noexcept {
    return (descriptor.pictureId.value_or(0) + m_pictureOffset - skippedPictures) & 0x7FFFU;
  }
  template <typename Descriptor>
  [[nodiscard]] std::uint8_t tl0(const Descriptor& descriptor) const noexcept {
    return static_cast<std::uint8_t>(descriptor.tl0PictureIndex.value_or(0) + m_tl0Offset);
  }

  bool m_started = false;
  std::uint16_t m_pictureOffset = 0;
  std::uint8_t m_tl0Offset = 0;
  std::uint16_t m_lastPicture = 0;  // outgoing
  std::uint8_t m_lastTl0 = 0;       // outgoing
};

}  // namespace kms::router
