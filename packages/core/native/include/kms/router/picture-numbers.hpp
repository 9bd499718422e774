// VP8 picture ids and TL0 indices of an outgoing stream, continuous over source switches.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/vp8-descriptor.hpp>

#include <cstdint>
#include <span>

namespace kms::router {

/// Continues the numbers of the source before (RFC 7741 4.2: a picture id grows by one with each
/// frame). Does nothing to sources without numbers. I/O thread.
class KMS_API PictureNumbers {
 public:
  /// `first` is the first packet of a new source.
  void begin(const rtp::Vp8Descriptor& first) noexcept;
  /// Whether packets must be rewritten: of the first source they need not, as long as none was
  /// skipped.
  [[nodiscard]] bool changes(std::uint16_t skippedPictures) const noexcept {
    return m_pictureOffset != 0 || m_tl0Offset != 0 || skippedPictures != 0;
  }
  /// Notes a packet that is sent for the first time, in order.
  void note(const rtp::Vp8Descriptor& descriptor, std::uint16_t skippedPictures) noexcept;
  /// Writes the outgoing numbers into `payload`, where `descriptor` was read from.
  void rewrite(const rtp::Vp8Descriptor& descriptor, std::uint16_t skippedPictures,
               std::span<std::uint8_t> payload) const noexcept;

 private:
  [[nodiscard]] std::uint16_t pictureId(const rtp::Vp8Descriptor& descriptor,
                                        std::uint16_t skippedPictures) const noexcept {
    return (descriptor.pictureId.value_or(0) + m_pictureOffset - skippedPictures) & 0x7FFFU;
  }
  [[nodiscard]] std::uint8_t tl0(const rtp::Vp8Descriptor& descriptor) const noexcept {
    return static_cast<std::uint8_t>(descriptor.tl0PictureIndex.value_or(0) + m_tl0Offset);
  }

  bool m_started = false;
  std::uint16_t m_pictureOffset = 0;
  std::uint8_t m_tl0Offset = 0;
  std::uint16_t m_lastPicture = 0;  // outgoing
  std::uint8_t m_lastTl0 = 0;       // outgoing
};

}  // namespace kms::router
