#include <kms/rtp/bytes.hpp>
#include <kms/rtp/rtcp.hpp>

#include <cstring>

namespace kms::rtp {

namespace {

constexpr std::size_t kRtcpHeaderSize = 4;
constexpr std::size_t kSenderInfoSize = 24;  // with the SSRC
constexpr std::size_t kReportBlockSize = 24;
constexpr std::uint8_t kSdesCname = 1;

bool isReport(const RtcpPacket& packet) noexcept {
  return packet.type == RtcpType::kSenderReport || packet.type == RtcpType::kReceiverReport;
}

bool isFeedback(const RtcpPacket& packet) noexcept {
  return packet.type == RtcpType::kTransportFeedback || packet.type == RtcpType::kPayloadFeedback;
}

/// Reads one SDES chunk at `at` and moves `at` behind it; false when the chunk is broken.
bool readChunk(ByteView body, std::size_t& at, Cname& found) noexcept {
  if (at + 4 > body.size()) return false;
  found = {read32(&body[at]), {}};
  at += 4;
  while (at < body.size() && body[at] != 0) {
    if (at + 2 > body.size()) return false;
    const std::size_t length = body[at + 1];
    if (at + 2 + length > body.size()) return false;
    if (body[at] == kSdesCname) {
      found.text = {reinterpret_cast<const char*>(&body[at]) + 2, length};
    }
    at += 2 + length;
  }
  at += 4 - at % 4;  // a null octet, then up to the next word; body starts on a word
  return true;
}

}  // namespace

std::optional<RtcpPacket> RtcpReader::next() noexcept {
  if (m_rest.empty() || m_malformed) return std::nullopt;
  m_malformed = true;  // until shown otherwise
  if (m_rest.size() < kRtcpHeaderSize || (m_rest[0] >> 6U) != 2) return std::nullopt;
  const std::size_t size = kRtcpHeaderSize + std::size_t{4} * read16(&m_rest[2]);
  if (size > m_rest.size()) return std::nullopt;
  std::size_t padding = 0;
  if ((m_rest[0] & 0x20U) != 0) {
    padding = m_rest[size - 1];
    if (padding == 0 || padding > size - kRtcpHeaderSize) return std::nullopt;
  }
  const RtcpPacket packet{static_cast<RtcpType>(m_rest[1]),
                          static_cast<std::uint8_t>(m_rest[0] & 0x1FU),
                          m_rest.subspan(kRtcpHeaderSize, size - kRtcpHeaderSize - padding)};
  m_rest = m_rest.subspan(size);
  m_malformed = false;
  return packet;
}

std::optional<SenderInfo> readSenderInfo(const RtcpPacket& packet) noexcept {
  if (packet.type != RtcpType::kSenderReport || packet.body.size() < kSenderInfoSize)
    return std::nullopt;
  const std::uint8_t* at = packet.body.data();
  return SenderInfo{read32(at), read64(at + 4), read32(at + 12), read32(at + 16), read32(at + 20)};
}

std::optional<ReportBlock> readReportBlock(const RtcpPacket& packet, std::size_t index) noexcept {
  if (!isReport(packet) || index >= packet.count) return std::nullopt;
  const std::size_t head = packet.type == RtcpType::kSenderReport ? kSenderInfoSize : 4;
  const std::size_t start = head + index * kReportBlockSize;
  if (start + kReportBlockSize > packet.body.size()) return std::nullopt;
  const std::uint8_t* at = &packet.body[start];
  const std::uint32_t lost = read24(at + 5);
  const auto signedLost = static_cast<std::int32_t>(lost << 8U) >> 8;
  return ReportBlock{read32(at),      at[4],           signedLost,     read32(at + 8),
                     read32(at + 12), read32(at + 16), read32(at + 20)};
}

std::optional<std::uint32_t> readSender(const RtcpPacket& packet) noexcept {
  if ((!isReport(packet) && !isFeedback(packet)) || packet.body.size() < 4) return std::nullopt;
  return read32(packet.body.data());
}

std::optional<std::uint32_t> readMediaSource(const RtcpPacket& packet) noexcept {
  if (!isFeedback(packet) || packet.body.size() < 8) return std::nullopt;
  return read32(&packet.body[4]);
}

std::optional<Cname> readCname(const RtcpPacket& packet) noexcept {
  if (packet.type != RtcpType::kSdes) return std::nullopt;
  std::size_t at = 0;
  for (unsigned chunk = 0; chunk < packet.count; ++chunk) {
    Cname found;
    if (!readChunk(packet.body, at, found)) return std::nullopt;
    if (!found.text.empty()) return found;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> readRemb(const RtcpPacket& packet) noexcept {
  if (packet.type != RtcpType::kPayloadFeedback || packet.count != kFormatApplication)
    return std::nullopt;
  if (packet.body.size() < 16 || std::memcmp(&packet.body[8], "REMB", 4) != 0) return std::nullopt;
  const std::uint32_t exponent = packet.body[13] >> 2U;
  const std::uint64_t mantissa = ((packet.body[13] & 3U) << 16U) | read16(&packet.body[14]);
  if (exponent > 46 || mantissa << exponent >> exponent != mantissa) return std::nullopt;
  return mantissa << exponent;
}

}  // namespace kms::rtp
