// Ways to the peer: TCP, external addresses, ICE restart; and hostile TCP peers.
#include "router/test-peer.hpp"
#include "router/test-socket.hpp"

#include <kms/ice/stun-query.hpp>
#include <kms/ice/stun.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

bool isTcp(const ice::Candidate& candidate) {
  return candidate.transport == ice::Transport::Tcp;
}
bool isUdp(const ice::Candidate& candidate) {
  return candidate.transport == ice::Transport::Udp;
}

class IceTransportTest : public ::testing::Test {
 protected:
  std::int64_t counter(std::size_t thread, const char* name) {
    return m_router.counters(thread).at(name).as<std::int64_t>();
  }
  bool awaitCounter(std::size_t thread, const char* name, std::int64_t least) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (counter(thread, name) < least) {
      if (std::chrono::steady_clock::now() > end) return false;
      runOn(m_router.executor(thread), [] {});  // a round publishes its counters at its end
    }
    return true;
  }
  /// A check that names `peer`'s transport, signed with `pwd`.
  static ice::StunWriter check(const TestPeer& peer, std::string_view pwd) {
    ice::StunWriter writer(ice::StunClass::Request, ice::kStunBinding, {1, 2, 3});
    writer.add(ice::StunAttribute::Username, peer.local().ice.ufrag + ":other");
    writer.add32(ice::StunAttribute::Priority, 1);
    writer.add64(ice::StunAttribute::IceControlling, 1);
    writer.sign(pwd);
    writer.addFingerprint();
    return writer;
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}, {}}, {"lo"}}, m_clock};
};

TEST_F(IceTransportTest, tellsUdpThenTcpCandidatesThenTheEnd) {
  TestPeer peer(m_router, 0, "peer", GatherOptions{});
  ASSERT_TRUE(peer.await("gathered"));
  const auto texts = peer.candidates();
  ASSERT_FALSE(texts.empty());
  std::vector<ice::Candidate> udp;
  std::vector<ice::Candidate> passive;
  std::vector<ice::Candidate> active;
  for (const std::string& text : texts) {
    const auto candidate = *ice::Candidate::parse(text).candidate;
    auto& list = isUdp(candidate)                             ? udp
                 : candidate.tcpType == ice::TcpType::Passive ? passive
                                                              : active;
    list.push_back(candidate);
  }
  EXPECT_TRUE(isUdp(*ice::Candidate::parse(texts.front()).candidate));
  ASSERT_FALSE(udp.empty());
  EXPECT_EQ(udp.size(), passive.size());
  EXPECT_EQ(udp.size(), active.size());
  EXPECT_EQ(udp[0].address.port, m_router.udpPort(0));
  EXPECT_EQ(passive[0].address.port, m_router.tcpPort(0));
  EXPECT_EQ(active[0].address.port, ice::kActiveTcpPort);
  EXPECT_GT(udp[0].priority, active[0].priority);
  EXPECT_GT(active[0].priority, passive[0].priority);
}

TEST_F(IceTransportTest, externalAddressesTakeTheHostsPlaceAndTheCallConnects) {
  GatherOptions options;
  options.externalIPv4 = Address::parse("203.0.113.5", 0);
  options.externalIPv6 = Address::parse("2001:db8::5", 0);
  TestPeer shown(m_router, 0, "shown", options);
  TestPeer other(m_router, 1, "other");
  ASSERT_TRUE(shown.await("gathered"));
  for (const std::string& text : shown.candidates()) {
    const auto candidate = *ice::Candidate::parse(text).candidate;
    EXPECT_EQ(candidate.address.ipText(), candidate.address.isV6 ? "2001:db8::5" : "203.0.113.5");
  }
  // The other side cannot reach those; ours reaches it.
  TestPeer::introduce(shown, other, isUdp);
  EXPECT_TRUE(shown.await("dtls CONNECTED"));
  EXPECT_TRUE(other.await("dtls CONNECTED"));
}

TEST_F(IceTransportTest, aCallGoesThroughTcpAlone) {
  TestPeer a(m_router, 0, "a", GatherOptions{});
  TestPeer b(m_router, 1, "b", GatherOptions{});
  TestMedia video(m_router, 0, Medium::kVideo);
  a.setSource(Medium::kVideo, video.producer());
  TestTap tap(m_router, 1, b.producer(Medium::kVideo));
  TestPeer::introduce(a, b, isTcp);
  ASSERT_TRUE(a.await("ice READY"));
  ASSERT_TRUE(b.await("ice READY"));
  video.start(5ms);
  ASSERT_TRUE(tap.await(200));
  EXPECT_EQ(tap.missing(), 0U);
  const auto pair = b.stats().selectedPair;
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->path.transport, ice::Transport::Tcp);
  EXPECT_GT(counter(1, "tcpSent"), 0);
}

TEST_F(IceTransportTest, aPeerThatClosesItsTcpConnectionIsFoundAgain) {
  TestPeer a(m_router, 0, "a", GatherOptions{});
  TestPeer c(m_router, 1, "c", GatherOptions{});
  {
    TestPeer b(m_router, 1, "b", GatherOptions{});
    TestPeer::introduce(a, b, isTcp);
    ASSERT_TRUE(a.await("ice READY"));
    ASSERT_TRUE(b.await("ice READY"));
  }
  EXPECT_TRUE(a.await("ice DISCONNECTED"));
}

TEST_F(IceTransportTest, mediaGoesOnWhileIceRestarts) {
  TestPeer a(m_router, 0, "a");
  TestPeer b(m_router, 1, "b");
  TestMedia video(m_router, 0, Medium::kVideo);
  a.setSource(Medium::kVideo, video.producer());
  TestTap tap(m_router, 1, b.producer(Medium::kVideo));
  TestPeer::introduce(a, b, isUdp);
  ASSERT_TRUE(a.await("dtls CONNECTED"));
  ASSERT_TRUE(b.await("ice READY"));
  video.start(5ms);
  ASSERT_TRUE(tap.await(50));
  a.forget();
  b.forget();
  const auto before = a.local().ice;
  TestPeer::restartIce(a, b, isUdp);
  EXPECT_NE(a.local().ice, before);
  ASSERT_TRUE(a.await("ice READY"));
  ASSERT_TRUE(b.await("ice READY"));
  EXPECT_FALSE(a.has("dtls CONNECTED")) << "DTLS is not begun anew";
  ASSERT_TRUE(tap.await(400));
  EXPECT_EQ(tap.missing(), 0U) << "no packet was lost over it";
}

TEST_F(IceTransportTest, strangersOnTheTcpPortAreClosed) {
  TestPeer peer(m_router, 0, "peer", GatherOptions{});
  const std::vector<std::vector<std::uint8_t>> bad = {
      {0, 0},                     // no length
      {0xFF, 0xFF, 1},            // longer than any packet
      {0, 4, 1, 2, 3, 4},         // no STUN
      {0, 3, 0x80, 96, 0},        // RTP of nobody
      {'G', 'E', 'T', ' ', '/'},  // another protocol
  };
  for (const auto& bytes : bad) {
    const Socket socket(SOCK_STREAM);
    ASSERT_TRUE(socket.connect(m_router.tcpPort(0)));
    socket.write(bytes);
    EXPECT_TRUE(socket.isClosedByPeer());
  }
  const Socket unknown(SOCK_STREAM);
  ASSERT_TRUE(unknown.connect(m_router.tcpPort(0)));
  unknown.writeFrame(ice::StunQuery({1}, TimePoint{}).request());
  EXPECT_TRUE(unknown.isClosedByPeer()) << "it names no transport";
}

TEST_F(IceTransportTest, aStrangerWithoutThePasswordStaysOne) {
  TestPeer peer(m_router, 0, "peer", GatherOptions{});
  const Socket socket(SOCK_STREAM);
  ASSERT_TRUE(socket.connect(m_router.tcpPort(0)));
  for (int attempt = 0; attempt < 8; ++attempt) {
    socket.writeFrame(check(peer, "guess").bytes());
  }
  const std::vector<std::uint8_t> media(100, 0x80);
  socket.writeFrame(media);
  EXPECT_TRUE(socket.isClosedByPeer());
  EXPECT_EQ(peer.stats().bytesReceived, 0U);
  EXPECT_EQ(peer.stats().iceState, ice::State::Gathering);
}

TEST_F(IceTransportTest, onlySoManyStrangersWaitAtOnce) {
  std::vector<Socket> crowd;
  for (int i = 0; i < 80; ++i) {
    crowd.emplace_back(SOCK_STREAM);
    ASSERT_TRUE(crowd.back().connect(m_router.tcpPort(0)));
  }
  ASSERT_TRUE(awaitCounter(0, "tcpAccepted", 80));
  EXPECT_EQ(counter(0, "tcpRefused"), 16);
  EXPECT_TRUE(crowd.back().isClosedByPeer());
  EXPECT_TRUE(crowd.front().isClosedByPeer()) << "after 5 s";
}

TEST_F(IceTransportTest, aHostileAuthenticatedTcpPeerHarmsOnlyItself) {
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    TestPeer peer(m_router, 0, "peer", GatherOptions{});
    const Socket socket(SOCK_STREAM);
    ASSERT_TRUE(socket.connect(m_router.tcpPort(0)));
    socket.writeFrame(check(peer, peer.local().ice.pwd).bytes());
    std::array<std::uint8_t, 2> header{};
    ASSERT_EQ(::recv(socket.fd(), header.data(), header.size(), MSG_WAITALL), 2);
    std::vector<std::uint8_t> noise(1 + random() % 3000);
    for (auto& octet : noise) octet = static_cast<std::uint8_t>(random());
    socket.write(noise);
  }
  TestPeer a(m_router, 0, "a", GatherOptions{});
  TestPeer b(m_router, 1, "b", GatherOptions{});
  TestPeer::introduce(a, b, isTcp);
  EXPECT_TRUE(a.await("ice READY"));
}

}  // namespace
}  // namespace kms::router
