// What differs between the ciphers: sealing and opening one packet whose index is already known.
#pragma once

#include "packet.hpp"
#include "session-keys.hpp"

#include <kms/srtp/keys.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace kms::srtp {

/// Number that makes a packet's key stream unique.
struct PacketIndex {
  std::uint32_t ssrc;
  std::uint64_t value;  ///< RTP: 48 bits (ROC << 16 | sequence); RTCP: 31 bits
};

/// Keyed ciphers for RTP and RTCP of one direction. No allocation per packet.
class Transform {
 public:
  virtual ~Transform() = default;
  [[nodiscard]] const ProfileInfo& info() const { return m_info; }

  /// Writes header, ciphertext and tag to `out`, which is large enough; 0 when OpenSSL fails. The
  /// parts lie outside `out`, or are the beginning of it (in place).
  [[nodiscard]] virtual std::size_t sealRtp(const RtpParts& parts, PacketIndex index,
                                            std::span<std::uint8_t> out) = 0;
  /// What sealRtp() touches.
  virtual void addHot(HotMemory& hot) const noexcept = 0;
  /// Authenticates and decrypts in place; `packet` holds at least header and tag. Returns the plain
  /// length.
  [[nodiscard]] virtual std::optional<std::size_t> openRtp(std::span<std::uint8_t> packet,
                                                           std::size_t headerLength,
                                                           PacketIndex index) = 0;
  /// The same for RTCP; `packet` holds at least the clear header.
  [[nodiscard]] virtual std::size_t sealRtcp(std::span<const std::uint8_t> packet,
                                             PacketIndex index, std::span<std::uint8_t> out) = 0;
  /// `packet` holds at least the clear header, tag and index word; unencrypted packets (E = 0) are
  /// authenticated only.
  [[nodiscard]] virtual std::optional<std::size_t> openRtcp(std::span<std::uint8_t> packet,
                                                            PacketIndex index, bool encrypted) = 0;
  /// The index word (E flag and index) of a packet long enough to hold it.
  [[nodiscard]] virtual std::uint32_t rtcpIndexWord(std::span<const std::uint8_t> packet) const = 0;

 protected:
  explicit Transform(const ProfileInfo& info) : m_info(info) {}

 private:
  const ProfileInfo& m_info;
};

/// Transform of a profile from session keys. Throws kms::Error when OpenSSL fails.
[[nodiscard]] std::unique_ptr<Transform> makeTransform(const ProfileInfo& info,
                                                       const SessionKeys& rtp,
                                                       const SessionKeys& rtcp);
/// Transform from master keys. Throws kms::Error (kIllegalParam: unknown profile).
[[nodiscard]] std::unique_ptr<Transform> makeTransform(const Keys& keys);

/// The salt with SSRC and index mixed in, at the places that RFC 3711 4.1.1 and RFC 7714 8.1, 9.1
/// share: the index fills the last six bytes of the salt, the SSRC the four before.
template <std::size_t Size>
[[nodiscard]] std::array<std::uint8_t, Size> makeIv(
    const std::array<std::uint8_t, kMaxMasterSalt>& salt, std::size_t saltLength,
    PacketIndex index) {
  std::array<std::uint8_t, Size> iv{};
  for (std::size_t i = 0; i < saltLength; ++i) {
    iv[i] = salt[i];
  }
  for (std::size_t i = 0; i < 4; ++i) {
    iv[saltLength - 7 - i] ^= static_cast<std::uint8_t>(index.ssrc >> (8 * i));
  }
  for (std::size_t i = 0; i < 6; ++i) {
    iv[saltLength - 1 - i] ^= static_cast<std::uint8_t>(index.value >> (8 * i));
  }
  return iv;
}

/// Copies the clear part unless it is already in place.
inline void copyClear(std::span<const std::uint8_t> from, std::span<std::uint8_t> out) {
  if (from.data() != out.data()) {
    std::copy(from.begin(), from.end(), out.begin());
  }
}

}  // namespace kms::srtp
