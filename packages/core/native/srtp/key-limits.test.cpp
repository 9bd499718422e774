// Limits of a master key (RFC 3711 9.2), and what Kurento's own tests of SRTP ask for.
#include "test-support.hpp"

#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <gtest/gtest.h>

namespace kms::srtp {
namespace {

using testing::Bytes;
using testing::makeKeys;
using testing::makeRtcp;
using testing::makeRtp;

constexpr KeyLimits kFew{.rtpSoft = 3, .rtpHard = 5, .rtcpSoft = 1, .rtcpHard = 2};
const Keys kKeys = makeKeys(Profile::kAeadAes128Gcm);

Bytes protect(OutboundSession& session, std::uint16_t sequence, std::uint32_t ssrc = 1) {
  Bytes packet = makeRtp(sequence, {.ssrc = ssrc});
  const std::size_t length = packet.size();
  packet.resize(length + kMaxRtpOverhead);
  packet.resize(session.protectRtp(packet, length));
  return packet;
}

Bytes protectRtcp(OutboundSession& session) {
  const Bytes plain = makeRtcp();
  Bytes packet(plain.size() + kMaxRtcpOverhead);
  packet.resize(session.protectRtcp(plain, packet));
  return packet;
}

TEST(SrtpKeyLimits, tellTheSenderAheadAndThenStopIt) {
  OutboundSession session(kKeys, kFew);
  // Over all SSRCs: they share the key.
  for (const std::uint16_t sequence : {1, 2}) EXPECT_FALSE(protect(session, sequence).empty());
  EXPECT_EQ(session.keyState(), KeyState::kFresh);
  EXPECT_FALSE(protect(session, 1, 2).empty());
  EXPECT_EQ(session.keyState(), KeyState::kSoftLimit);
  for (const std::uint16_t sequence : {3, 4}) EXPECT_FALSE(protect(session, sequence).empty());
  EXPECT_EQ(session.keyState(), KeyState::kHardLimit);
  EXPECT_TRUE(protect(session, 5).empty());
  EXPECT_FALSE(protectRtcp(session).empty());
  EXPECT_FALSE(protectRtcp(session).empty());
  EXPECT_TRUE(protectRtcp(session).empty());
}

TEST(SrtpKeyLimits, countAuthenticPacketsOnlyAndThenDrop) {
  OutboundSession sender(kKeys);
  InboundSession receiver(kKeys, kFew);
  for (std::uint16_t sequence = 0; sequence < 5; ++sequence) {
    Bytes packet = protect(sender, sequence);
    Bytes forged = packet;
    forged.back() ^= 1U;
    EXPECT_FALSE(receiver.unprotectRtp(forged));
    EXPECT_EQ(receiver.keyState(), sequence < 3 ? KeyState::kFresh : KeyState::kSoftLimit);
    EXPECT_TRUE(receiver.unprotectRtp(packet));
  }
  EXPECT_EQ(receiver.keyState(), KeyState::kHardLimit);
  Bytes more = protect(sender, 5);
  EXPECT_FALSE(receiver.unprotectRtp(more));
  EXPECT_EQ(receiver.counters().keyExhausted, 1U);
  EXPECT_EQ(receiver.counters().authenticationFailures, 5U);
}

TEST(SrtpKeyLimits, areThoseOfRfc3711WhereNoneAreGiven) {
  constexpr KeyLimits kDefaults;
  EXPECT_EQ(kDefaults.rtpHard, std::uint64_t{1} << 48U);
  EXPECT_EQ(kDefaults.rtcpHard, std::uint64_t{1} << 31U);
  EXPECT_LT(kDefaults.rtpSoft, kDefaults.rtpHard);
  EXPECT_LT(kDefaults.rtcpSoft, kDefaults.rtcpHard);
}

TEST(SrtpKeyLimits, holdForSavedStateToo) {
  OutboundSession session(kKeys);
  const OutboundStream nearlyUsedUp{.ssrc = 1, .nextIndex = KeyLimits{}.rtpSoft};
  ASSERT_TRUE(session.restore(std::span(&nearlyUsedUp, 1)));
  EXPECT_EQ(session.keyState(), KeyState::kSoftLimit);
}

// test_srtp of kms-elements: window_size. Ours is kRtpWindow packets wide.
TEST(KurentoTestSrtp, windowSize) {
  OutboundSession sender(kKeys);
  InboundSession receiver(kKeys);
  Bytes oldest = protect(sender, 0);
  Bytes old = protect(sender, 1);
  Bytes newest = protect(sender, kRtpWindow);
  EXPECT_TRUE(receiver.unprotectRtp(newest));
  EXPECT_FALSE(receiver.unprotectRtp(oldest));
  EXPECT_TRUE(receiver.unprotectRtp(old));
}

// replay_tx: a sender may repeat a packet (our retransmissions without RTX), it is then the very
// same, and a receiver takes it once.
TEST(KurentoTestSrtp, replayTx) {
  OutboundSession sender(kKeys);
  InboundSession receiver(kKeys);
  Bytes first = protect(sender, 7);
  Bytes again = protect(sender, 7);
  EXPECT_EQ(first, again);
  EXPECT_TRUE(receiver.unprotectRtp(first));
  EXPECT_FALSE(receiver.unprotectRtp(again));
  EXPECT_EQ(receiver.counters().replays, 1U);
}

}  // namespace
}  // namespace kms::srtp
