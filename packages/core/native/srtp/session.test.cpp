// Behaviour of the sessions: replay, tampering, bounds, saved state, hostile input.
#include "packet.hpp"
#include "replay-window.hpp"
#include "test-support.hpp"

#include <kms/base/error.hpp>
#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::srtp {
namespace {

using testing::Bytes;
using testing::headerLength;
using testing::makeKeys;
using testing::makeRtcp;
using testing::makeRtp;
using testing::RtpOptions;

class Sessions : public ::testing::TestWithParam<Profile> {
 protected:
  Bytes protect(std::uint16_t sequence, const RtpOptions& options = {}) {
    Bytes packet = makeRtp(sequence, options);
    const std::size_t length = packet.size();
    packet.resize(length + kMaxRtpOverhead);
    packet.resize(m_outbound.protectRtp(packet, length));
    return packet;
  }
  Bytes protectRtcp(std::uint32_t ssrc = 0x11223344) {
    const Bytes plain = makeRtcp(ssrc);
    Bytes out(plain.size() + kMaxRtcpOverhead);
    out.resize(m_outbound.protectRtcp(plain, out));
    return out;
  }
  bool accepts(Bytes packet) { return m_inbound.unprotectRtp(packet).has_value(); }
  bool acceptsRtcp(Bytes packet) { return m_inbound.unprotectRtcp(packet).has_value(); }

  OutboundSession m_outbound{makeKeys(GetParam())};
  InboundSession m_inbound{makeKeys(GetParam())};
};

TEST_P(Sessions, protectsInPlaceAsOutOfPlace) {
  OutboundSession other(makeKeys(GetParam()));
  const RtpOptions options{.payload = 400, .csrcs = 2, .extensionWords = 3};
  const Bytes plain = makeRtp(5, options);
  const std::span<const std::uint8_t> all(plain);
  const std::size_t header = headerLength(options);
  Bytes out(plain.size() + other.rtpOverhead());
  ASSERT_EQ(
      other.protectRtp({all.first(header), all.subspan(header, 5), all.subspan(header + 5)}, out),
      out.size());
  EXPECT_EQ(protect(5, options), out);
  EXPECT_NE(out[header], plain[header]);
}

TEST_P(Sessions, refusesToProtectMalformedPackets) {
  const Bytes plain = makeRtp(1, {.extensionWords = 2});
  const std::span<const std::uint8_t> all(plain);
  Bytes out(plain.size() + kMaxRtpOverhead);
  EXPECT_EQ(m_outbound.protectRtp(all.first(11), {}, out), 0U);
  EXPECT_EQ(m_outbound.protectRtp(all.first(12), all.subspan(12), out), 0U);
  EXPECT_EQ(m_outbound.protectRtp(all.first(28), all.subspan(28), out), 0U);
  EXPECT_EQ(
      m_outbound.protectRtp(all.first(24), all.subspan(24),
                            std::span(out).first(plain.size() + m_outbound.rtpOverhead() - 1)),
      0U);
  EXPECT_EQ(m_outbound.protectRtp(out, out.size() + 1), 0U);
  EXPECT_EQ(m_outbound.protectRtcp(all.first(7), out), 0U);
  EXPECT_TRUE(m_outbound.streams().empty());
  EXPECT_GT(m_outbound.protectRtp(all.first(24), all.subspan(24), out), 0U);
}

TEST_P(Sessions, dropsReplays) {
  const Bytes first = protect(1);
  const Bytes second = protect(2);
  EXPECT_TRUE(accepts(second));
  EXPECT_TRUE(accepts(first));
  EXPECT_FALSE(accepts(first));
  EXPECT_FALSE(accepts(second));
  EXPECT_EQ(m_inbound.counters().replays, 2U);
  const Bytes report = protectRtcp();
  EXPECT_TRUE(acceptsRtcp(report));
  EXPECT_FALSE(acceptsRtcp(report));
  EXPECT_EQ(m_inbound.counters().replays, 3U);
}

TEST_P(Sessions, acceptsLatePacketsOnlyInsideTheWindow) {
  const Bytes tooLate = protect(1000);
  const Bytes late = protect(1001);
  ASSERT_TRUE(accepts(protect(static_cast<std::uint16_t>(1000 + kRtpWindow))));
  EXPECT_FALSE(accepts(tooLate));
  EXPECT_TRUE(accepts(late));
  EXPECT_EQ(m_inbound.counters().replays, 1U);
}

TEST_P(Sessions, dropsEveryPacketWithOneChangedBit) {
  const Bytes packet = protect(7, {.payload = 20, .csrcs = 1, .extensionWords = 1});
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    Bytes damaged = packet;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(accepts(damaged)) << bit;
  }
  EXPECT_TRUE(m_inbound.streams().empty());
  EXPECT_TRUE(accepts(packet));
  const Bytes report = protectRtcp();
  for (std::size_t bit = 0; bit < report.size() * 8; ++bit) {
    Bytes damaged = report;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(acceptsRtcp(damaged)) << bit;
  }
  EXPECT_TRUE(acceptsRtcp(report));
}

TEST_P(Sessions, dropsPacketsOfOtherKeys) {
  InboundSession other(makeKeys(GetParam(), 2));
  Bytes packet = protect(1);
  EXPECT_FALSE(other.unprotectRtp(packet));
  EXPECT_EQ(other.counters().authenticationFailures, 1U);
  EXPECT_TRUE(other.streams().empty());
}

TEST_P(Sessions, dropsTruncatedPackets) {
  const Bytes packet = protect(1, {.payload = 10, .csrcs = 3, .extensionWords = 2});
  const Bytes report = protectRtcp();
  for (std::size_t length = 0; length < packet.size(); ++length) {
    EXPECT_FALSE(
        accepts(Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(length))));
  }
  for (std::size_t length = 0; length < report.size(); ++length) {
    EXPECT_FALSE(
        acceptsRtcp(Bytes(report.begin(), report.begin() + static_cast<std::ptrdiff_t>(length))));
  }
  EXPECT_GT(m_inbound.counters().malformed, 40U);
}

TEST_P(Sessions, survivesRandomGarbage) {
  std::mt19937 random(42);
  OutboundSession scratch(makeKeys(GetParam()));
  for (int i = 0; i < 20'000; ++i) {
    Bytes packet(random() % 200);
    std::ranges::generate(packet, [&] { return static_cast<std::uint8_t>(random()); });
    if (!packet.empty() && i % 2 == 0) {
      packet[0] = static_cast<std::uint8_t>(0x80U | (packet[0] & 0x3fU));
    }
    Bytes copy = packet;
    const std::size_t room = copy.size();
    copy.resize(room + kMaxRtcpOverhead);
    EXPECT_LE(scratch.protectRtp(copy, room), copy.size());
    EXPECT_FALSE(accepts(packet));
    EXPECT_FALSE(acceptsRtcp(packet));
  }
  EXPECT_TRUE(m_inbound.streams().empty());
}

TEST_P(Sessions, keepsRolloverPerSsrc) {
  for (const int sequence : {65000, 65535, 10}) {
    EXPECT_TRUE(accepts(protect(static_cast<std::uint16_t>(sequence), {.ssrc = 1})));
  }
  EXPECT_TRUE(accepts(protect(11, {.ssrc = 2})));
  EXPECT_EQ(m_inbound.streams()[0].nextIndex, 0x1000bU);
  EXPECT_EQ(m_inbound.streams()[1].nextIndex, 0xcU);
}

TEST_P(Sessions, boundsTheNumberOfSsrcs) {
  for (std::uint32_t ssrc = 0; ssrc < kMaxStreams; ++ssrc) {
    EXPECT_TRUE(m_outbound.addSsrc(ssrc));
    EXPECT_TRUE(accepts(protect(1, {.ssrc = ssrc})));
  }
  EXPECT_FALSE(m_outbound.addSsrc(kMaxStreams));
  EXPECT_TRUE(m_outbound.addSsrc(0));
  EXPECT_TRUE(protect(1, {.ssrc = kMaxStreams}).empty());
}

TEST_P(Sessions, replacesTheLongestSilentSsrcWhenFull) {
  for (std::uint32_t ssrc = 0; ssrc < kMaxStreams; ++ssrc) {
    ASSERT_TRUE(accepts(protect(1, {.ssrc = ssrc})));
  }
  ASSERT_TRUE(accepts(protect(2, {.ssrc = 0})));
  OutboundSession second(makeKeys(GetParam()));
  Bytes packet = makeRtp(1, {.ssrc = 1000});
  const std::size_t length = packet.size();
  packet.resize(length + kMaxRtpOverhead);
  packet.resize(second.protectRtp(packet, length));
  ASSERT_TRUE(accepts(packet));
  EXPECT_EQ(m_inbound.streams().size(), kMaxStreams);
  EXPECT_EQ(m_inbound.streams()[0].ssrc, 0U);
  EXPECT_EQ(m_inbound.streams()[1].ssrc, 1000U);
}

TEST_P(Sessions, goesOnFromSavedState) {
  for (const int sequence : {65534, 65535, 0, 1}) {
    ASSERT_TRUE(accepts(protect(static_cast<std::uint16_t>(sequence))));
  }
  const Bytes seen = protect(2);
  ASSERT_TRUE(accepts(seen));
  ASSERT_TRUE(acceptsRtcp(protectRtcp()));
  OutboundSession outbound(makeKeys(GetParam()));
  InboundSession inbound(makeKeys(GetParam()));
  ASSERT_TRUE(outbound.restore(m_outbound.streams()));
  ASSERT_TRUE(inbound.restore(m_inbound.streams()));
  std::swap(m_outbound, outbound);
  std::swap(m_inbound, inbound);
  EXPECT_FALSE(accepts(seen));
  EXPECT_TRUE(accepts(protect(3)));
  EXPECT_TRUE(acceptsRtcp(protectRtcp()));
  EXPECT_EQ(m_outbound.streams()[0].nextIndex, 0x10004U);
  EXPECT_EQ(m_outbound.streams()[0].nextRtcpIndex, 2U);
}

TEST_P(Sessions, stopsWhenTheIndexSpaceIsUsedUp) {
  const OutboundStream last{
      .ssrc = 0x11223344, .nextRtcpIndex = kMaxRtcpIndex, .nextIndex = kMaxRtpIndex};
  ASSERT_TRUE(m_outbound.restore(std::span(&last, 1)));
  EXPECT_FALSE(protect(0xffff).empty());
  EXPECT_TRUE(protect(0).empty());
  EXPECT_FALSE(protectRtcp().empty());
  EXPECT_TRUE(protectRtcp().empty());
}

TEST_P(Sessions, refusesImplausibleSavedState) {
  const OutboundStream badIndex{.ssrc = 1, .nextIndex = kMaxRtpIndex + 2};
  const OutboundStream badRtcp{.ssrc = 1, .nextRtcpIndex = 0xffffffff};
  EXPECT_FALSE(m_outbound.restore(std::span(&badIndex, 1)));
  EXPECT_FALSE(m_outbound.restore(std::span(&badRtcp, 1)));
  EXPECT_FALSE(m_outbound.restore(std::vector<OutboundStream>(kMaxStreams + 1)));
  const InboundStream badInbound{.ssrc = 1, .nextIndex = ~std::uint64_t{0}};
  EXPECT_FALSE(m_inbound.restore(std::span(&badInbound, 1)));
  EXPECT_FALSE(m_inbound.restore(std::vector<InboundStream>(kMaxStreams + 1)));
}

INSTANTIATE_TEST_SUITE_P(Profiles, Sessions,
                         ::testing::Values(Profile::kAes128CmSha1_80, Profile::kAes128CmSha1_32,
                                           Profile::kAeadAes128Gcm, Profile::kAeadAes256Gcm),
                         [](const auto& test) {
                           return std::string(findProfile(test.param)->suiteName);
                         });

TEST(SrtpKeys, findsProfilesByEitherName) {
  EXPECT_EQ(findProfile("SRTP_AEAD_AES_128_GCM")->profile, Profile::kAeadAes128Gcm);
  EXPECT_EQ(findProfile("AES_CM_128_HMAC_SHA1_80")->profile, Profile::kAes128CmSha1_80);
  EXPECT_EQ(findProfile(""), nullptr);
  EXPECT_EQ(findProfile("NULL_HMAC_SHA1_80"), nullptr);
}

TEST(SrtpKeys, refusesMaterialOfTheWrongLength) {
  EXPECT_FALSE(Keys::fromMaterial(Profile::kAes128CmSha1_80, Bytes(29)));
  EXPECT_TRUE(Keys::fromMaterial(Profile::kAes128CmSha1_80, Bytes(30)));
  EXPECT_FALSE(Keys::fromMaterial(Profile{77}, Bytes(30)));
}

TEST(SrtpKeys, rejectsAnUnknownProfile) {
  const Keys keys{.profile = Profile{77}};
  EXPECT_THROW(OutboundSession{keys}, Error);
  EXPECT_THROW(InboundSession{keys}, Error);
}

TEST(SrtpIndex, followsTheEstimateOfRfc3711) {
  EXPECT_EQ(estimateIndex(0x1fff0, 5), 0x20005U);
  EXPECT_EQ(estimateIndex(0x20005, 0xfff0), 0x1fff0U);
  EXPECT_EQ(estimateIndex(0x20000, 0x8000), 0x28000U);
  EXPECT_EQ(estimateIndex(0x20000, 0x8001), 0x18001U);
  EXPECT_EQ(estimateIndex(0x28000, 0), 0x20000U);
  EXPECT_EQ(estimateIndex(0x28001, 0), 0x30000U);
  EXPECT_EQ(estimateIndex(5, 0xfff0), 0xfff0U);
}

// The ring of bits against a plain set of accepted indices.
TEST(SrtpReplayWindow, agreesWithASetOfIndices) {
  std::mt19937 random(7);
  std::array<std::uint64_t, 2> seen{};
  std::uint64_t next = 0;
  std::vector<bool> accepted(100'000);
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t jump = random() % 100 == 0 ? random() % 400 : random() % 4;
    const std::uint64_t index = std::min<std::uint64_t>(
        std::max<std::uint64_t>(next + jump, 160) - random() % 160, accepted.size() - 1);
    const bool expected = next > index + 128 || accepted[index];
    ASSERT_EQ(isReplay(seen, next, index), expected) << index << " of " << next;
    if (!expected) {
      accept(seen, next, index);
      accepted[index] = true;
    }
  }
  EXPECT_GT(next, 10'000U);
}

}  // namespace
}  // namespace kms::srtp
