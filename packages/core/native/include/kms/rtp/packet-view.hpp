// RTP packets (RFC 3550 5.1) with header extensions (RFC 8285): a bounds-checked view and a header
// writer.
#pragma once

#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kms::rtp {

using ByteView = std::span<const std::uint8_t>;

inline constexpr std::size_t kFixedHeaderSize = 12;

struct Header {
  std::uint8_t payloadType = 0;  ///< 0..127
  bool marker = false;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;

  bool operator==(const Header&) const = default;
};

/// A well-formed RTP packet. Borrows the bytes. Any thread.
class KMS_API PacketView {
 public:
  /// Empty when `packet` is no RTP packet of version 2, or when CSRCs, header extension or padding
  /// reach beyond it.
  [[nodiscard]] static std::optional<PacketView> parse(ByteView packet) noexcept;

  [[nodiscard]] const Header& header() const noexcept { return m_header; }
  /// Fixed header, CSRCs and header extension.
  [[nodiscard]] std::size_t headerSize() const noexcept { return m_headerSize; }
  /// Without padding.
  [[nodiscard]] ByteView payload() const noexcept {
    return m_packet.subspan(m_headerSize, m_packet.size() - m_headerSize - m_padding);
  }
  [[nodiscard]] std::size_t padding() const noexcept { return m_padding; }
  /// The data of header extension element `id` (1..255), one- or two-byte form; empty when there is
  /// none.
  [[nodiscard]] std::optional<ByteView> extension(std::uint8_t id) const noexcept;

 private:
  enum class ExtensionForm : std::uint8_t { kNone, kOneByte, kTwoByte };

  [[nodiscard]] bool parseExtension(std::size_t at) noexcept;

  ByteView m_packet;
  Header m_header;
  std::size_t m_headerSize = 0;
  std::size_t m_padding = 0;
  ByteView m_extensions;
  ExtensionForm m_form = ExtensionForm::kNone;
};

/// Whether a datagram or packet (two bytes at least) is RTCP rather than RTP on a shared port (RFC
/// 5761 4).
[[nodiscard]] inline bool isRtcp(ByteView packet) noexcept {
  return packet.size() >= 2 && packet[1] >= 192 && packet[1] <= 223;
}

/// Writes a header into a buffer: header, then extension elements, then finish(). Elements take the
/// one-byte form unless `twoByte` (needed for ids above 14 or data longer than 16 bytes).
class KMS_API HeaderWriter {
 public:
  /// `room`: at least kFixedHeaderSize bytes.
  HeaderWriter(std::span<std::uint8_t> room, const Header& header, bool twoByte = false) noexcept;

  /// Adds an element; false, and nothing added, when it does not fit the room or the form.
  bool add(std::uint8_t id, ByteView data) noexcept;
  /// Pads the extension and returns the size of the whole header.
  [[nodiscard]] std::size_t finish() noexcept;
  /// Bytes written so far; the data of the last element are the last of them.
  [[nodiscard]] std::size_t size() const noexcept { return m_size; }

 private:
  std::span<std::uint8_t> m_room;
  bool m_twoByte;
  std::size_t m_size = kFixedHeaderSize;
};

}  // namespace kms::rtp
