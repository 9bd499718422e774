// Both directions against libsrtp2, for every profile.
#include "test-support.hpp"

#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <srtp2/srtp.h>

namespace kms::srtp {
namespace {

using testing::Bytes;
using testing::headerLength;
using testing::makeKeys;
using testing::makeRtcp;
using testing::makeRtp;
using testing::RtpOptions;

using SetPolicy = void (*)(srtp_crypto_policy_t*);

void setPolicies(Profile profile, srtp_policy_t& policy) {
  static const std::map<Profile, std::pair<SetPolicy, SetPolicy>> kPolicies{
      {Profile::kAes128CmSha1_80,
       {srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtcp_default}},
      {Profile::kAes128CmSha1_32,
       {srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, srtp_crypto_policy_set_rtcp_default}},
      {Profile::kAes256CmSha1_80,
       {srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80}},
      {Profile::kAes256CmSha1_32,
       {srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32,
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80}},
      {Profile::kAeadAes128Gcm,
       {srtp_crypto_policy_set_aes_gcm_128_16_auth, srtp_crypto_policy_set_aes_gcm_128_16_auth}},
      {Profile::kAeadAes256Gcm,
       {srtp_crypto_policy_set_aes_gcm_256_16_auth, srtp_crypto_policy_set_aes_gcm_256_16_auth}},
  };
  const auto& [rtp, rtcp] = kPolicies.at(profile);
  rtp(&policy.rtp);
  rtcp(&policy.rtcp);
}

/// One direction of libsrtp2 with the same master keys.
class Reference {
 public:
  Reference(const Keys& keys, srtp_ssrc_type_t direction) {
    static const srtp_err_status_t kInitialised = srtp_init();
    EXPECT_EQ(kInitialised, srtp_err_status_ok);
    const ProfileInfo& info = *findProfile(keys.profile);
    Bytes material(keys.masterKey.begin(), keys.masterKey.begin() + info.keyLength);
    material.insert(material.end(), keys.masterSalt.begin(),
                    keys.masterSalt.begin() + info.saltLength);
    srtp_policy_t policy{};
    setPolicies(keys.profile, policy);
    policy.ssrc.type = direction;
    policy.key = material.data();
    policy.window_size = 128;
    policy.allow_repeat_tx = 1;
    EXPECT_EQ(srtp_create(&m_session, &policy), srtp_err_status_ok);
  }
  ~Reference() { srtp_dealloc(m_session); }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  using Operation = srtp_err_status_t (*)(srtp_t, void*, int*);
  /// The packet after that operation; empty when libsrtp refuses it.
  Bytes run(Operation operation, Bytes packet) {
    int length = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN);
    if (operation(m_session, packet.data(), &length) != srtp_err_status_ok) {
      return {};
    }
    packet.resize(static_cast<std::size_t>(length));
    return packet;
  }

 private:
  srtp_t m_session = nullptr;
};

class LibsrtpInterop : public ::testing::TestWithParam<Profile> {
 protected:
  Bytes protect(const Bytes& packet, const RtpOptions& options) {
    Bytes out(packet.size() + kMaxRtpOverhead);
    const std::span<const std::uint8_t> all(packet);
    const std::size_t header = headerLength(options);
    out.resize(m_outbound.protectRtp(all.first(header), all.subspan(header), out));
    return out;
  }

  Bytes unprotect(Bytes packet) {
    packet.resize(m_inbound.unprotectRtp(packet).value_or(0));
    return packet;
  }

  Keys m_keys = makeKeys(GetParam());
  OutboundSession m_outbound{m_keys};
  InboundSession m_inbound{m_keys};
  Reference m_sender{m_keys, ssrc_any_outbound};
  Reference m_receiver{m_keys, ssrc_any_inbound};
};

TEST_P(LibsrtpInterop, makesTheSamePacketsOverTwoWrapsOfTheSequence) {
  const RtpOptions options{.payload = 33};
  for (std::uint32_t i = 0; i < 3 * 0x10000 + 100; i += 97) {
    const Bytes plain = makeRtp(static_cast<std::uint16_t>(i), options);
    const Bytes ours = protect(plain, options);
    ASSERT_EQ(ours, m_sender.run(srtp_protect, plain)) << i;
    ASSERT_EQ(m_receiver.run(srtp_unprotect, ours), plain) << i;
    ASSERT_EQ(unprotect(ours), plain) << i;
  }
  EXPECT_EQ(m_outbound.streams()[0].nextIndex >> 16U, 3U);
}

TEST_P(LibsrtpInterop, sendsOlderSequenceNumbersWithTheRightRollover) {
  for (const int sequence : {65530, 65535, 3, 65531, 0, 65534, 4, 1}) {
    const Bytes plain = makeRtp(static_cast<std::uint16_t>(sequence));
    EXPECT_EQ(m_receiver.run(srtp_unprotect, protect(plain, {})), plain) << sequence;
  }
  for (const int sequence : {65530, 65535, 3, 65531, 0, 65534, 4, 1}) {
    const Bytes plain = makeRtp(static_cast<std::uint16_t>(sequence), {.ssrc = 9});
    EXPECT_EQ(unprotect(m_sender.run(srtp_protect, plain)), plain) << sequence;
  }
}

TEST_P(LibsrtpInterop, understandsCsrcsAndHeaderExtensions) {
  std::uint16_t sequence = 0;
  for (const std::uint8_t csrcs : {0, 1, 15}) {
    for (const std::uint16_t words : {0, 1, 20}) {
      for (const std::size_t payload : {0U, 1U, 15U, 16U, 17U, 1200U}) {
        const RtpOptions options{.payload = payload, .csrcs = csrcs, .extensionWords = words};
        const Bytes plain = makeRtp(++sequence, options);
        const Bytes ours = protect(plain, options);
        ASSERT_EQ(ours, m_sender.run(srtp_protect, plain));
        ASSERT_EQ(m_receiver.run(srtp_unprotect, ours), plain);
        ASSERT_EQ(unprotect(ours), plain);
      }
    }
  }
}

TEST_P(LibsrtpInterop, exchangesRtcpInBothDirections) {
  const Bytes plain = makeRtcp();
  for (int i = 0; i < 300; ++i) {
    Bytes ours(plain.size() + kMaxRtcpOverhead);
    ours.resize(m_outbound.protectRtcp(plain, ours));
    ASSERT_EQ(m_receiver.run(srtp_unprotect_rtcp, ours), plain) << i;
    Bytes theirs = m_sender.run(srtp_protect_rtcp, plain);
    ASSERT_EQ(theirs.size(), plain.size() + m_outbound.rtcpOverhead());
    theirs.resize(m_inbound.unprotectRtcp(theirs).value_or(0));
    ASSERT_EQ(theirs, plain) << i;
  }
}

/// Any well-formed RTP packet; its sequence number is `sequence`.
Bytes randomRtp(std::mt19937& random, std::uint16_t sequence, RtpOptions& options) {
  options = {.ssrc = 0xA0000000U + static_cast<std::uint32_t>(random() % 4),
             .payload = random() % 1400,
             .csrcs = static_cast<std::uint8_t>(random() % 16),
             .extensionWords = static_cast<std::uint16_t>(random() % 3 == 0 ? random() % 30 : 0)};
  Bytes packet = makeRtp(sequence, options);
  packet[1] = static_cast<std::uint8_t>(random());
  for (std::size_t i = headerLength(options); i < packet.size(); ++i) {
    packet[i] = static_cast<std::uint8_t>(random());
  }
  return packet;
}

/// Compound of any bytes behind a first header from that SSRC.
Bytes randomRtcp(std::mt19937& random, std::uint32_t ssrc) {
  Bytes packet = makeRtcp(ssrc);
  packet.resize(8 + 4 * (random() % 100));
  for (std::size_t i = 8; i < packet.size(); ++i) packet[i] = static_cast<std::uint8_t>(random());
  return packet;
}

TEST_P(LibsrtpInterop, agreesOnTenThousandRandomPackets) {
  std::mt19937 random(3711);
  // libsrtp counts SRTCP packets from 1.
  std::array<OutboundStream, 4> streams;
  for (std::uint32_t i = 0; i < 4; ++i) streams[i] = {0xA0000000U + i, 1, 0};
  ASSERT_TRUE(m_outbound.restore(streams));
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    RtpOptions options;
    const Bytes rtp = randomRtp(random, static_cast<std::uint16_t>(i * 13), options);
    const Bytes ours = protect(rtp, options);
    ASSERT_EQ(ours, m_sender.run(srtp_protect, rtp)) << i;
    ASSERT_EQ(m_receiver.run(srtp_unprotect, ours), rtp) << i;
    ASSERT_EQ(unprotect(ours), rtp) << i;

    const Bytes rtcp = randomRtcp(random, options.ssrc);
    Bytes sealed(rtcp.size() + kMaxRtcpOverhead);
    sealed.resize(m_outbound.protectRtcp(rtcp, sealed));
    ASSERT_EQ(sealed, m_sender.run(srtp_protect_rtcp, rtcp)) << i;
    ASSERT_EQ(m_receiver.run(srtp_unprotect_rtcp, sealed), rtcp) << i;
    sealed.resize(m_inbound.unprotectRtcp(sealed).value_or(0));
    ASSERT_EQ(sealed, rtcp) << i;
  }
}

std::string profileName(const ::testing::TestParamInfo<Profile>& info) {
  return std::string(findProfile(info.param)->suiteName);
}

INSTANTIATE_TEST_SUITE_P(Profiles, LibsrtpInterop,
                         ::testing::Values(Profile::kAes128CmSha1_80, Profile::kAes128CmSha1_32,
                                           Profile::kAes256CmSha1_80, Profile::kAes256CmSha1_32,
                                           Profile::kAeadAes128Gcm, Profile::kAeadAes256Gcm),
                         profileName);

}  // namespace
}  // namespace kms::srtp
