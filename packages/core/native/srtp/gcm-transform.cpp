#include "gcm-transform.hpp"

namespace kms::srtp {
namespace {

constexpr std::size_t kSaltLength = 12;
constexpr std::size_t kTagLength = 16;

}  // namespace

GcmTransform::Direction::Direction(const ProfileInfo& info, const SessionKeys& keys)
    : context(EVP_CIPHER_CTX_new()), salt(keys.salt) {
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, info.cipher, nullptr));
  require(context && cipher, "EVP_CIPHER_fetch");
  require(EVP_EncryptInit_ex(context.get(), cipher.get(), nullptr, keys.key.data(), nullptr) == 1,
          "EVP_EncryptInit_ex");
}

bool GcmTransform::Direction::start(PacketIndex index, bool encrypt) {
  const auto iv = makeIv<12>(salt, kSaltLength, index);
  return EVP_CipherInit_ex(context.get(), nullptr, nullptr, nullptr, iv.data(), encrypt ? 1 : 0) ==
         1;
}

bool GcmTransform::Direction::authenticate(std::span<const std::uint8_t> clear) {
  int written = 0;
  return EVP_CipherUpdate(context.get(), nullptr, &written, clear.data(),
                          static_cast<int>(clear.size())) == 1;
}

bool GcmTransform::Direction::crypt(std::span<const std::uint8_t> in, std::uint8_t* out) {
  int written = 0;
  return in.empty() || EVP_CipherUpdate(context.get(), out, &written, in.data(),
                                        static_cast<int>(in.size())) == 1;
}

bool GcmTransform::Direction::writeTag(std::uint8_t* tag) {
  int written = 0;
  std::array<std::uint8_t, 16> none;
  return EVP_CipherFinal_ex(context.get(), none.data(), &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagLength, tag) == 1;
}

bool GcmTransform::Direction::checkTag(std::uint8_t* tag) {
  int written = 0;
  std::array<std::uint8_t, 16> none;
  return EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagLength, tag) == 1 &&
         EVP_CipherFinal_ex(context.get(), none.data(), &written) == 1;
}

GcmTransform::GcmTransform(const ProfileInfo& info, const SessionKeys& rtp, const SessionKeys& rtcp)
    : Transform(info), m_rtp(info, rtp), m_rtcp(info, rtcp) {}

std::size_t GcmTransform::sealRtp(const RtpParts& parts, PacketIndex index,
                                  std::span<std::uint8_t> out) {
  copyClear(parts.header, out);
  std::uint8_t* body = out.data() + parts.header.size();
  std::uint8_t* tag = body + parts.prefix.size() + parts.payload.size();
  const bool sealed = m_rtp.start(index, true) &&
                      m_rtp.authenticate(out.first(parts.header.size())) &&
                      m_rtp.crypt(parts.prefix, body) &&
                      m_rtp.crypt(parts.payload, body + parts.prefix.size()) && m_rtp.writeTag(tag);
  return sealed ? static_cast<std::size_t>(tag - out.data()) + kTagLength : 0;
}

void GcmTransform::addHot(HotMemory& hot) const noexcept {
  hot.add(this);
  hot.add(m_rtp.context.get(), 2 * kCacheLine);
}

std::optional<std::size_t> GcmTransform::openRtp(std::span<std::uint8_t> packet,
                                                 std::size_t headerLength, PacketIndex index) {
  const std::size_t length = packet.size() - kTagLength;
  const auto body = packet.subspan(headerLength, length - headerLength);
  const bool opened = m_rtp.start(index, false) && m_rtp.authenticate(packet.first(headerLength)) &&
                      m_rtp.crypt(body, body.data()) && m_rtp.checkTag(&packet[length]);
  return opened ? std::optional(length) : std::nullopt;
}

std::size_t GcmTransform::sealRtcp(std::span<const std::uint8_t> packet, PacketIndex index,
                                   std::span<std::uint8_t> out) {
  const auto word = bytes32(kEncryptedFlag | static_cast<std::uint32_t>(index.value));
  const auto clear = packet.first(kRtcpClearHeader);
  copyClear(clear, out);
  const auto trailer = out.subspan(packet.size());
  const bool sealed =
      m_rtcp.start(index, true) && m_rtcp.authenticate(clear) && m_rtcp.authenticate(word) &&
      m_rtcp.crypt(packet.subspan(kRtcpClearHeader), out.data() + kRtcpClearHeader) &&
      m_rtcp.writeTag(trailer.data());
  std::copy(word.begin(), word.end(), trailer.begin() + kTagLength);
  return sealed ? packet.size() + kTagLength + kRtcpIndexLength : 0;
}

std::optional<std::size_t> GcmTransform::openRtcp(std::span<std::uint8_t> packet, PacketIndex index,
                                                  bool encrypted) {
  const std::size_t length = packet.size() - kTagLength - kRtcpIndexLength;
  const std::size_t clear = encrypted ? kRtcpClearHeader : length;
  const auto body = packet.subspan(clear, length - clear);
  const bool opened = m_rtcp.start(index, false) && m_rtcp.authenticate(packet.first(clear)) &&
                      m_rtcp.authenticate(packet.last(kRtcpIndexLength)) &&
                      m_rtcp.crypt(body, body.data()) && m_rtcp.checkTag(&packet[length]);
  return opened ? std::optional(length) : std::nullopt;
}

std::uint32_t GcmTransform::rtcpIndexWord(std::span<const std::uint8_t> packet) const {
  return read32(&packet[packet.size() - kRtcpIndexLength]);
}

}  // namespace kms::srtp
