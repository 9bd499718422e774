// RTCP: writing a compound packet into a fixed buffer.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/rtcp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kms::rtp {

/// Builds one compound (or reduced-size) packet. A packet that does not fit is left out and
/// `add...` returns false. No allocation. Not shared between threads.
class KMS_API RtcpWriter {
 public:
  /// Room for one packet within the path MTU, SRTCP's overhead left aside.
  static constexpr std::size_t kCapacity = 1200;

  bool addSenderReport(const SenderInfo& info, std::span<const ReportBlock> blocks) noexcept;
  /// `blocks`: at most 31.
  bool addReceiverReport(std::uint32_t ssrc, std::span<const ReportBlock> blocks) noexcept;
  /// One chunk with a CNAME of at most 255 bytes.
  bool addCname(std::uint32_t ssrc, std::string_view cname) noexcept;
  bool addBye(std::uint32_t ssrc) noexcept;
  /// `sequences` in ascending order (modulo 2^16); they are packed into as few pairs as that
  /// allows.
  bool addNack(std::uint32_t sender, std::uint32_t media,
               std::span<const std::uint16_t> sequences) noexcept;
  bool addPli(std::uint32_t sender, std::uint32_t media) noexcept;
  bool addFir(std::uint32_t sender, std::uint32_t media, std::uint8_t command) noexcept;
  bool addRemb(std::uint32_t sender, std::uint64_t bitrate,
               std::span<const std::uint32_t> media) noexcept;
  /// A feedback packet with a ready FCI, padded here to a whole word.
  bool addFeedback(RtcpType type, std::uint8_t format, std::uint32_t sender, std::uint32_t media,
                   ByteView fci) noexcept;

  [[nodiscard]] ByteView bytes() const noexcept { return {m_buffer.data(), m_size}; }
  [[nodiscard]] bool empty() const noexcept { return m_size == 0; }
  void clear() noexcept { m_size = 0; }

 private:
  /// Room for a packet of `size` bytes (a multiple of 4) with its first word written; null when it
  /// does not fit.
  [[nodiscard]] std::uint8_t* begin(RtcpType type, std::size_t count, std::size_t size) noexcept;

  std::array<std::uint8_t, kCapacity> m_buffer;
  std::size_t m_size = 0;
};

}  // namespace kms::rtp
