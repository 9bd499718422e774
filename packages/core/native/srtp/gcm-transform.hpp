// AES-GCM (RFC 7714).
#pragma once

#include "openssl.hpp"
#include "transform.hpp"

namespace kms::srtp {

class GcmTransform final : public Transform {
 public:
  GcmTransform(const ProfileInfo& info, const SessionKeys& rtp, const SessionKeys& rtcp);

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
    bool start(PacketIndex index, bool encrypt);
    bool authenticate(std::span<const std::uint8_t> clear);
    bool crypt(std::span<const std::uint8_t> in, std::uint8_t* out);
    bool writeTag(std::uint8_t* tag);
    bool checkTag(std::uint8_t* tag);

    CipherContext context;
    std::array<std::uint8_t, kMaxMasterSalt> salt;
  };

  Direction m_rtp;
  Direction m_rtcp;
};

}  // namespace kms::srtp
