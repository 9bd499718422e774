// PlainTransports over 127.0.0.1: with each other, and with sockets of strangers.
#include "router/plain-fixture.hpp"

#include <kms/base/error.hpp>
#include <kms/io/interfaces.hpp>
#include <kms/rtp/rtcp.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;
TEST_F(Plain, saysWhereMediaComesInAndWhoSends) {
  PlainPeer peer(m_router, 0, {false, {45'500, 45'599}});
  const PlainLocalParameters local = peer.local();
  EXPECT_EQ(local.ip, "127.0.0.1");
  EXPECT_NE(local.audioSsrc, local.videoSsrc);
  EXPECT_FALSE(local.cname.empty());
  const PlainPorts ports = peer.open(Medium::kVideo);
  EXPECT_EQ(ports.rtp % 2, 0);
  EXPECT_EQ(ports.rtcp, ports.rtp + 1);
  EXPECT_TRUE(ports.rtp >= 45'500 && ports.rtcp <= 45'599);
  EXPECT_EQ(peer.open(Medium::kVideo).rtp, ports.rtp) << "the same again";
}

TEST_F(Plain, hasNoPortsWhenTheRangeIsUsedUp) {
  PlainPeer peer(m_router, 0, {false, {45'610, 45'612}});
  EXPECT_EQ(peer.open(Medium::kAudio).rtp, 45'610);
  EXPECT_EQ(peer.open(Medium::kVideo).rtp, 0);
  peer.setRemote({});
  EXPECT_EQ(peer.open(Medium::kVideo).rtp, 45'610) << "what was rejected is given back";
}

TEST_F(Plain, mediaGoesBothWays) {
  PlainPeer a(m_router, 0);
  PlainPeer b(m_router, 1);
  TestMedia video(m_router, 0, Medium::kVideo);
  TestMedia audio(m_router, 0, Medium::kAudio);
  TestMedia back(m_router, 1, Medium::kVideo);
  a.setSource(Medium::kVideo, video.producer());
  a.setSource(Medium::kAudio, audio.producer());
  b.setSource(Medium::kVideo, back.producer());
  TestTap videoTap(m_router, 1, b.producer(Medium::kVideo));
  TestTap audioTap(m_router, 1, b.producer(Medium::kAudio));
  TestTap backTap(m_router, 0, a.producer(Medium::kVideo));
  connect(a, b);
  video.start(5ms);
  audio.start(20ms);
  back.start(5ms);
  ASSERT_TRUE(videoTap.await(100));
  ASSERT_TRUE(audioTap.await(20));
  ASSERT_TRUE(backTap.await(100));
  EXPECT_TRUE(b.await("format video VP8"));
  EXPECT_TRUE(b.await("format audio OPUS"));
  EXPECT_TRUE(b.await("flow video out true"));
  EXPECT_TRUE(a.await("flow video in true"));
  EXPECT_TRUE(a.await("media true"));
  EXPECT_TRUE(b.await("media true"));
  EXPECT_EQ(b.count("media true"), 1U) << "once for all streams";
  EXPECT_TRUE(videoTap.startsAtKeyframe());
  EXPECT_EQ(videoTap.missing(), 0U);
  EXPECT_EQ(b.stats().streams.size(), 3U);
  EXPECT_TRUE(a.awaitStats([](const PlainTransportStats& stats) {
    return std::ranges::any_of(stats.streams, [](const StreamStats& each) {
      return each.medium == Medium::kVideo && !each.inbound && each.roundTripTime > 0;
    });
  })) << "by sender and receiver reports";
}

TEST_F(Plain, closingSaysGoodbye) {
  UdpPeer rtp;
  UdpPeer rtcp;
  auto peer = std::make_unique<PlainPeer>(m_router, 0);
  PlainStreamParameters video = plainStream(Medium::kVideo, rtp.address().port);
  video.rtcp = rtcp.address();
  negotiate(*peer, video);
  TestMedia media(m_router, 0, Medium::kVideo);
  peer->setSource(Medium::kVideo, media.producer());
  media.start(5ms);
  ASSERT_FALSE(rtp.receive().empty());
  peer->close();
  bool bye = false;
  for (auto packet = rtcp.receive(); !packet.empty() && !bye; packet = rtcp.receive()) {
    rtp::RtcpReader reader(packet);
    while (const auto part = reader.next()) bye = bye || part->type == rtp::RtcpType::kBye;
    if (bye) break;
  }
  EXPECT_TRUE(bye);
}

TEST_F(Plain, comediaSendsToWherePacketsComeFrom) {
  PlainPeer peer(m_router, 0);
  const std::uint16_t port = negotiate(peer, plainStream(Medium::kVideo, {}));
  TestMedia media(m_router, 0, Medium::kVideo);
  peer.setSource(Medium::kVideo, media.producer());
  media.start(5ms);
  UdpPeer remote;
  remote.send(rtpPacket(1, 7, 50), port);  // was not negotiated: opens nothing
  ASSERT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return dropped(stats, DropReason::kUnknownPayloadType) == 1;
  }));
  EXPECT_EQ(peer.stats().bytesSent, 0U);
  remote.send(rtpPacket(1), port);
  const auto answered = remote.receive();
  const auto view = rtp::PacketView::parse(answered);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header().ssrc, peer.local().videoSsrc);
  EXPECT_TRUE(media.awaitKeyframeRequests(1));

  UdpPeer thief;
  thief.send(rtpPacket(2), port);
  ASSERT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return dropped(stats, DropReason::kWrongSource) == 1;
  }));
  EXPECT_FALSE(remote.receive().empty());
  EXPECT_TRUE(thief.receive(0ms).empty());
}

TEST_F(Plain, rtcpOfAComediaPeerGoesToWhereItsRtcpComesFrom) {
  PlainPeer peer(m_router, 0);
  const std::uint16_t port = negotiate(peer, plainStream(Medium::kVideo, {}));
  UdpPeer rtp;
  UdpPeer rtcp;
  rtp.send(rtpPacket(1), port);
  ASSERT_TRUE(peer.await("flow video out true"));
  rtcp.send({0x80, 201, 0, 1, 0, 0, 0, 7}, static_cast<std::uint16_t>(port + 1));
  const auto report = rtcp.receive();
  ASSERT_GT(report.size(), 1U);
  EXPECT_TRUE(rtp::isRtcp(report));
}

TEST_F(Plain, multiplexedRtcpUsesOnePort) {
  PlainPeer peer(m_router, 0);
  UdpPeer remote;
  PlainStreamParameters video = plainStream(Medium::kVideo, remote.address().port);
  video.rtcpMux = true;
  video.rtcp = video.rtp;
  const std::uint16_t port = negotiate(peer, video);
  remote.send(rtpPacket(1), port);
  const auto report = remote.receive();
  ASSERT_GT(report.size(), 1U);
  EXPECT_TRUE(rtp::isRtcp(report));
  remote.send({0x80, 201, 0, 1, 0, 0, 0, 7}, port);
  EXPECT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return stats.bytesReceived >= rtpPacket(1).size() + 8;
  }));
  EXPECT_TRUE(peer.stats().dropped.toMap().empty());
}

/// RTCP packet types that come within `count` datagrams.
std::set<int> rtcpTypes(const UdpPeer& peer, int count) {
  std::set<int> types;
  for (int i = 0; i < count; ++i) {
    const auto packet = peer.receive();
    rtp::RtcpReader reader(packet);
    while (const auto part = reader.next()) types.insert(static_cast<int>(part->type));
  }
  return types;
}

TEST_F(Plain, avpGetsReportsButNoFeedback) {
  PlainPeer peer(m_router, 0);
  UdpPeer rtp;
  UdpPeer rtcp;
  PlainStreamParameters video = plainStream(Medium::kVideo, rtp.address().port);
  video.rtcp = rtcp.address();
  video.stream.codecs[0].nack = false;
  video.stream.codecs[0].pli = false;
  const std::uint16_t port = negotiate(peer, video);
  TestTap tap(m_router, 0, peer.producer(Medium::kVideo));
  rtp.send(rtpPacket(1), port);
  rtp.send(rtpPacket(5), port);  // three are missing
  tap.requestKeyframe();
  const std::set<int> types = rtcpTypes(rtcp, 2);
  EXPECT_EQ(types, (std::set<int>{201, 202}));
}

TEST_F(Plain, avpfAsksForWhatIsMissingAndForKeyframes) {
  PlainPeer peer(m_router, 0);
  UdpPeer rtp;
  UdpPeer rtcp;
  PlainStreamParameters video = plainStream(Medium::kVideo, rtp.address().port);
  video.rtcp = rtcp.address();
  const std::uint16_t port = negotiate(peer, video);
  TestTap tap(m_router, 0, peer.producer(Medium::kVideo));
  rtp.send(rtpPacket(1), port);
  rtp.send(rtpPacket(5), port);
  tap.requestKeyframe();
  std::set<int> types;
  while (!(types.contains(205) && types.contains(206))) {
    const auto more = rtcpTypes(rtcp, 1);
    ASSERT_FALSE(more.empty());
    types.insert(more.begin(), more.end());
  }
}

TEST_F(Plain, hostilePacketsAreCountedAndHarmNothing) {
  PlainPeer peer(m_router, 0);
  UdpPeer remote;
  const std::uint16_t port = negotiate(peer, plainStream(Medium::kVideo, remote.address().port));
  std::mt19937 random(4);
  UdpPeer stranger;
  std::uint64_t sent = 0;
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> packet(random() % 200);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (packet.size() > 1 && i % 2 == 0) packet[0] = static_cast<std::uint8_t>(0x80 | (i & 0x3F));
    if (packet.size() > 1 && i % 4 == 0) packet[1] = 96;
    if (packet.size() > 1 && i % 4 == 2) packet[1] = static_cast<std::uint8_t>(200 + i % 8);
    stranger.send(packet, static_cast<std::uint16_t>(port + i % 2));
    sent += packet.size();
  }
  remote.send(rtpPacket(1), port);
  EXPECT_TRUE(peer.await("format video VP8"));
  peer.run([&] {  // where both are counted, so that nothing comes between
    const PlainTransportStats stats = peer.transport().stats();
    for (const DropReason reason : {DropReason::kUnknownPayloadType, DropReason::kMalformed}) {
      EXPECT_GT(dropped(stats, reason), 0U) << name(reason);
      EXPECT_EQ(droppedByThread(reason), dropped(stats, reason)) << name(reason);
    }
  });
  EXPECT_GT(sent, 0U);
}

TEST_F(Plain, packetsBeforeTheNegotiationAreDropped) {
  PlainPeer peer(m_router, 0);
  UdpPeer remote;
  const PlainPorts ports = peer.open(Medium::kVideo);
  remote.send(rtpPacket(1), ports.rtp);
  remote.send({0x80, 201, 0, 1, 0, 0, 0, 7}, ports.rtcp);
  EXPECT_TRUE(peer.awaitStats([](const PlainTransportStats& stats) {
    return dropped(stats, DropReason::kBeforeNegotiation) == 2;
  }));
}

TEST_F(Plain, whatCannotBeSentToIsRefused) {
  PlainPeer peer(m_router, 0);
  const auto failure = [&](const PlainStreamParameters& stream) {
    return peer.run([&]() -> int {
      try {
        peer.transport().setRemote({stream});
        return 0;
      } catch (const Error& error) {
        return error.code();
      }
    });
  };
  EXPECT_EQ(failure(plainStream(Medium::kVideo, 5000)), 40107) << "no port is open";
  peer.open(Medium::kVideo);
  PlainStreamParameters video = plainStream(Medium::kVideo, 5000);
  video.rtp = Address::parse("::1", 5000);
  EXPECT_EQ(failure(video), 40107);
  video.rtp = Address::parse("127.0.0.1", 0);
  EXPECT_EQ(failure(video), 40107);
}

bool hasIpv6() {
  return std::ranges::any_of(io::systemAddresses(),
                             [](const auto& each) { return each.address.isV6; });
}

int constructionError(Router& router, const PlainTransportConfig& config) {
  try {
    const PlainPeer peer(router, 0, config);
  } catch (const Error& error) {
    return error.code();
  }
  return 0;
}

TEST_F(Plain, ipv6) {
  if (!hasIpv6()) {
    EXPECT_EQ(constructionError(m_router, {true, {}}), 40107);
    return;
  }
  PlainPeer a(m_router, 0, {true, {}});
  PlainPeer b(m_router, 0, {true, {}});
  EXPECT_EQ(a.local().ip, "::1");
  const auto to = [](PlainPeer& peer) {
    PlainStreamParameters video = plainStream(Medium::kVideo, 1);
    video.rtp = Address::parse("::1", peer.open(Medium::kVideo).rtp);
    video.rtcp = Address::parse("::1", peer.open(Medium::kVideo).rtcp);
    return video;
  };
  const auto forA = to(b);
  const auto forB = to(a);
  a.setRemote({forA});
  b.setRemote({forB});
  TestMedia media(m_router, 0, Medium::kVideo);
  a.setSource(Medium::kVideo, media.producer());
  TestTap tap(m_router, 0, b.producer(Medium::kVideo));
  media.start(5ms);
  EXPECT_TRUE(tap.await(20));
}

}  // namespace
}  // namespace kms::router
