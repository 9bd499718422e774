#include "cm-transform.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace kms::srtp {
namespace {

constexpr std::size_t kSaltLength = 14;

std::array<std::uint8_t, 4> rolloverBytes(PacketIndex index) {
  return bytes32(static_cast<std::uint32_t>(index.value >> 16U));
}

}  // namespace

CmTransform::Direction::Direction(const ProfileInfo& info, const SessionKeys& keys)
    : context(EVP_CIPHER_CTX_new()), salt(keys.salt), hmac(keys.auth) {
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, info.cipher, nullptr));
  require(context && cipher, "EVP_CIPHER_fetch");
  require(EVP_EncryptInit_ex(context.get(), cipher.get(), nullptr, keys.key.data(), nullptr) == 1,
          "EVP_EncryptInit_ex");
}

bool CmTransform::Direction::start(PacketIndex index) {
  const auto iv = makeIv<16>(salt, kSaltLength, index);
  return EVP_EncryptInit_ex(context.get(), nullptr, nullptr, nullptr, iv.data()) == 1;
}

bool CmTransform::Direction::crypt(std::span<const std::uint8_t> in, std::uint8_t* out) {
  int written = 0;
  return in.empty() || EVP_EncryptUpdate(context.get(), out, &written, in.data(),
                                         static_cast<int>(in.size())) == 1;
}

CmTransform::CmTransform(const ProfileInfo& info, const SessionKeys& rtp, const SessionKeys& rtcp)
    : Transform(info), m_rtp(info, rtp), m_rtcp(info, rtcp) {}

std::size_t CmTransform::sealRtp(const RtpParts& parts, PacketIndex index,
                                 std::span<std::uint8_t> out) {
  copyClear(parts.header, out);
  std::uint8_t* body = out.data() + parts.header.size();
  if (!m_rtp.start(index) || !m_rtp.crypt(parts.prefix, body) ||
      !m_rtp.crypt(parts.payload, body + parts.prefix.size())) {
    return 0;
  }
  const std::size_t length = parts.header.size() + parts.prefix.size() + parts.payload.size();
  const auto mac = m_rtp.hmac.compute(out.first(length), rolloverBytes(index));
  std::copy_n(mac.begin(), info().rtpTagLength, out.begin() + static_cast<std::ptrdiff_t>(length));
  return length + info().rtpTagLength;
}

void CmTransform::addHot(HotMemory& hot) const noexcept {
  hot.add(this, sizeof m_rtp);
  hot.add(m_rtp.context.get(), 2 * kCacheLine);
}

std::optional<std::size_t> CmTransform::openRtp(std::span<std::uint8_t> packet,
                                                std::size_t headerLength, PacketIndex index) {
  const std::size_t length = packet.size() - info().rtpTagLength;
  const auto mac = m_rtp.hmac.compute(packet.first(length), rolloverBytes(index));
  if (CRYPTO_memcmp(mac.data(), &packet[length], info().rtpTagLength) != 0) {
    return std::nullopt;
  }
  const auto body = packet.subspan(headerLength, length - headerLength);
  if (!m_rtp.start(index) || !m_rtp.crypt(body, body.data())) {
    return std::nullopt;
  }
  return length;
}

std::size_t CmTransform::sealRtcp(std::span<const std::uint8_t> packet, PacketIndex index,
                                  std::span<std::uint8_t> out) {
  copyClear(packet.first(kRtcpClearHeader), out);
  const auto body = packet.subspan(kRtcpClearHeader);
  if (!m_rtcp.start(index) || !m_rtcp.crypt(body, out.data() + kRtcpClearHeader)) {
    return 0;
  }
  const auto word = bytes32(kEncryptedFlag | static_cast<std::uint32_t>(index.value));
  const auto mac = m_rtcp.hmac.compute(out.first(packet.size()), word);
  const auto trailer = out.subspan(packet.size());
  std::ranges::copy(word, trailer.begin());
  std::copy_n(mac.begin(), info().rtcpTagLength, trailer.begin() + kRtcpIndexLength);
  return packet.size() + kRtcpIndexLength + info().rtcpTagLength;
}

std::optional<std::size_t> CmTransform::openRtcp(std::span<std::uint8_t> packet, PacketIndex index,
                                                 bool encrypted) {
  const std::size_t authenticated = packet.size() - info().rtcpTagLength;
  const auto mac = m_rtcp.hmac.compute(packet.first(authenticated), {});
  if (CRYPTO_memcmp(mac.data(), &packet[authenticated], info().rtcpTagLength) != 0) {
    return std::nullopt;
  }
  const std::size_t length = authenticated - kRtcpIndexLength;
  const auto body = packet.subspan(kRtcpClearHeader, length - kRtcpClearHeader);
  if (encrypted && (!m_rtcp.start(index) || !m_rtcp.crypt(body, body.data()))) {
    return std::nullopt;
  }
  return length;
}

std::uint32_t CmTransform::rtcpIndexWord(std::span<const std::uint8_t> packet) const {
  return read32(&packet[packet.size() - info().rtcpTagLength - kRtcpIndexLength]);
}

}  // namespace kms::srtp
