#include <kms/router/header-template.hpp>
#include <kms/rtp/bytes.hpp>

#include <algorithm>

namespace kms::router {

namespace {

constexpr unsigned kPaddingBit = 0x20;
constexpr unsigned kMarkerBit = 0x80;
constexpr unsigned kLargestOneByteId = 14;
constexpr std::size_t kLongestOneByte = 16;

}  // namespace

void HeaderTemplate::build(const OutgoingExtensions& extensions, std::string_view mid) {
  const bool twoByte = std::max({extensions.mid, extensions.transportSequence,
                                 extensions.absoluteSendTime}) > kLargestOneByteId ||
                       mid.size() > kLongestOneByte;
  rtp::HeaderWriter writer(m_bytes, {}, twoByte);
  const std::array<std::uint8_t, 3> zero{};
  m_transportSequenceAt = 0;
  m_absoluteSendTimeAt = 0;
  // Each offset is the end of what was written so far: the data is the last thing added.
  if (extensions.transportSequence != 0 &&
      writer.add(extensions.transportSequence, {zero.data(), 2})) {
    m_transportSequenceAt = writer.size() - 2;
  }
  if (extensions.absoluteSendTime != 0 && writer.add(extensions.absoluteSendTime, zero)) {
    m_absoluteSendTimeAt = writer.size() - 3;
  }
  if (extensions.mid != 0 && !mid.empty() && mid.size() <= UINT8_MAX) {
    writer.add(extensions.mid, {reinterpret_cast<const std::uint8_t*>(mid.data()), mid.size()});
  }
  m_size = writer.finish();
}

std::span<const std::uint8_t> HeaderTemplate::fill(const PacketHeader& packet) noexcept {
  const rtp::Header& header = packet.header;
  m_bytes[0] =
      static_cast<std::uint8_t>((m_bytes[0] & ~kPaddingBit) | (packet.padded ? kPaddingBit : 0));
  m_bytes[1] = static_cast<std::uint8_t>((header.marker ? kMarkerBit : 0U) | header.payloadType);
  rtp::write16(&m_bytes[2], header.sequence);
  rtp::write32(&m_bytes[4], header.timestamp);
  rtp::write32(&m_bytes[8], header.ssrc);
  if (m_transportSequenceAt != 0)
    rtp::write16(&m_bytes[m_transportSequenceAt], packet.transportSequence);
  if (m_absoluteSendTimeAt != 0)
    rtp::write24(&m_bytes[m_absoluteSendTimeAt], packet.absoluteSendTime);
  return {m_bytes.data(), m_size};
}

}  // namespace kms::router
