// The plain SHA-1 functions are marked deprecated in OpenSSL 3; why they are used is told below.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crc32.hpp"
#include "stun-wire.hpp"

#include <kms/ice/stun.hpp>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace kms::ice {

using namespace wire;

namespace wire {

namespace {

using Digest = std::array<std::uint8_t, kIntegritySize>;

bool sha1(ByteView first, ByteView second, Digest& out) noexcept {
  SHA_CTX state;
  return SHA1_Init(&state) == 1 && SHA1_Update(&state, first.data(), first.size()) == 1 &&
         SHA1_Update(&state, second.data(), second.size()) == 1 &&
         SHA1_Final(out.data(), &state) == 1;
}

}  // namespace

// RFC 2104, on the plain SHA-1 functions: HMAC() allocates a dozen times, and strangers ask for it.
bool hmacSha1(std::string_view key, ByteView message,
              std::array<std::uint8_t, kIntegritySize>& out) noexcept {
  std::array<std::uint8_t, SHA_CBLOCK> inner{};
  if (key.size() > inner.size()) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.data());
    if (!sha1({bytes, key.size()}, {}, out)) return false;
    std::ranges::copy(out, inner.begin());
  } else {
    std::ranges::copy(key, inner.begin());
  }
  std::array<std::uint8_t, SHA_CBLOCK> outer = inner;
  for (auto& byte : inner) byte ^= 0x36U;
  for (auto& byte : outer) byte ^= 0x5CU;
  Digest digest{};
  const bool done = sha1(inner, message, digest) && sha1(outer, digest, out);
  OPENSSL_cleanse(inner.data(), inner.size());
  OPENSSL_cleanse(outer.data(), outer.size());
  return done;
}

}  // namespace wire

namespace {

std::uint16_t typeOf(StunClass messageClass, std::uint16_t method) noexcept {
  const auto bits = static_cast<unsigned>(messageClass);
  return static_cast<std::uint16_t>((method & 0x000FU) | ((method & 0x0070U) << 1U) |
                                    ((method & 0x0F80U) << 2U) | ((bits & 1U) << 4U) |
                                    ((bits & 2U) << 7U));
}

}  // namespace

StunWriter::StunWriter(StunClass messageClass, std::uint16_t method,
                       const TransactionId& id) noexcept {
  put16(0, typeOf(messageClass, method));
  put16(2, 0);
  write32(&m_buffer[4], kStunCookie);
  std::copy(id.begin(), id.end(), m_buffer.begin() + 8);
}

void StunWriter::put16(std::size_t offset, std::uint16_t number) noexcept {
  write16(&m_buffer[offset], number);
}

void StunWriter::setLength(std::size_t end) noexcept {
  put16(2, static_cast<std::uint16_t>(end - kStunHeaderSize));
}

void StunWriter::add(StunAttribute type, ByteView value) noexcept {
  const std::size_t size = kAttributeHeader + padded(value.size());
  if (m_isOverflown || size > m_buffer.size() - m_size) {
    m_isOverflown = true;
    return;
  }
  put16(m_size, static_cast<std::uint16_t>(type));
  put16(m_size + 2, static_cast<std::uint16_t>(value.size()));
  const auto body = m_buffer.begin() + static_cast<std::ptrdiff_t>(m_size + kAttributeHeader);
  std::fill(std::copy(value.begin(), value.end(), body),
            body + static_cast<std::ptrdiff_t>(padded(value.size())), std::uint8_t{0});
  m_size += size;
  setLength(m_size);
}

void StunWriter::add(StunAttribute type, std::string_view text) noexcept {
  add(type, ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void StunWriter::add32(StunAttribute type, std::uint32_t number) noexcept {
  std::array<std::uint8_t, 4> value{};
  write32(value.data(), number);
  add(type, value);
}

void StunWriter::add64(StunAttribute type, std::uint64_t number) noexcept {
  std::array<std::uint8_t, 8> value{};
  write32(value.data(), static_cast<std::uint32_t>(number >> 32U));
  write32(value.data() + 4, static_cast<std::uint32_t>(number));
  add(type, value);
}

void StunWriter::addXorAddress(StunAttribute type, const Address& address) noexcept {
  TransactionId id{};
  std::copy_n(m_buffer.begin() + 8, id.size(), id.begin());
  const auto mask = addressMask(id);
  std::array<std::uint8_t, 20> value{};
  value[1] = address.isV6 ? kFamilyV6 : kFamilyV4;
  write16(&value[2], static_cast<std::uint16_t>(address.port ^ read16(mask.data())));
  const std::size_t length = address.isV6 ? 16 : 4;
  for (std::size_t index = 0; index < length; ++index) {
    value[4 + index] = static_cast<std::uint8_t>(address.ip[index] ^ mask[index]);
  }
  add(type, ByteView(value).first(4 + length));
}

void StunWriter::addError(int code, std::string_view reason) noexcept {
  std::array<std::uint8_t, 132> value{};
  value[2] = static_cast<std::uint8_t>(code / 100);
  value[3] = static_cast<std::uint8_t>(code % 100);
  const std::size_t length = std::min(reason.size(), value.size() - 4);
  std::copy_n(reason.begin(), length, value.begin() + 4);
  add(StunAttribute::ErrorCode, ByteView(value).first(4 + length));
}

void StunWriter::addUnknown(std::span<const std::uint16_t> types) noexcept {
  std::array<std::uint8_t, 16> value{};
  const std::size_t count = std::min(types.size(), value.size() / 2);
  for (std::size_t index = 0; index < count; ++index) write16(&value[2 * index], types[index]);
  add(StunAttribute::UnknownAttributes, ByteView(value).first(2 * count));
}

void StunWriter::sign(std::string_view key) noexcept {
  const std::size_t end = m_size;
  add(StunAttribute::MessageIntegrity, std::array<std::uint8_t, kIntegritySize>{});
  if (m_isOverflown) return;
  std::array<std::uint8_t, kIntegritySize> digest{};
  m_isOverflown = !hmacSha1(key, {m_buffer.data(), end}, digest);
  std::copy(digest.begin(), digest.end(),
            m_buffer.begin() + static_cast<std::ptrdiff_t>(end + kAttributeHeader));
}

void StunWriter::addFingerprint() noexcept {
  const std::size_t end = m_size;
  add32(StunAttribute::Fingerprint, 0);
  if (m_isOverflown) return;
  write32(&m_buffer[end + kAttributeHeader], crc32({m_buffer.data(), end}) ^ kFingerprintMask);
}

ByteView StunWriter::bytes() const noexcept {
  return m_isOverflown ? ByteView{} : ByteView(m_buffer.data(), m_size);
}

}  // namespace kms::ice
