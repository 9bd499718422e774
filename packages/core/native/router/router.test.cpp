// The way from a datagram to its transport, and what hostile ones come to.
#include "router/test-peer.hpp"

#include <kms/base/error.hpp>
#include <kms/ice/stun.hpp>
#include <kms/io/udp-socket.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

class RouterTest : public ::testing::Test {
 protected:
  void send(const Bytes& packet) {
    sockaddr_storage name{};
    const socklen_t length = Address::parse("127.0.0.1", m_router.udpPort(0))->toSockaddr(name);
    ::sendto(m_socket.fd(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&name),
             length);
  }
  std::int64_t counter(const std::string& name) {
    return m_router.counters(0).at(name).as<std::int64_t>();
  }
  std::int64_t dropped(DropReason reason) {
    const Value drops = m_router.counters(0).at("dropped");
    return drops.at(std::string(name(reason))).as<std::int64_t>();
  }
  /// Waits until the thread has looked at all that was sent so far: each round of it runs a task.
  bool awaitReceived(std::int64_t total) {
    for (const auto end = m_clock.now() + kPatience; m_clock.now() < end;) {
      runOn(m_router.executor(0), [] {});
      if (counter("received") + dropped(DropReason::kUnknownProtocol) >= total) return true;
    }
    return false;
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}}, {"lo"}}, m_clock};
  io::UdpSocket m_socket{false, 0};
};

Bytes filled(std::uint8_t first, std::size_t size) {
  Bytes bytes(size, 7);
  if (size > 0) bytes[0] = first;
  return bytes;
}

TEST_F(RouterTest, countsAndDropsWhatIsForNobody) {
  send(filled(0x80, 200));  // RTP
  send(filled(22, 200));    // DTLS
  ice::StunWriter stun(ice::StunClass::Request, ice::kStunBinding, {});
  stun.add(ice::StunAttribute::Username, "nobody:here");
  const auto bytes = stun.bytes();
  send(Bytes(bytes.begin(), bytes.end()));
  ASSERT_TRUE(awaitReceived(3));
  EXPECT_EQ(dropped(DropReason::kUnknownSender), 2);
  EXPECT_EQ(dropped(DropReason::kIceUnknownUser), 1);
  EXPECT_EQ(dropped(DropReason::kUnknownProtocol), 0);
}

TEST_F(RouterTest, countsAndDropsWhatIsTooLong) {
  send(filled(0x80, 3000));
  ASSERT_TRUE(awaitReceived(1));
  EXPECT_EQ(dropped(DropReason::kUnknownProtocol), 1);
}

TEST_F(RouterTest, survivesArbitraryDatagramsWhileATransportIsThere) {
  TestPeer peer(m_router, 0, "target");
  std::mt19937 random(10);
  for (int i = 0; i < 3000; ++i) {
    Bytes packet(random() % 200);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (!packet.empty() && i % 4 == 0) packet[0] = static_cast<std::uint8_t>(random() % 4);
    send(packet);
  }
  // Those that looked like STUN for the peer carry its ufrag.
  for (int i = 0; i < 500; ++i) {
    ice::StunWriter stun(ice::StunClass::Request, ice::kStunBinding, {});
    stun.add(ice::StunAttribute::Username, peer.local().ice.ufrag + ":x");
    const auto bytes = stun.bytes();
    Bytes packet(bytes.begin(), bytes.end());
    packet.resize(packet.size() + random() % 20, static_cast<std::uint8_t>(random()));
    send(packet);
  }
  ASSERT_TRUE(awaitReceived(3000));
  EXPECT_FALSE(peer.has("ice CONNECTED"));
  EXPECT_EQ(peer.stats().dtlsState, dtls::State::kNew);
}

TEST_F(RouterTest, needsAThreadAndAFreePort) {
  const auto make = [&](RouterConfig config) {
    try {
      const Router router(std::move(config), m_clock);
    } catch (const Error& error) {
      return error.code();
    }
    return 0;
  };
  EXPECT_EQ(make({}), 40107);
  EXPECT_EQ(make({{{m_router.udpPort(0)}}, {}}), 40009);
}

TEST_F(RouterTest, executorsRunTasksUntilTheRouterCloses) {
  EXPECT_EQ(runOn(m_router.executor(0), [] { return 5; }), 5);
  m_router.close();
  m_router.close();
  EXPECT_FALSE(m_router.executor(0).post([] {}));
}

TEST_F(RouterTest, refusesRemoteParametersThatAreWrongAndKeepsItsState) {
  TestPeer peer(m_router, 0, "target");
  const auto codeOf = [&](auto change) {
    return runOn(peer.executor(), [&] {
      RemoteParameters parameters;
      parameters.ice = {"abcd", "abcdefghijklmnopqrstuv"};
      parameters.fingerprints = {{"sha-256", peer.local().fingerprint}};
      change(parameters);
      try {
        peer.transport().setRemote(parameters);
      } catch (const Error& error) {
        return error.code();
      }
      return 0;
    });
  };
  EXPECT_EQ(codeOf([](auto& p) { p.ice.ufrag.clear(); }), 40107);
  EXPECT_EQ(codeOf([](auto& p) { p.fingerprints.clear(); }), 40107);
  EXPECT_EQ(codeOf([](auto& p) { p.fingerprints[0].value = "XY"; }), 40107);
  EXPECT_EQ(codeOf([](auto& p) { p.fingerprints[0].algorithm = "rot13"; }), 40107);
  EXPECT_EQ(codeOf([](auto&) {}), 0);
}

TEST_F(RouterTest, candidatesThatAreNoneAreNamed) {
  TestPeer peer(m_router, 0, "target");
  runOn(peer.executor(), [&] {
    try {
      peer.transport().addRemoteCandidate("candidate:garbage");
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), 40401);
      EXPECT_NE(std::string(error.what()).find("garbage"), std::string::npos);
    }
    peer.transport().addRemoteCandidate("candidate:1 1 udp 2122260223 a1b2c3.local 50000 typ host");
  });
}

}  // namespace
}  // namespace kms::router
