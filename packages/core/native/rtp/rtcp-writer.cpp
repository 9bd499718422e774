#include <kms/rtp/bytes.hpp>
#include <kms/rtp/rtcp-writer.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace kms::rtp {

namespace {

constexpr std::size_t kMaxBlocks = 31;

void writeBlock(std::uint8_t* at, const ReportBlock& block) noexcept {
  write32(at, block.ssrc);
  at[4] = block.fractionLost;
  const std::int32_t lost = std::clamp(block.cumulativeLost, -0x800000, 0x7FFFFF);
  write24(at + 5, static_cast<std::uint32_t>(lost) & 0xFFFFFFU);
  write32(at + 8, block.highestSequence);
  write32(at + 12, block.jitter);
  write32(at + 16, block.lastSenderReport);
  write32(at + 20, block.delaySinceLast);
}

std::size_t padded(std::size_t size) noexcept {
  return (size + 3) / 4 * 4;
}

}  // namespace

std::uint8_t* RtcpWriter::begin(RtcpType type, std::size_t count, std::size_t size) noexcept {
  if (m_size + size > kCapacity) return nullptr;
  std::uint8_t* at = &m_buffer[m_size];
  m_size += size;
  std::memset(at, 0, size);
  at[0] = static_cast<std::uint8_t>(0x80U | count);
  at[1] = static_cast<std::uint8_t>(type);
  write16(at + 2, static_cast<std::uint16_t>(size / 4 - 1));
  return at;
}

bool RtcpWriter::addSenderReport(const SenderInfo& info,
                                 std::span<const ReportBlock> blocks) noexcept {
  if (blocks.size() > kMaxBlocks) return false;
  std::uint8_t* at = begin(RtcpType::kSenderReport, blocks.size(), 28 + 24 * blocks.size());
  if (at == nullptr) return false;
  write32(at + 4, info.ssrc);
  write64(at + 8, info.ntp);
  write32(at + 16, info.rtpTime);
  write32(at + 20, info.packets);
  write32(at + 24, info.octets);
  for (std::size_t i = 0; i < blocks.size(); ++i) writeBlock(at + 28 + 24 * i, blocks[i]);
  return true;
}

bool RtcpWriter::addReceiverReport(std::uint32_t ssrc,
                                   std::span<const ReportBlock> blocks) noexcept {
  if (blocks.size() > kMaxBlocks) return false;
  std::uint8_t* at = begin(RtcpType::kReceiverReport, blocks.size(), 8 + 24 * blocks.size());
  if (at == nullptr) return false;
  write32(at + 4, ssrc);
  for (std::size_t i = 0; i < blocks.size(); ++i) writeBlock(at + 8 + 24 * i, blocks[i]);
  return true;
}

bool RtcpWriter::addCname(std::uint32_t ssrc, std::string_view cname) noexcept {
  if (cname.size() > 255) return false;
  // Chunk: SSRC, item type, length, text, and at least one null octet.
  std::uint8_t* at = begin(RtcpType::kSdes, 1, 4 + padded(4 + 2 + cname.size() + 1));
  if (at == nullptr) return false;
  write32(at + 4, ssrc);
  at[8] = 1;
  at[9] = static_cast<std::uint8_t>(cname.size());
  std::memcpy(at + 10, cname.data(), cname.size());
  return true;
}

bool RtcpWriter::addBye(std::uint32_t ssrc) noexcept {
  std::uint8_t* at = begin(RtcpType::kBye, 1, 8);
  if (at != nullptr) write32(at + 4, ssrc);
  return at != nullptr;
}

bool RtcpWriter::addNack(std::uint32_t sender, std::uint32_t media,
                         std::span<const std::uint16_t> sequences) noexcept {
  std::array<std::uint8_t, kCapacity> fci;
  std::size_t size = 0;
  for (std::size_t i = 0; i < sequences.size();) {
    if (size + 4 > fci.size()) return false;
    const std::uint16_t first = sequences[i++];
    unsigned mask = 0;
    for (; i < sequences.size(); ++i) {
      const auto distance = static_cast<std::uint16_t>(sequences[i] - first);
      if (distance == 0 || distance > 16) break;
      mask |= 1U << (distance - 1U);
    }
    write16(&fci[size], first);
    write16(&fci[size + 2], static_cast<std::uint16_t>(mask));
    size += 4;
  }
  return size > 0 &&
         addFeedback(RtcpType::kTransportFeedback, kFormatNack, sender, media, {fci.data(), size});
}

bool RtcpWriter::addPli(std::uint32_t sender, std::uint32_t media) noexcept {
  return addFeedback(RtcpType::kPayloadFeedback, kFormatPli, sender, media, {});
}

bool RtcpWriter::addFir(std::uint32_t sender, std::uint32_t media, std::uint8_t command) noexcept {
  std::array<std::uint8_t, 8> fci{};
  write32(fci.data(), media);
  fci[4] = command;
  return addFeedback(RtcpType::kPayloadFeedback, kFormatFir, sender, 0, fci);
}

bool RtcpWriter::addRemb(std::uint32_t sender, std::uint64_t bitrate,
                         std::span<const std::uint32_t> media) noexcept {
  std::array<std::uint8_t, 8 + 4 * 16> fci{};
  if (media.size() > 16) return false;
  std::memcpy(fci.data(), "REMB", 4);
  const auto width = static_cast<unsigned>(std::bit_width(bitrate));
  const unsigned exponent = width > 18 ? width - 18 : 0;
  const std::uint64_t mantissa = bitrate >> exponent;
  fci[4] = static_cast<std::uint8_t>(media.size());
  fci[5] = static_cast<std::uint8_t>((exponent << 2U) | (mantissa >> 16U));
  write16(&fci[6], static_cast<std::uint16_t>(mantissa));
  for (std::size_t i = 0; i < media.size(); ++i) write32(&fci[8 + 4 * i], media[i]);
  return addFeedback(RtcpType::kPayloadFeedback, kFormatApplication, sender, 0,
                     {fci.data(), 8 + 4 * media.size()});
}

bool RtcpWriter::addFeedback(RtcpType type, std::uint8_t format, std::uint32_t sender,
                             std::uint32_t media, ByteView fci) noexcept {
  std::uint8_t* at = begin(type, format, 12 + padded(fci.size()));
  if (at == nullptr) return false;
  write32(at + 4, sender);
  write32(at + 8, media);
  if (!fci.empty()) std::memcpy(at + 12, fci.data(), fci.size());
  // Null octets that are no part of the FCI would be read as statuses: declared as padding.
  const std::size_t padding = padded(fci.size()) - fci.size();
  if (padding > 0) {
    at[0] |= 0x20U;
    m_buffer[m_size - 1] = static_cast<std::uint8_t>(padding);
  }
  return true;
}

}  // namespace kms::rtp
