// Which layers of one stream a viewer gets, by what payload descriptors tell (VP8, VP9).
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/dependency-descriptor.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <cstdint>

namespace kms::router {

/// Keeps what the layers that are wanted need. Goes down between pictures; up where the stream
/// allows it: to a temporal layer at its switching points, to a spatial layer at a picture of it
/// that needs no earlier one. Where higher spatial layers are made from lower ones in keyframes
/// only (k-SVC), the lower ones are left out, and both ways lead over a keyframe. I/O thread.
class KMS_API LayerFilter {
 public:
  /// The stream begins, with a keyframe.
  void begin(rtp::LayerPair wanted) noexcept;
  /// Whether to send `packet`; late ones are judged by the present layers.
  [[nodiscard]] bool keeps(const rtp::MediaPacket& packet, rtp::LayerPair wanted) noexcept;
  /// Whether a packet that is kept is the last of its picture, as far as it is sent.
  [[nodiscard]] bool endsPicture(const rtp::MediaPacket& packet) const noexcept {
    return packet.frameEnd && packet.spatial == m_present.spatial;
  }
  /// What is wanted has to wait for a keyframe.
  [[nodiscard]] bool wantsKeyframe(rtp::LayerPair wanted) const noexcept;

 private:
  void beginPicture(const rtp::MediaPacket& packet, rtp::LayerPair wanted) noexcept;
  void rise(const rtp::MediaPacket& packet, rtp::LayerPair wanted) noexcept;

  rtp::LayerPair m_present;
  std::int64_t m_newest = -1;  // source number
  std::uint32_t m_timestamp = 0;
  std::uint8_t m_seen = 0;   // highest spatial layer of this picture so far
  std::uint8_t m_top = 0;    // of the picture before
  bool m_lowerLeft = false;  // lower layers were left out since the keyframe
  bool m_lostTop = false;    // the layer that was sent is gone
};

}  // namespace kms::router
