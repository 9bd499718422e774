// The parts of PlainTransport that need no thread: ports, addresses, use of keys.
#include "router/address-latch.hpp"
#include "router/port-pair.hpp"
#include "router/srtp-protection.hpp"
#include "srtp/test-support.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace kms::router {
namespace {

using namespace std::chrono_literals;

TEST(PortPair, isEvenAndTheOddPortAboveItWithinTheRange) {
  for (std::uint32_t start = 0; start < 5; ++start) {
    const PortPair pair = bindPortPair(false, {45'001, 45'099}, start);
    ASSERT_TRUE(pair.rtp);
    EXPECT_EQ(pair.rtp->port() % 2, 0);
    EXPECT_GE(pair.rtp->port(), 45'001);
    EXPECT_EQ(pair.rtcp->port(), pair.rtp->port() + 1);
    EXPECT_LE(pair.rtcp->port(), 45'099);
  }
}

TEST(PortPair, takesEachPairOfTheRangeBeforeThereIsNone) {
  std::vector<PortPair> taken;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 3; ++i) {
    taken.push_back(bindPortPair(false, {45'200, 45'205}, 7));
    ASSERT_TRUE(taken.back().rtp);
    ports.insert(taken.back().rtp->port());
  }
  EXPECT_EQ(ports.size(), 3U);
  const PortPair none = bindPortPair(false, {45'200, 45'205}, 7);
  EXPECT_FALSE(none.rtp);
  EXPECT_FALSE(none.rtcp);
}

TEST(PortPair, leavesOutAPairWhoseOddPortIsTaken) {
  const io::UdpSocket odd(false, 45'301);
  const PortPair pair = bindPortPair(false, {45'300, 45'303}, 0);
  ASSERT_TRUE(pair.rtp);
  EXPECT_EQ(pair.rtp->port(), 45'302);
}

TEST(PortPair, isNoneInARangeWithoutAPair) {
  EXPECT_FALSE(bindPortPair(false, {45'401, 45'402}, 0).rtp);
  EXPECT_FALSE(bindPortPair(false, {45'410, 45'405}, 0).rtp);
  EXPECT_FALSE(bindPortPair(false, {65'535, 65'535}, 0).rtp);
  EXPECT_FALSE(bindPortPair(false, {0, 1}, 0).rtp);
}

const Address kFirst = *Address::parse("192.0.2.1", 1000);
const Address kSecond = *Address::parse("192.0.2.2", 2000);
const TimePoint kStart{1s};

TEST(AddressLatch, keepsTheFirstWhileItIsHeard) {
  AddressLatch latch;
  EXPECT_TRUE(latch.admit(kFirst, kStart));
  EXPECT_FALSE(latch.admit(kSecond, kStart + 1s));
  EXPECT_TRUE(latch.admit(kFirst, kStart + 1500ms));
  EXPECT_FALSE(latch.admit(kSecond, kStart + 3s)) << "refused packets do not count as silence";
  EXPECT_EQ(latch.current(), kFirst);
}

TEST(AddressLatch, takesAnotherAfterASilence) {
  AddressLatch latch;
  EXPECT_TRUE(latch.admit(kFirst, kStart));
  EXPECT_TRUE(latch.admit(kSecond, kStart + AddressLatch::kSilence));
  EXPECT_FALSE(latch.admit(kFirst, kStart + AddressLatch::kSilence));
}

TEST(AddressLatch, takesTheAnnouncedAddressAtOnce) {
  AddressLatch latch;
  latch.announce(*Address::parse("192.0.2.2", 9999));
  EXPECT_TRUE(latch.admit(kFirst, kStart));
  EXPECT_TRUE(latch.admit(kSecond, kStart)) << "of any port: many send from another one";
  EXPECT_FALSE(latch.admit(kFirst, kStart));
  EXPECT_FALSE(latch.admit(*Address::parse("192.0.2.2", 1), kStart)) << "it is heard already";
}

TEST(KeyLimits, areThoseOfTheProfileWithoutALifetime) {
  EXPECT_EQ(keyLimits({}).rtpHard, srtp::KeyLimits().rtpHard);
  const srtp::KeyLimits most = keyLimits(std::uint64_t{1} << 48U);
  EXPECT_EQ(most.rtpHard, srtp::KeyLimits().rtpHard);
  EXPECT_EQ(most.rtcpHard, srtp::KeyLimits().rtcpHard);
  EXPECT_EQ(most.rtcpSoft, srtp::KeyLimits().rtcpSoft);
}

TEST(KeyLimits, whatABurntOutKeyDoesNotProtectIsCountedAsThat) {
  const srtp::Keys keys = srtp::testing::makeKeys(srtp::Profile::kAeadAes128Gcm);
  srtp::OutboundSession outbound(keys, keyLimits(1));
  const std::array<std::uint8_t, 12> header{0x80, 96, 0, 1};
  std::array<std::uint8_t, 200> room;
  std::array<std::uint8_t, 8> tooLittle;
  EXPECT_EQ(outbound.protectRtp(header, {}, tooLittle), 0U);
  EXPECT_EQ(reasonOf(outbound), DropReason::kSendFailed);
  EXPECT_GT(outbound.protectRtp(header, {}, room), 0U);
  EXPECT_EQ(outbound.protectRtp(header, {}, room), 0U);
  EXPECT_EQ(reasonOf(outbound), DropReason::kKeyExhausted);
}

TEST(KeyLimits, endWithTheLifetimeAndWarnAhead) {
  const srtp::KeyLimits brief = keyLimits(80);
  EXPECT_EQ(brief.rtpSoft, 70U);
  EXPECT_EQ(brief.rtpHard, 80U);
  EXPECT_EQ(brief.rtcpHard, 80U);
  const srtp::KeyLimits usual = keyLimits(std::uint64_t{1} << 20U);
  EXPECT_EQ(usual.rtpHard - usual.rtpSoft, 65'536U);
}

}  // namespace
}  // namespace kms::router
