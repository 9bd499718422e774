// PlainTransports over 127.0.0.1 with SDES: what protects media, and what is refused.
#include "router/plain-fixture.hpp"

#include <kms/srtp/outbound-session.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

PlainCrypto cryptoOf(srtp::Profile profile) {
  const srtp::ProfileInfo& info = *srtp::findProfile(profile);
  const auto material = [&](std::uint8_t fill) {
    return std::vector<std::uint8_t>(info.keyLength + info.saltLength, fill);
  };
  return {*srtp::Keys::fromMaterial(profile, material(1)),
          *srtp::Keys::fromMaterial(profile, material(2)),
          {}};
}

class PlainSdes : public Plain, public ::testing::WithParamInterface<srtp::Profile> {};

TEST_P(PlainSdes, mediaGoesThroughProtected) {
  PlainPeer a(m_router, 0);
  PlainPeer b(m_router, 1);
  TestMedia video(m_router, 0, Medium::kVideo);
  a.setSource(Medium::kVideo, video.producer());
  TestTap tap(m_router, 1, b.producer(Medium::kVideo));
  connect(a, b, cryptoOf(GetParam()));
  video.start(5ms);
  ASSERT_TRUE(tap.await(50));
  EXPECT_EQ(tap.missing(), 0U);
  EXPECT_TRUE(a.await("media true")) << "by protected receiver reports";
  EXPECT_EQ(dropped(b.stats(), DropReason::kUnauthenticated), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Suites, PlainSdes,
    ::testing::Values(srtp::Profile::kAes128CmSha1_80, srtp::Profile::kAes128CmSha1_32,
                      srtp::Profile::kAes256CmSha1_80, srtp::Profile::kAes256CmSha1_32,
                      srtp::Profile::kAeadAes128Gcm, srtp::Profile::kAeadAes256Gcm));

/// Packets protected with the key that the transport expects.
class Sender {
 public:
  explicit Sender(const PlainCrypto& crypto) : m_session(crypto.inbound) {}
  std::vector<std::uint8_t> packet(std::uint16_t sequence) {
    auto packet = rtpPacket(sequence);
    const std::size_t length = packet.size();
    packet.resize(length + srtp::kMaxRtpOverhead);
    packet.resize(m_session.protectRtp(packet, length));
    return packet;
  }

 private:
  srtp::OutboundSession m_session;
};

class PlainKeys : public Plain {
 protected:
  PlainStreamParameters secured(std::optional<std::uint64_t> lifetime = {}) {
    PlainStreamParameters video = plainStream(Medium::kVideo, {});
    video.crypto = m_crypto;
    video.crypto->inboundLifetime = lifetime;
    return video;
  }

  PlainCrypto m_crypto = cryptoOf(srtp::Profile::kAes128CmSha1_80);
  Sender m_sender{m_crypto};
  UdpPeer m_remote;
};

TEST_F(PlainKeys, aWrongKeyChangesNothing) {
  PlainPeer peer(m_router, 0);
  const std::uint16_t port = negotiate(peer, secured());
  PlainCrypto other = m_crypto;
  other.inbound = m_crypto.outbound;
  Sender stranger(other);
  m_remote.send(stranger.packet(1), port);
  m_remote.send(rtpPacket(2), port);
  m_remote.send({0x80, 201, 0, 1, 0, 0, 0, 7}, static_cast<std::uint16_t>(port + 1));
  ASSERT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return dropped(stats, DropReason::kMalformed) == 2;
  })) << "shorter than a tag";
  EXPECT_EQ(dropped(peer.stats(), DropReason::kUnauthenticated), 1U);
  EXPECT_EQ(droppedByThread(DropReason::kUnauthenticated), 1U);
  EXPECT_EQ(peer.count("media true"), 0U);
  EXPECT_TRUE(peer.stats().streams.empty());
  EXPECT_EQ(peer.stats().bytesSent, 0U) << "a comedia peer is who has the key";
}

TEST_F(PlainKeys, replayedPacketsAreRefused) {
  PlainPeer peer(m_router, 0);
  const std::uint16_t port = negotiate(peer, secured());
  const auto packet = m_sender.packet(1);
  for (int i = 0; i < 3; ++i) m_remote.send(packet, port);
  ASSERT_TRUE(peer.awaitStats(
      [](const PlainTransportStats& stats) { return dropped(stats, DropReason::kReplayed) == 2; }));
  EXPECT_EQ(peer.stats().streams.at(0).packets, 1U);
}

TEST_F(PlainKeys, packetsTooOldForTheReplayWindowAreRefused) {
  PlainPeer peer(m_router, 0);
  const std::uint16_t port = negotiate(peer, secured());
  const auto old = m_sender.packet(1);
  m_remote.send(m_sender.packet(2), port);
  ASSERT_TRUE(peer.await("media true"));
  m_remote.send(m_sender.packet(2 + srtp::kRtpWindow), port);
  m_remote.send(old, port);
  EXPECT_TRUE(peer.awaitStats(
      [](const PlainTransportStats& stats) { return dropped(stats, DropReason::kReplayed) == 1; }));
}

TEST_F(PlainKeys, tellWhenTheyAreNearlyUsedUpAndThenEnd) {
  PlainPeer peer(m_router, 0);
  const std::uint16_t port = negotiate(peer, secured(16));
  std::uint16_t sequence = 0;
  while (sequence < 13) m_remote.send(m_sender.packet(++sequence), port);
  ASSERT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return !stats.streams.empty() && stats.streams[0].packets == 13;
  }));
  EXPECT_EQ(peer.count("key video"), 0U);
  while (sequence < 20) m_remote.send(m_sender.packet(++sequence), port);
  EXPECT_TRUE(peer.await("key video"));
  EXPECT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return dropped(stats, DropReason::kKeyExhausted) == 4;
  }));
  EXPECT_EQ(peer.count("key video"), 1U);
}

}  // namespace
}  // namespace kms::router
