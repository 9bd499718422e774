#include <kms/router/header-template.hpp>
#include <kms/rtp/bytes.hpp>

#include <algorithm>

namespace kms::router {

namespace {

constexpr unsigned kPaddingBit = 0x20;
constexpr unsigned kExtensionBit = 0x10;
constexpr unsigned kMarkerBit = 0x80;
constexpr unsigned kLargestOneByteId = 14;
constexpr std::size_t kLongestOneByte = 16;
constexpr std::size_t kExtensionHeaderSize = 4;
constexpr std::size_t kElementOverhead = 5;  // id, size and padding, at most
constexpr std::uint16_t kOneByteProfile = 0xBEDE;
constexpr std::uint16_t kTwoByteProfile = 0x1000;

}  // namespace

void HeaderTemplate::build(const OutgoingExtensions& extensions, std::string_view mid) {
  m_dependencies = extensions.dependencies;
  m_short.twoByte =
      std::max({extensions.mid, extensions.transportSequence, extensions.absoluteSendTime,
                extensions.dependencies}) > kLargestOneByteId ||
      mid.size() > kLongestOneByte;
  build(m_short, extensions, mid);
  m_long.reset();
  if (m_dependencies == 0 || m_short.twoByte) return;
  m_long = std::make_unique<Form>();
  m_long->twoByte = true;
  build(*m_long, extensions, mid);
}

void HeaderTemplate::build(Form& form, const OutgoingExtensions& extensions, std::string_view mid) {
  rtp::HeaderWriter writer(form.bytes, {}, form.twoByte);
  const std::array<std::uint8_t, 3> zero{};
  form.transportSequenceAt = 0;
  form.absoluteSendTimeAt = 0;
  // Each offset is the end of what was written so far: the data is the last thing added.
  if (extensions.transportSequence != 0 &&
      writer.add(extensions.transportSequence, {zero.data(), 2})) {
    form.transportSequenceAt = static_cast<std::uint16_t>(writer.size() - 2);
  }
  if (extensions.absoluteSendTime != 0 && writer.add(extensions.absoluteSendTime, zero)) {
    form.absoluteSendTimeAt = static_cast<std::uint16_t>(writer.size() - 3);
  }
  if (extensions.mid != 0 && !mid.empty() && mid.size() <= UINT8_MAX) {
    writer.add(extensions.mid, {reinterpret_cast<const std::uint8_t*>(mid.data()), mid.size()});
  }
  form.used = static_cast<std::uint16_t>(writer.size());
  form.size = static_cast<std::uint16_t>(writer.finish());
}

/// Puts the descriptor behind the elements that are there; returns the header's size, 0 when there
/// is no room.
std::size_t HeaderTemplate::append(Form& form, const PacketHeader& packet) const noexcept {
  const auto data = packet.dependencies;
  std::size_t at = std::max<std::size_t>(form.used, rtp::kFixedHeaderSize + kExtensionHeaderSize);
  if (at + kElementOverhead + data.size() > form.bytes.size()) return 0;
  if (form.twoByte) {
    form.bytes[at++] = m_dependencies;
    form.bytes[at++] = static_cast<std::uint8_t>(data.size());
  } else {
    form.bytes[at++] = static_cast<std::uint8_t>((m_dependencies << 4U) | (data.size() - 1));
  }
  std::ranges::copy(data, &form.bytes[at]);
  rtp::write16(&form.bytes[at + 1], packet.frame);
  at += data.size();
  while (at % 4 != 0) form.bytes[at++] = 0;
  return at;
}

std::span<const std::uint8_t> HeaderTemplate::fill(const PacketHeader& packet) noexcept {
  const bool described = packet.dependencies.size() > 2 && m_dependencies != 0;
  const bool isLong = described && m_long && packet.dependencies.size() > kLongestOneByte;
  Form& form = isLong ? *m_long : m_short;
  const std::size_t longer = described ? append(form, packet) : 0;
  const std::size_t size = longer != 0 ? longer : form.size;
  if (m_dependencies != 0 && size > rtp::kFixedHeaderSize) {
    rtp::write16(&form.bytes[rtp::kFixedHeaderSize],
                 form.twoByte ? kTwoByteProfile : kOneByteProfile);
    const std::size_t words = (size - rtp::kFixedHeaderSize - kExtensionHeaderSize) / 4;
    rtp::write16(&form.bytes[rtp::kFixedHeaderSize + 2], static_cast<std::uint16_t>(words));
    // What was behind the elements of the packet before is their padding again.
    if (longer == 0) std::fill(&form.bytes[form.used], &form.bytes[size], std::uint8_t{0});
  }
  const rtp::Header& header = packet.header;
  form.bytes[0] = static_cast<std::uint8_t>(0x80U | (packet.padded ? kPaddingBit : 0U) |
                                            (size > rtp::kFixedHeaderSize ? kExtensionBit : 0U));
  form.bytes[1] = static_cast<std::uint8_t>((header.marker ? kMarkerBit : 0U) | header.payloadType);
  rtp::write16(&form.bytes[2], header.sequence);
  rtp::write32(&form.bytes[4], header.timestamp);
  rtp::write32(&form.bytes[8], header.ssrc);
  if (form.transportSequenceAt != 0)
    rtp::write16(&form.bytes[form.transportSequenceAt], packet.transportSequence);
  if (form.absoluteSendTimeAt != 0)
    rtp::write24(&form.bytes[form.absoluteSendTimeAt], packet.absoluteSendTime);
  return {form.bytes.data(), size};
}

}  // namespace kms::router
