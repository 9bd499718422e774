// The RTP header of an outgoing stream, ready but for what changes with each packet.
#pragma once

#include <kms/base/export.hpp>
#include <kms/rtp/packet-view.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace kms::router {

/// Header extensions of an outgoing stream. Ids: 0 when not negotiated, else 1..255.
struct OutgoingExtensions {
  std::uint8_t mid = 0;
  std::uint8_t transportSequence = 0;
  std::uint8_t absoluteSendTime = 0;
  std::uint8_t dependencies = 0;  ///< the viewer takes both forms of elements (extmap-allow-mixed)

  bool operator==(const OutgoingExtensions&) const = default;
};

/// What differs from packet to packet.
struct PacketHeader {
  rtp::Header header;
  bool padded = false;
  std::uint16_t transportSequence = 0;
  std::uint32_t absoluteSendTime = 0;  ///< 24 bits
  /// Dependency descriptor as it came, at most 255 bytes; empty: none is sent. One that has no
  /// room beside a very long mid is left out.
  std::span<const std::uint8_t> dependencies{};
  std::uint16_t frame = 0;  ///< number that takes the place of the descriptor's own
};

/// I/O thread.
class KMS_API HeaderTemplate {
 public:
  HeaderTemplate() { build({}, {}); }

  /// `mid`: at most 255 bytes; a longer one is left out.
  void build(const OutgoingExtensions& extensions, std::string_view mid);
  /// The header; valid until the next call.
  [[nodiscard]] std::span<const std::uint8_t> fill(const PacketHeader& packet) noexcept;
  /// Without a dependency descriptor.
  [[nodiscard]] std::size_t size() const noexcept { return m_short.size; }
  [[nodiscard]] bool hasTransportSequence() const noexcept {
    return m_short.transportSequenceAt != 0;
  }
  [[nodiscard]] bool hasAbsoluteSendTime() const noexcept {
    return m_short.absoluteSendTimeAt != 0;
  }
  [[nodiscard]] bool hasDependencies() const noexcept { return m_dependencies != 0; }

 private:
  /// With elements of one form (RFC 8285 4.2, 4.3).
  struct Form {
    std::uint16_t size = 0;                 // whole, with padding
    std::uint16_t used = 0;                 // without
    std::uint16_t transportSequenceAt = 0;  // 0: none
    std::uint16_t absoluteSendTimeAt = 0;   // 0: none
    bool twoByte = false;
    std::array<std::uint8_t, 320> bytes{};
  };

  static void build(Form& form, const OutgoingExtensions& extensions, std::string_view mid);
  [[nodiscard]] std::size_t append(Form& form, const PacketHeader& packet) const noexcept;

  std::uint8_t m_dependencies = 0;
  std::unique_ptr<Form> m_long;  // two-byte elements: descriptors with a structure need them
  Form m_short;                  // what packets have without a descriptor, or with a small one
};

}  // namespace kms::router
