// Published vectors: RFC 3711 appendix B, RFC 6188 7.2, RFC 7714 16 and 17.
#include "hmac-sha1.hpp"
#include "openssl.hpp"
#include "session-keys.hpp"
#include "test-support.hpp"
#include "transform.hpp"

#include <gtest/gtest.h>

namespace kms::srtp {
namespace {

using testing::Bytes;
using testing::fromHex;

Bytes derived(Profile profile, const std::string& master, Label label, std::size_t length) {
  const auto keys = Keys::fromMaterial(profile, fromHex(master));
  Bytes out(length);
  derive(*findProfile(profile), keys.value(), label, out);
  return out;
}

SessionKeys sessionKeys(std::string_view key, std::string_view salt) {
  SessionKeys keys;
  std::ranges::copy(fromHex(key), keys.key.begin());
  std::ranges::copy(fromHex(salt), keys.salt.begin());
  return keys;
}

TEST(SrtpVectors, derivesTheKeysOfRfc3711AppendixB3) {
  const std::string master = "E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6";
  const auto profile = Profile::kAes128CmSha1_80;
  EXPECT_EQ(derived(profile, master, Label::kRtpKey, 16),
            fromHex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(derived(profile, master, Label::kRtpSalt, 14), fromHex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(derived(profile, master, Label::kRtpAuth, 94),
            fromHex("CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE"
                    "E049646C43D9327AD175578EF7227098 6371C10C9A369AC2F94A8C5FBCDDDC25"
                    "6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2"));
}

TEST(SrtpVectors, derivesTheKeysOfRfc6188ForAes256) {
  const std::string master =
      "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6"
      "3b04803de51ee7c96423ab5b78d2";
  const auto profile = Profile::kAes256CmSha1_80;
  EXPECT_EQ(derived(profile, master, Label::kRtpKey, 32),
            fromHex("5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4"));
  EXPECT_EQ(derived(profile, master, Label::kRtpSalt, 14), fromHex("fa31791685ca444a9e07c6c64e93"));
  EXPECT_EQ(derived(profile, master, Label::kRtpAuth, 20),
            fromHex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"));
}

// The key stream shows as the ciphertext of zeros.
TEST(SrtpVectors, makesTheKeyStreamOfRfc3711AppendixB2) {
  const SessionKeys keys =
      sessionKeys("2B7E151628AED2A6ABF7158809CF4F3C", "F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
  const auto transform = makeTransform(*findProfile(Profile::kAes128CmSha1_80), keys, keys);
  const Bytes header = fromHex("80600000 00000000 00000000");
  const Bytes zeros(0xff02 * 16, 0);
  Bytes out(header.size() + zeros.size() + 10);
  ASSERT_EQ(transform->sealRtp({header, {}, zeros}, {0, 0}, out), out.size());
  const auto block = [&](std::size_t number) {
    const auto at = out.begin() + static_cast<std::ptrdiff_t>(header.size() + number * 16);
    return Bytes(at, at + 16);
  };
  EXPECT_EQ(block(0), fromHex("E03EAD0935C95E80E166B16DD92B4EB4"));
  EXPECT_EQ(block(1), fromHex("D23513162B02D0F72A43A2FE4A5F97AB"));
  EXPECT_EQ(block(2), fromHex("41E95B3BB0A2E8DD477901E4FCA894C0"));
  EXPECT_EQ(block(0xfeff), fromHex("EC8CDF7398607CB0F2D21675EA9EA1E4"));
  EXPECT_EQ(block(0xff00), fromHex("362B7C3C6773516318A077D7FC5073AE"));
  EXPECT_EQ(block(0xff01), fromHex("6A2CC3787889374FBEB4C81B17BA6C44"));
}

TEST(SrtpVectors, computesTheHmacOfRfc2202) {
  const HmacSha1 hmac(Bytes(20, 0x0b));
  const auto mac = hmac.compute(fromHex("4869"), fromHex("205468657265"));
  EXPECT_EQ(Bytes(mac.begin(), mac.end()), fromHex("b617318655057264e28bc0b6fb378c8ef146be00"));
}

struct GcmVector {
  const char* name;
  Profile profile;
  const char* key;
  const char* rtp;
  const char* rtcp;
  const char* taggedRtcp;
};

void PrintTo(const GcmVector& vector, std::ostream* out) {
  *out << vector.name;
}

constexpr const char* kSalt = "51756964 2070726f 2071756f";
constexpr const char* kPlainRtp =
    "8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e6973206469766973612069"
    "6e207061727465732074726573";
constexpr const char* kPlainRtcp =
    "81c8000d4d617273 4e5450314e545032525450200000042a0000e9304c756e61"
    "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
constexpr PacketIndex kRtpIndex{0x5501a0b2, 0xf17b};
constexpr PacketIndex kRtcpIndex{0x4d617273, 0x5d4};

class GcmVectors : public ::testing::TestWithParam<GcmVector> {
 protected:
  GcmVectors()
      : m_transform(makeTransform(*findProfile(GetParam().profile),
                                  sessionKeys(GetParam().key, kSalt),
                                  sessionKeys(GetParam().key, kSalt))) {}
  std::unique_ptr<Transform> m_transform;
};

TEST_P(GcmVectors, sealsAndOpensRtp) {
  const Bytes plain = fromHex(kPlainRtp);
  const std::span<const std::uint8_t> all(plain);
  Bytes out(plain.size() + 16);
  ASSERT_EQ(
      m_transform->sealRtp({all.first(12), all.subspan(12, 3), all.subspan(15)}, kRtpIndex, out),
      out.size());
  EXPECT_EQ(out, fromHex(GetParam().rtp));
  ASSERT_EQ(m_transform->openRtp(out, 12, kRtpIndex), plain.size());
  out.resize(plain.size());
  EXPECT_EQ(out, plain);
}

TEST_P(GcmVectors, sealsAndOpensRtcp) {
  const Bytes plain = fromHex(kPlainRtcp);
  Bytes out(plain.size() + 20);
  ASSERT_EQ(m_transform->sealRtcp(plain, kRtcpIndex, out), out.size());
  EXPECT_EQ(out, fromHex(GetParam().rtcp));
  EXPECT_EQ(m_transform->rtcpIndexWord(out), 0x800005d4U);
  ASSERT_EQ(m_transform->openRtcp(out, kRtcpIndex, true), plain.size());
  out.resize(plain.size());
  EXPECT_EQ(out, plain);
}

TEST_P(GcmVectors, opensRtcpThatIsOnlyTagged) {
  Bytes packet = fromHex(GetParam().taggedRtcp);
  EXPECT_EQ(m_transform->rtcpIndexWord(packet), 0x5d4U);
  EXPECT_EQ(m_transform->openRtcp(packet, kRtcpIndex, false), fromHex(kPlainRtcp).size());
}

INSTANTIATE_TEST_SUITE_P(
    Rfc7714, GcmVectors,
    ::testing::Values(
        GcmVector{"Aes128", Profile::kAeadAes128Gcm, "000102030405060708090a0b0c0d0e0f",
                  "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd5"
                  "0d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce",
                  "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32d"
                  "c676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf872"
                  "45d9eade800005d4",
                  "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
                  "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef841dd9683dd78ec92ae58790"
                  "125f62b3000005d4"},
        GcmVector{"Aes256", Profile::kAeadAes256Gcm,
                  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                  "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab1801238"
                  "9a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13",
                  "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50"
                  "a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6c"
                  "b26ac3be800005d4",
                  "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61"
                  "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef91db4afbfeee5a978fab4393"
                  "ed2615fe000005d4"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace kms::srtp
