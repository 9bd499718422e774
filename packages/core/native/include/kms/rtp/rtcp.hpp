// RTCP: reading compound and reduced-size packets (RFC 3550 6, RFC 4585, RFC 5104, RFC 5506, REMB).
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/packet-view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kms::rtp {

enum class RtcpType : std::uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kSdes = 202,
  kBye = 203,
  kApp = 204,
  kTransportFeedback = 205,  ///< RTPFB
  kPayloadFeedback = 206,    ///< PSFB
  kExtendedReport = 207,
};

/// FMT values of RTPFB.
inline constexpr std::uint8_t kFormatNack = 1;
inline constexpr std::uint8_t kFormatTransportCc = 15;
/// FMT values of PSFB.
inline constexpr std::uint8_t kFormatPli = 1;
inline constexpr std::uint8_t kFormatFir = 4;
inline constexpr std::uint8_t kFormatApplication = 15;

/// One RTCP packet of a compound; borrows the bytes.
struct RtcpPacket {
  RtcpType type{};
  std::uint8_t count = 0;  ///< report count, source count or FMT
  ByteView body;           ///< after the first word, without padding
};

/// Walks over a compound. `next` is empty at the end and from the first malformed packet on.
class KMS_API RtcpReader {
 public:
  explicit RtcpReader(ByteView compound) noexcept : m_rest(compound) {}
  [[nodiscard]] std::optional<RtcpPacket> next() noexcept;
  [[nodiscard]] bool malformed() const noexcept { return m_malformed; }

 private:
  ByteView m_rest;
  bool m_malformed = false;
};

/// A report block of an SR or RR (RFC 3550 6.4.1).
struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fractionLost = 0;    ///< of 256
  std::int32_t cumulativeLost = 0;  ///< 24 bits, signed
  std::uint32_t highestSequence = 0;
  std::uint32_t jitter = 0;            ///< in units of the RTP clock
  std::uint32_t lastSenderReport = 0;  ///< middle 32 bits of the NTP time
  std::uint32_t delaySinceLast = 0;    ///< in 1/65536 s

  bool operator==(const ReportBlock&) const = default;
};

struct SenderInfo {
  std::uint32_t ssrc = 0;
  std::uint64_t ntp = 0;  ///< 32.32 fixed point seconds
  std::uint32_t rtpTime = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;

  bool operator==(const SenderInfo&) const = default;
};

/// Readers of one packet's body; each checks the bounds and is empty (or calls nothing) when the
/// body is too short.
[[nodiscard]] KMS_API std::optional<SenderInfo> readSenderInfo(const RtcpPacket& packet) noexcept;
/// The block number `index` of an SR or RR.
[[nodiscard]] KMS_API std::optional<ReportBlock> readReportBlock(const RtcpPacket& packet,
                                                                 std::size_t index) noexcept;
/// The sender of an RR, SR, RTPFB or PSFB.
[[nodiscard]] KMS_API std::optional<std::uint32_t> readSender(const RtcpPacket& packet) noexcept;
/// The media source that a feedback packet is about (RFC 4585 6.1).
[[nodiscard]] KMS_API std::optional<std::uint32_t> readMediaSource(
    const RtcpPacket& packet) noexcept;

struct Cname {
  std::uint32_t ssrc = 0;
  std::string_view text;
};
/// CNAME of the first chunk of an SDES packet that has one.
[[nodiscard]] KMS_API std::optional<Cname> readCname(const RtcpPacket& packet) noexcept;

/// Sequence numbers that a generic NACK asks for, in the order of the packet: PID and bitmask
/// pairs.
template <typename Visit>
void forEachNacked(const RtcpPacket& packet, Visit&& visit) {
  for (std::size_t at = 8; at + 4 <= packet.body.size(); at += 4) {
    auto sequence = static_cast<std::uint16_t>((packet.body[at] << 8U) | packet.body[at + 1]);
    unsigned mask = (unsigned{packet.body[at + 2]} << 8U) | packet.body[at + 3];
    visit(sequence);
    for (; mask != 0; mask >>= 1U) {
      ++sequence;
      if ((mask & 1U) != 0) visit(sequence);
    }
  }
}

/// SSRCs and command numbers of a FIR (RFC 5104 4.3.1).
template <typename Visit>
void forEachFir(const RtcpPacket& packet, Visit&& visit) {
  for (std::size_t at = 8; at + 8 <= packet.body.size(); at += 8) {
    const std::uint8_t* entry = &packet.body[at];
    visit((std::uint32_t{entry[0]} << 24U) | (std::uint32_t{entry[1]} << 16U) |
              (std::uint32_t{entry[2]} << 8U) | entry[3],
          entry[4]);
  }
}

/// Sources that a BYE names.
template <typename Visit>
void forEachBye(const RtcpPacket& packet, Visit&& visit) {
  for (std::size_t at = 0; at + 4 <= packet.body.size() && at / 4 < packet.count; at += 4) {
    const std::uint8_t* entry = &packet.body[at];
    visit((std::uint32_t{entry[0]} << 24U) | (std::uint32_t{entry[1]} << 16U) |
          (std::uint32_t{entry[2]} << 8U) | entry[3]);
  }
}

/// The bit rate of a REMB in bit/s (draft-alvestrand-rmcat-remb 2.2); empty when it is something
/// else.
[[nodiscard]] KMS_API std::optional<std::uint64_t> readRemb(const RtcpPacket& packet) noexcept;

}  // namespace kms::rtp
