#include "gst/av1-packing.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace kms::gst {

namespace {

using Span = std::span<const std::uint8_t>;

// AV1 6.2.2
enum ObuType : std::uint8_t {
  kSequenceHeader = 1,
  kTemporalDelimiter = 2,
  kTileList = 8,
  kPadding = 15,
};

constexpr std::uint8_t kForbidden = 0x80;
constexpr std::uint8_t kHasExtension = 0x04;
constexpr std::uint8_t kHasSize = 0x02;
constexpr std::array<std::uint8_t, 2> kDelimiter = {kTemporalDelimiter << 3U | kHasSize, 0};

// Aggregation header, 4.4
constexpr std::uint8_t kContinues = 0x80;
constexpr std::uint8_t kGoesOn = 0x40;
constexpr std::uint8_t kNewSequence = 0x08;

std::uint8_t typeOf(std::uint8_t header) {
  return (header >> 3U) & 0x0FU;
}

bool isCarried(std::uint8_t type) {
  return type != kTemporalDelimiter && type != kTileList && type != kPadding;
}

// leb128 (AV1 4.10.5), of sizes up to 32 bits; takes it off the front.
std::optional<std::size_t> takeSize(Span& from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 5 && i < from.size(); ++i) {
    value |= std::uint64_t{from[i] & 0x7FU} << (i * 7);
    if ((from[i] & 0x80U) != 0) continue;
    from = from.subspan(i + 1);
    return static_cast<std::size_t>(value);
  }
  return std::nullopt;
}

std::size_t sizeOfSize(std::size_t size) {
  std::size_t bytes = 1;
  for (; size >= 0x80; size >>= 7U) ++bytes;
  return bytes;
}

void appendSize(Av1Bytes& to, std::size_t size) {
  for (; size >= 0x80; size >>= 7U) to.push_back(static_cast<std::uint8_t>(size | 0x80U));
  to.push_back(static_cast<std::uint8_t>(size));
}

void append(Av1Bytes& to, Span bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

/// An OBU in its parts.
struct Obu {
  Span header;  // one byte, or two with the extension
  Span payload;

  [[nodiscard]] std::uint8_t type() const { return typeOf(header[0]); }
};

// Takes an OBU off the front; one without a size is all that is left.
std::optional<Obu> takeObu(Span& from) {
  if (from.empty() || (from[0] & kForbidden) != 0) return std::nullopt;
  const bool hasSize = (from[0] & kHasSize) != 0;
  const std::size_t headerSize = (from[0] & kHasExtension) != 0 ? 2 : 1;
  if (from.size() < headerSize) return std::nullopt;
  Obu obu;
  obu.header = from.first(headerSize);
  from = from.subspan(headerSize);
  const auto size = hasSize ? takeSize(from) : std::optional(from.size());
  if (!size || *size > from.size()) return std::nullopt;
  obu.payload = from.first(*size);
  from = from.subspan(*size);
  return obu;
}

/// Fills packets with OBUs one after the other, each with its size before it (W = 0).
class Packer {
 public:
  explicit Packer(std::size_t maxPayload) : m_max(maxPayload) { m_packet.push_back(0); }

  void add(const Obu& obu) {
    Av1Bytes bytes;
    append(bytes, obu.header);
    bytes[0] &= static_cast<std::uint8_t>(~kHasSize);
    append(bytes, obu.payload);
    for (Span rest = bytes; !rest.empty();) rest = rest.subspan(addPart(rest));
  }
  std::vector<Av1Bytes> finish(bool isNewSequence) {
    if (m_packet.size() > 1) flush();
    if (isNewSequence && !m_packets.empty()) m_packets[0][0] |= kNewSequence;
    return std::move(m_packets);
  }

 private:
  // Adds as much as there is room for; says how much that is.
  std::size_t addPart(Span rest) {
    if (m_packet.size() + 4 > m_max) flush();
    const std::size_t room = m_max - m_packet.size();
    const std::size_t part = std::min(rest.size(), room - sizeOfSize(room));
    appendSize(m_packet, part);
    append(m_packet, rest.first(part));
    if (part == rest.size()) return part;
    m_packet[0] |= kGoesOn;
    flush();
    m_packet[0] = kContinues;
    return part;
  }
  void flush() {
    m_packets.push_back(std::move(m_packet));
    m_packet = {0};
  }

  const std::size_t m_max;
  Av1Bytes m_packet;
  std::vector<Av1Bytes> m_packets;
};

}  // namespace

std::vector<Av1Bytes> packAv1(Span unit, std::size_t maxPayload) {
  Packer packer(maxPayload);
  bool isNewSequence = false;
  while (!unit.empty()) {
    const auto obu = takeObu(unit);
    if (!obu) return {};
    if (!isCarried(obu->type())) continue;
    isNewSequence = isNewSequence || obu->type() == kSequenceHeader;
    packer.add(*obu);
  }
  return packer.finish(isNewSequence);
}

void Av1Assembler::drop() {
  m_unit.clear();
  m_obu.clear();
  m_isOpen = false;
  m_hasSequence = false;
}

void Av1Assembler::add(Span payload, bool gap) {
  if (gap) {
    // Whether the packets belonged to this unit or to those before cannot be told.
    m_isBroken = true;
    m_needsKeyUnit = true;
  }
  if (gap && !payload.empty() && (payload[0] & kNewSequence) != 0) {
    drop();
    m_isBroken = false;
  }
  if (m_isBroken) return;
  if (addPayload(payload)) return;
  m_isBroken = true;
  m_needsKeyUnit = true;
}

bool Av1Assembler::addPayload(Span payload) {
  if (payload.size() < 2) return false;
  const std::uint8_t header = payload[0];
  const std::size_t count = (header >> 4U) & 3U;  // W; 0: each element has a size
  Span rest = payload.subspan(1);
  for (std::size_t i = 0; !rest.empty(); ++i) {
    if (count != 0 && i == count) return false;
    const bool isSized = count == 0 || i + 1 < count;
    const auto size = isSized ? takeSize(rest) : std::optional(rest.size());
    if (!size || *size > rest.size()) return false;
    const Span element = rest.first(*size);
    rest = rest.subspan(*size);
    const bool continues = i == 0 && (header & kContinues) != 0;
    const bool goesOn = rest.empty() && (header & kGoesOn) != 0;
    if (!addElement(element, continues, goesOn)) return false;
  }
  return true;
}

bool Av1Assembler::addElement(Span element, bool continues, bool goesOn) {
  if (continues != m_isOpen) return false;
  if (m_unit.size() + m_obu.size() + element.size() > kMaxUnit) return false;
  append(m_obu, element);
  m_isOpen = goesOn;
  return goesOn || finishObu();
}

// Gives the OBU a size, if it has none, and puts it into the unit.
bool Av1Assembler::finishObu() {
  const Av1Bytes bytes = std::exchange(m_obu, {});
  Span rest = bytes;
  if (rest.empty()) return true;
  const auto obu = takeObu(rest);
  if (!obu) return false;
  if (!isCarried(obu->type())) return true;
  m_hasSequence = m_hasSequence || obu->type() == kSequenceHeader;
  const std::size_t at = m_unit.size();
  append(m_unit, obu->header);
  m_unit[at] |= kHasSize;
  appendSize(m_unit, obu->payload.size());
  append(m_unit, obu->payload);
  return true;
}

Av1Bytes Av1Assembler::take() {
  const bool isWhole = !m_isBroken && !m_isOpen && !m_unit.empty();
  if (!isWhole) m_needsKeyUnit = true;
  if (isWhole && m_hasSequence) m_needsKeyUnit = false;
  Av1Bytes unit;
  if (isWhole && !m_needsKeyUnit) {
    append(unit, kDelimiter);
    append(unit, m_unit);
    m_isKeyUnit = m_hasSequence;
  }
  m_isBroken = false;
  drop();
  return unit;
}

}  // namespace kms::gst
