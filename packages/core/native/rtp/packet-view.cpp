#include <kms/rtp/bytes.hpp>
#include <kms/rtp/packet-view.hpp>

#include <cstring>

namespace kms::rtp {

namespace {

constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr std::uint16_t kTwoByteProfile = 0x1000;
constexpr std::size_t kExtensionHeaderSize = 4;

std::optional<ByteView> findOneByte(ByteView elements, std::uint8_t id) noexcept {
  std::size_t at = 0;
  while (at < elements.size()) {
    const std::uint8_t found = elements[at] >> 4U;
    if (elements[at] == 0) {  // padding
      ++at;
      continue;
    }
    if (found == 15) break;  // reserved: processing ends (RFC 8285 4.2)
    const std::size_t length = (elements[at] & 0x0FU) + 1U;
    if (at + 1 + length > elements.size()) break;
    if (found == id) return elements.subspan(at + 1, length);
    at += 1 + length;
  }
  return std::nullopt;
}

std::optional<ByteView> findTwoByte(ByteView elements, std::uint8_t id) noexcept {
  std::size_t at = 0;
  while (at < elements.size()) {
    if (elements[at] == 0) {  // padding
      ++at;
      continue;
    }
    if (at + 2 > elements.size()) break;
    const std::size_t length = elements[at + 1];
    if (at + 2 + length > elements.size()) break;
    if (elements[at] == id) return elements.subspan(at + 2, length);
    at += 2 + length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PacketView> PacketView::parse(ByteView packet) noexcept {
  if (packet.size() < kFixedHeaderSize || (packet[0] >> 6U) != 2) return std::nullopt;
  PacketView view;
  view.m_packet = packet;
  view.m_header = {static_cast<std::uint8_t>(packet[1] & 0x7FU), (packet[1] & 0x80U) != 0,
                   read16(&packet[2]), read32(&packet[4]), read32(&packet[8])};
  view.m_headerSize = kFixedHeaderSize + std::size_t{4} * (packet[0] & 0x0FU);
  if (view.m_headerSize > packet.size()) return std::nullopt;
  const bool extended = (packet[0] & 0x10U) != 0;
  if (extended && !view.parseExtension(view.m_headerSize)) return std::nullopt;
  if ((packet[0] & 0x20U) != 0) {
    view.m_padding = packet.back();
    if (view.m_padding == 0 || view.m_headerSize + view.m_padding > packet.size())
      return std::nullopt;
  }
  return view;
}

bool PacketView::parseExtension(std::size_t at) noexcept {
  if (at + kExtensionHeaderSize > m_packet.size()) return false;
  const std::uint16_t profile = read16(&m_packet[at]);
  const std::size_t length = std::size_t{4} * read16(&m_packet[at + 2]);
  if (at + kExtensionHeaderSize + length > m_packet.size()) return false;
  m_extensions = m_packet.subspan(at + kExtensionHeaderSize, length);
  m_headerSize = at + kExtensionHeaderSize + length;
  if (profile == kOneByteProfile) m_form = ExtensionForm::kOneByte;
  if ((profile & 0xFFF0U) == kTwoByteProfile) m_form = ExtensionForm::kTwoByte;
  return true;
}

std::optional<ByteView> PacketView::extension(std::uint8_t id) const noexcept {
  if (id == 0) return std::nullopt;
  if (m_form == ExtensionForm::kOneByte) return findOneByte(m_extensions, id);
  if (m_form == ExtensionForm::kTwoByte) return findTwoByte(m_extensions, id);
  return std::nullopt;
}

HeaderWriter::HeaderWriter(std::span<std::uint8_t> room, const Header& header,
                           bool twoByte) noexcept
    : m_room(room), m_twoByte(twoByte) {
  room[0] = 0x80;
  room[1] = static_cast<std::uint8_t>((header.marker ? 0x80U : 0U) | (header.payloadType & 0x7FU));
  write16(&room[2], header.sequence);
  write32(&room[4], header.timestamp);
  write32(&room[8], header.ssrc);
}

bool HeaderWriter::add(std::uint8_t id, ByteView data) noexcept {
  const std::size_t most = m_twoByte ? 255 : 16;
  if (id == 0 || data.size() > most || (!m_twoByte && (id > 14 || data.empty()))) return false;
  const bool first = m_size == kFixedHeaderSize;
  const std::size_t start = m_size + (first ? kExtensionHeaderSize : 0);
  const std::size_t prefix = m_twoByte ? 2 : 1;
  if (start + prefix + data.size() + 3 > m_room.size()) return false;  // 3: padding to come
  std::uint8_t* at = &m_room[start];
  at[0] = m_twoByte ? id : static_cast<std::uint8_t>((id << 4U) | (data.size() - 1));
  if (m_twoByte) at[1] = static_cast<std::uint8_t>(data.size());
  if (!data.empty()) std::memcpy(at + prefix, data.data(), data.size());
  m_size = start + prefix + data.size();
  return true;
}

std::size_t HeaderWriter::finish() noexcept {
  if (m_size == kFixedHeaderSize) return m_size;
  while (m_size % 4 != 0) m_room[m_size++] = 0;
  m_room[0] |= 0x10U;
  write16(&m_room[kFixedHeaderSize], m_twoByte ? kTwoByteProfile : kOneByteProfile);
  const std::size_t length = m_size - kFixedHeaderSize - kExtensionHeaderSize;
  write16(&m_room[kFixedHeaderSize + 2], static_cast<std::uint16_t>(length / 4));
  return m_size;
}

}  // namespace kms::rtp
