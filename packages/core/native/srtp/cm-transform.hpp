// AES counter mode with HMAC-SHA1 (RFC 3711 4.1.1, 4.2.1; RFC 6188 for 256 bits).
#pragma once

#include "hmac-sha1.hpp"
#include "openssl.hpp"
#include "transform.hpp"

namespace kms::srtp {

class CmTransform final : public Transform {
 public:
  CmTransform(const ProfileInfo& info, const SessionKeys& rtp, const SessionKeys& rtcp);

  std::size_t sealRtp(const RtpParts& parts, PacketIndex index,
                      std::span<std::uint8_t> out) override;
  void addHot(HotMemory& hot) const noexcept override;
  std::optional<std::size_t> openRtp(std::span<std::uint8_t> packet, std::size_t headerLength,
                                     PacketIndex index) override;
  std::size_t sealRtcp(std::span<const std::uint8_t> packet, PacketIndex index,
                       std::span<std::uint8_t> out) override;
  std::optional<std::size_t> openRtcp(std::span<std::uint8_t> packet, PacketIndex index,
                                      bool encrypted) override;
  std::uint32_t rtcpIndexWord(std::span<const std::uint8_t> packet) const override;

 private:
  struct Direction {
    Direction(const ProfileInfo& info, const SessionKeys& keys);
    bool start(PacketIndex index);
    bool crypt(std::span<const std::uint8_t> in, std::uint8_t* out);

    CipherContext context;
    std::array<std::uint8_t, kMaxMasterSalt> salt;
    HmacSha1 hmac;
  };

  Direction m_rtp;
  Direction m_rtcp;
};

}  // namespace kms::srtp
