// AV1 over RTP (AV1 RTP specification 1.0, section 4): OBUs into packets and back. No GStreamer.
#pragma once

#include <kms/base/export.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kms::gst {

using Av1Bytes = std::vector<std::uint8_t>;

/// The RTP payloads of one temporal unit (low-overhead OBUs with sizes; AV1 5.2), each at most
/// `maxPayload` (>= 16) bytes. Temporal delimiters, tile lists and padding stay behind. Empty when
/// the unit is malformed or has nothing to send.
[[nodiscard]] KMS_API std::vector<Av1Bytes> packAv1(std::span<const std::uint8_t> unit,
                                                    std::size_t maxPayload);

/// Puts temporal units together. One thread. Nothing in a payload is trusted; a unit with something
/// missing or malformed is left out, and those after it up to the next with a sequence header.
class KMS_API Av1Assembler {
 public:
  /// Takes the payload of the next packet; `gap`: packets are missing before it.
  void add(std::span<const std::uint8_t> payload, bool gap);
  /// At the end of a temporal unit (the packet had the marker): the unit, with a temporal delimiter
  /// and sizes; empty when it cannot be used.
  [[nodiscard]] Av1Bytes take();
  /// Whether the unit taken last began with a sequence header, so that decoding may start with it.
  [[nodiscard]] bool isKeyUnit() const noexcept { return m_isKeyUnit; }
  /// Whether units are left out until one with a sequence header comes.
  [[nodiscard]] bool needsKeyUnit() const noexcept { return m_needsKeyUnit; }

  static constexpr std::size_t kMaxUnit = std::size_t{8} << 20U;

 private:
  bool addElement(std::span<const std::uint8_t> element, bool continues, bool goesOn);
  bool addPayload(std::span<const std::uint8_t> payload);
  bool finishObu();
  void drop();

  Av1Bytes m_unit;
  Av1Bytes m_obu;  // the one that is incomplete
  bool m_isOpen = false;
  bool m_isBroken = false;
  bool m_hasSequence = false;
  bool m_isKeyUnit = false;
  bool m_needsKeyUnit = true;
};

}  // namespace kms::gst
