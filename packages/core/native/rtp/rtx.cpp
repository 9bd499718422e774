#include <kms/rtp/bytes.hpp>
#include <kms/rtp/rtx.hpp>

#include <algorithm>
#include <cstring>

namespace kms::rtp {

std::size_t unwrapRtx(std::span<std::uint8_t> packet, const PacketView& view,
                      const RtxOriginal& original) noexcept {
  if (view.payload().size() < kRtxOverhead) return 0;
  const std::size_t head = view.headerSize();
  const std::uint16_t sequence = read16(&packet[head]);
  packet[1] = static_cast<std::uint8_t>((packet[1] & 0x80U) | (original.payloadType & 0x7FU));
  write16(&packet[2], sequence);
  write32(&packet[8], original.ssrc);
  const std::size_t rest = packet.size() - head - kRtxOverhead;
  std::memmove(&packet[head], packet.data() + head + kRtxOverhead, rest);
  return packet.size() - kRtxOverhead;
}

ByteView wrapRtx(std::uint16_t sequence, ByteView payload, std::span<std::uint8_t> room) noexcept {
  if (room.size() < payload.size() + kRtxOverhead) return {};
  write16(room.data(), sequence);
  std::ranges::copy(payload, room.begin() + kRtxOverhead);
  return room.first(payload.size() + kRtxOverhead);
}

}  // namespace kms::rtp
