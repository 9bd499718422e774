// The RTP header of an outgoing stream, ready but for what changes with each packet.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/packet-view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace kms::router {

/// Header extensions of an outgoing stream. Ids: 0 when not negotiated, else 1..255.
struct OutgoingExtensions {
  std::uint8_t mid = 0;
  std::uint8_t transportSequence = 0;
  std::uint8_t absoluteSendTime = 0;

  bool operator==(const OutgoingExtensions&) const = default;
};

/// What differs from packet to packet.
struct PacketHeader {
  rtp::Header header;
  bool padded = false;
  std::uint16_t transportSequence = 0;
  std::uint32_t absoluteSendTime = 0;  ///< 24 bits
};

/// I/O thread.
class KMS_API HeaderTemplate {
 public:
  HeaderTemplate() { build({}, {}); }

  /// `mid`: at most 255 bytes; a longer one is left out.
  void build(const OutgoingExtensions& extensions, std::string_view mid);
  /// The header; valid until the next call.
  [[nodiscard]] std::span<const std::uint8_t> fill(const PacketHeader& packet) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return m_size; }
  [[nodiscard]] bool hasTransportSequence() const noexcept { return m_transportSequenceAt != 0; }
  [[nodiscard]] bool hasAbsoluteSendTime() const noexcept { return m_absoluteSendTimeAt != 0; }

 private:
  std::array<std::uint8_t, 320> m_bytes{};
  std::size_t m_size = 0;
  std::size_t m_transportSequenceAt = 0;  // 0: none
  std::size_t m_absoluteSendTimeAt = 0;   // 0: none
};

}  // namespace kms::router
