#include "crc32.hpp"
#include "stun-wire.hpp"

#include <kms/ice/stun.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

namespace kms::ice {

using namespace wire;

namespace {

// Class and method lie interleaved in the 14 bits of the type (RFC 8489 5).
StunClass classOf(std::uint16_t type) noexcept {
  return static_cast<StunClass>(((type >> 4U) & 1U) | ((type >> 7U) & 2U));
}

std::uint16_t methodOf(std::uint16_t type) noexcept {
  return static_cast<std::uint16_t>((type & 0x000FU) | ((type & 0x00E0U) >> 1U) |
                                    ((type & 0x3E00U) >> 2U));
}

bool isKnown(std::uint16_t type) noexcept {
  switch (static_cast<StunAttribute>(type)) {
    case StunAttribute::MappedAddress:
    case StunAttribute::Username:
    case StunAttribute::MessageIntegrity:
    case StunAttribute::ErrorCode:
    case StunAttribute::UnknownAttributes:
    case StunAttribute::Realm:
    case StunAttribute::Nonce:
    case StunAttribute::MessageIntegritySha256:
    case StunAttribute::PasswordAlgorithm:
    case StunAttribute::UserHash:
    case StunAttribute::XorMappedAddress:
    case StunAttribute::Priority:
    case StunAttribute::UseCandidate:
      return true;
    default:
      return type >= 0x8000U;
  }
}

std::string_view asText(ByteView value) noexcept {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

/// The value of the first attribute `wanted` in [20, end) of `packet`, where `end` <=
/// packet.size().
std::optional<ByteView> findIn(ByteView packet, std::size_t end, std::uint16_t wanted) noexcept {
  for (std::size_t at = kStunHeaderSize; at + kAttributeHeader <= end;) {
    const std::size_t length = read16(&packet[at + 2]);
    const std::size_t value = at + kAttributeHeader;
    if (length > end - value) return std::nullopt;
    if (read16(&packet[at]) == wanted) return packet.subspan(value, length);
    at = value + padded(length);
  }
  return std::nullopt;
}

bool isBinding(ByteView packet, StunClass wanted) noexcept {
  const std::uint16_t type = read16(packet.data());
  return methodOf(type) == kStunBinding && classOf(type) == wanted;
}

}  // namespace

bool isStun(ByteView packet) noexcept {
  return packet.size() >= kStunHeaderSize && packet[0] < 4 && read32(&packet[4]) == kStunCookie;
}

std::optional<std::string_view> usernameFragment(ByteView packet) noexcept {
  if (!isStun(packet) || !isBinding(packet, StunClass::Request)) return std::nullopt;
  const auto value =
      findIn(packet, packet.size(), static_cast<std::uint16_t>(StunAttribute::Username));
  if (!value) return std::nullopt;
  const std::string_view username = asText(*value);
  const auto colon = username.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return username.substr(0, colon);
}

std::optional<std::uint32_t> transactionTag(ByteView packet) noexcept {
  if (!isStun(packet)) return std::nullopt;
  if (!isBinding(packet, StunClass::Success) && !isBinding(packet, StunClass::Error)) {
    return std::nullopt;
  }
  return read32(&packet[8]);
}

std::optional<StunMessage> StunMessage::parse(ByteView packet) noexcept {
  if (!isStun(packet) || packet.size() > kStunMaxSize) return std::nullopt;
  if (packet.size() % 4 != 0 || read16(&packet[2]) != packet.size() - kStunHeaderSize) {
    return std::nullopt;
  }
  StunMessage message;
  message.m_packet = packet;
  message.m_class = classOf(read16(packet.data()));
  message.m_method = methodOf(read16(packet.data()));
  std::copy_n(packet.begin() + 8, message.m_id.size(), message.m_id.begin());
  if (!message.scan()) return std::nullopt;
  return message;
}

bool StunMessage::scan() noexcept {
  std::size_t at = kStunHeaderSize;
  while (at < m_packet.size()) {
    if (m_fingerprintAt != 0) return false;  // it must be the last one
    const std::size_t length = read16(&m_packet[at + 2]);
    if (padded(length) > m_packet.size() - at - kAttributeHeader) return false;
    if (!note(read16(&m_packet[at]), at, length)) return false;
    at += kAttributeHeader + padded(length);
  }
  return true;
}

bool StunMessage::note(std::uint16_t type, std::size_t offset, std::size_t length) noexcept {
  if (type == static_cast<std::uint16_t>(StunAttribute::Fingerprint)) {
    m_fingerprintAt = offset;
    return length == kFingerprintSize;
  }
  if (m_integrityAt != 0) return true;  // not covered by the integrity, so ignored
  if (type == static_cast<std::uint16_t>(StunAttribute::MessageIntegrity)) {
    m_integrityAt = offset;
    return length == kIntegritySize;
  }
  if (!isKnown(type) && m_unknownCount < m_unknown.size()) m_unknown[m_unknownCount++] = type;
  return true;
}

std::optional<ByteView> StunMessage::find(StunAttribute type) const noexcept {
  std::size_t end = m_packet.size();
  if (m_fingerprintAt != 0) end = m_fingerprintAt;
  if (m_integrityAt != 0) end = m_integrityAt;
  return findIn(m_packet, end, static_cast<std::uint16_t>(type));
}

std::optional<std::string_view> StunMessage::text(StunAttribute type) const noexcept {
  const auto value = find(type);
  if (!value) return std::nullopt;
  return asText(*value);
}

std::optional<std::uint32_t> StunMessage::number32(StunAttribute type) const noexcept {
  const auto value = find(type);
  if (!value || value->size() != 4) return std::nullopt;
  return read32(value->data());
}

std::optional<std::uint64_t> StunMessage::number64(StunAttribute type) const noexcept {
  const auto value = find(type);
  if (!value || value->size() != 8) return std::nullopt;
  return read64(value->data());
}

std::optional<Address> StunMessage::xorAddress(StunAttribute type) const noexcept {
  const auto value = find(type);
  return value ? address(*value, true) : std::nullopt;
}

std::optional<Address> StunMessage::mappedAddress() const noexcept {
  if (const auto value = find(StunAttribute::XorMappedAddress)) return address(*value, true);
  if (const auto value = find(StunAttribute::MappedAddress)) return address(*value, false);
  return std::nullopt;
}

std::optional<Address> StunMessage::alternateServer() const noexcept {
  const auto value = find(StunAttribute::AlternateServer);
  return value ? address(*value, false) : std::nullopt;
}

std::optional<Address> StunMessage::address(ByteView value, bool isXored) const noexcept {
  if (value.size() < 4) return std::nullopt;
  const std::size_t length = value[1] == kFamilyV4 ? 4 : value[1] == kFamilyV6 ? 16 : 0;
  if (length == 0 || value.size() != 4 + length) return std::nullopt;
  const auto mask = isXored ? addressMask(m_id) : std::array<std::uint8_t, 16>{};
  Address result;
  result.isV6 = length == 16;
  result.port = static_cast<std::uint16_t>(read16(&value[2]) ^ read16(mask.data()));
  for (std::size_t index = 0; index < length; ++index) {
    result.ip[index] = static_cast<std::uint8_t>(value[4 + index] ^ mask[index]);
  }
  return result;
}

std::optional<StunMessage::Error> StunMessage::error() const noexcept {
  const auto value = find(StunAttribute::ErrorCode);
  if (!value || value->size() < 4) return std::nullopt;
  const int hundreds = (*value)[2] & 7;
  const int rest = (*value)[3];
  if (hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return Error{hundreds * 100 + rest, asText(value->subspan(4))};
}

StunMessage::Check StunMessage::integrity(std::string_view key) const noexcept {
  if (m_integrityAt == 0) return Check::Absent;
  // The digest covers the header with a length that ends at MESSAGE-INTEGRITY (RFC 8489 14.5).
  std::array<std::uint8_t, kStunMaxSize> covered;
  std::copy_n(m_packet.begin(), m_integrityAt, covered.begin());
  const std::size_t end = m_integrityAt + kAttributeHeader + kIntegritySize;
  write16(&covered[2], static_cast<std::uint16_t>(end - kStunHeaderSize));
  std::array<std::uint8_t, kIntegritySize> digest{};
  if (!hmacSha1(key, {covered.data(), m_integrityAt}, digest)) return Check::Invalid;
  const auto* sent = &m_packet[m_integrityAt + kAttributeHeader];
  return CRYPTO_memcmp(digest.data(), sent, digest.size()) == 0 ? Check::Valid : Check::Invalid;
}

StunMessage::Check StunMessage::fingerprint() const noexcept {
  if (m_fingerprintAt == 0) return Check::Absent;
  const std::uint32_t sent = read32(&m_packet[m_fingerprintAt + kAttributeHeader]);
  const std::uint32_t wanted = crc32(m_packet.first(m_fingerprintAt)) ^ kFingerprintMask;
  return sent == wanted ? Check::Valid : Check::Invalid;
}

}  // namespace kms::ice
