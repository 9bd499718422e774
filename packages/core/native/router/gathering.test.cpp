// Candidates that STUN and TURN servers give; the servers are sockets of the test.
#include "router/test-peer.hpp"
#include "router/test-socket.hpp"

#include <kms/ice/stun.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {
namespace {

using namespace std::chrono_literals;

const Address kMapped = *Address::parse("203.0.113.7", 4711);

class Gathering : public ::testing::Test {
 protected:
  /// With renewals so often that a test need not wait.
  static GatherOptions renewingAt(const Socket& stunServer) {
    GatherOptions options = withoutTcp();
    options.stunServer = loopback(stunServer.bind());
    options.stunKeepalive = 20ms;
    return options;
  }
  static GatherOptions withoutTcp() {
    GatherOptions options;
    options.tcp = false;
    return options;
  }
  static Address loopback(std::uint16_t port) { return *Address::parse("127.0.0.1", port); }
  static ice::Candidate lastOf(TestPeer& peer) {
    return *ice::Candidate::parse(peer.candidates().back()).candidate;
  }
  /// Answers the next Binding request; where it came from.
  static std::optional<sockaddr_in> answer(const Socket& server, const Address& mapped = kMapped) {
    const auto request = server.receive();
    const auto message = ice::StunMessage::parse(request.bytes);
    if (!message || message->method() != ice::kStunBinding) return std::nullopt;
    ice::StunWriter writer(ice::StunClass::Success, ice::kStunBinding, message->transactionId());
    writer.addXorAddress(ice::StunAttribute::XorMappedAddress, mapped);
    server.sendTo(request.from, writer.bytes());
    return request.from;
  }
  /// Sends the next Allocate request elsewhere; false when none comes.
  static bool redirect(const Socket& server, std::uint16_t port) {
    const auto request = server.receive();
    const auto message = ice::StunMessage::parse(request.bytes);
    if (!message || message->method() != ice::kTurnAllocate) return false;
    ice::StunWriter writer(ice::StunClass::Error, ice::kTurnAllocate, message->transactionId());
    writer.addError(300, "Try Alternate");
    const std::array<std::uint8_t, 8> address = {
        0, 1, static_cast<std::uint8_t>(port >> 8U), static_cast<std::uint8_t>(port), 127, 0, 0, 1};
    writer.add(ice::StunAttribute::AlternateServer, ice::ByteView(address));
    server.sendTo(request.from, writer.bytes());
    return true;
  }
  static GatherOptions withTurn(std::uint16_t port) {
    GatherOptions options = withoutTcp();
    options.turnServer = TurnServer{loopback(port), TurnServer::Transport::Udp, "user", "password"};
    return options;
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}, {}}, {"lo"}}, m_clock};
};

TEST_F(Gathering, aStunServerGivesAServerReflexiveCandidate) {
  const Socket server(SOCK_DGRAM);
  GatherOptions options = withoutTcp();
  options.stunServer = loopback(server.bind());
  TestPeer peer(m_router, 0, "peer", options);
  EXPECT_FALSE(peer.has("gathered"));
  ASSERT_TRUE(answer(server));
  ASSERT_TRUE(peer.await("gathered"));
  const auto last = lastOf(peer);
  EXPECT_EQ(last.type, ice::CandidateType::ServerReflexive);
  EXPECT_EQ(last.address, kMapped);
  EXPECT_EQ(last.related, loopback(m_router.udpPort(0)));
}

TEST_F(Gathering, theMappingOfAServerReflexiveCandidateIsRenewedFromItsBase) {
  const Socket server(SOCK_DGRAM);
  TestPeer peer(m_router, 0, "peer", renewingAt(server));
  ASSERT_TRUE(answer(server));
  ASSERT_TRUE(peer.await("gathered"));
  const auto candidates = peer.candidates();
  for (int renewal = 0; renewal < 3; ++renewal) {
    const auto from = answer(server, *Address::parse("203.0.113.7", 4712));
    ASSERT_TRUE(from);
    EXPECT_EQ(ntohs(from->sin_port), m_router.udpPort(0));
  }
  EXPECT_EQ(peer.candidates(), candidates) << "a renewal finds no candidate";
}

TEST_F(Gathering, mappingsAreNotRenewedOnceAPairIsNominated) {
  const Socket server(SOCK_DGRAM);
  TestPeer a(m_router, 0, "a", renewingAt(server));
  ASSERT_TRUE(answer(server));
  TestPeer b(m_router, 1, "b", withoutTcp());
  TestPeer::introduce(a, b, [](const ice::Candidate&) { return true; });
  ASSERT_TRUE(a.await("ice READY"));
  runOn(m_router.executor(0), [] {});
  while (!server.receiveAtOnce().bytes.empty()) {
  }
  const Socket other(SOCK_DGRAM);
  TestPeer waiting(m_router, 0, "waiting", renewingAt(other));
  for (int renewal = 0; renewal < 5; ++renewal) ASSERT_TRUE(answer(other));
  EXPECT_TRUE(server.receiveAtOnce().bytes.empty()) << "while another one's went on";
}

TEST_F(Gathering, aTurnServerThatIsNotThereIsToldAndGatheringEnds) {
  GatherOptions options;
  std::uint16_t nobody = 0;
  {
    const Socket gone(SOCK_STREAM);
    nobody = gone.bind();
  }
  options.turnServer = TurnServer{loopback(nobody), TurnServer::Transport::Tcp, "user", "password"};
  TestPeer peer(m_router, 0, "peer", options);
  EXPECT_TRUE(peer.await("gathered"));
  EXPECT_TRUE(peer.has("problem TURN server: the server closed the connection") ||
              peer.has("problem TURN server: cannot connect"));
}

TEST_F(Gathering, aTurnServerMaySendUsToAnother) {
  const Socket first(SOCK_DGRAM);
  const Socket second(SOCK_DGRAM);
  const std::uint16_t secondPort = second.bind();
  TestPeer peer(m_router, 0, "peer", withTurn(first.bind()));
  ASSERT_TRUE(redirect(first, secondPort));
  const auto message = ice::StunMessage::parse(second.receive().bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method(), ice::kTurnAllocate);
  EXPECT_FALSE(peer.has("gathered"));
}

TEST_F(Gathering, redirectionsInACircleEnd) {
  const Socket first(SOCK_DGRAM);
  const Socket second(SOCK_DGRAM);
  const std::uint16_t firstPort = first.bind();
  TestPeer peer(m_router, 0, "peer", withTurn(firstPort));
  ASSERT_TRUE(redirect(first, second.bind()));
  ASSERT_TRUE(redirect(second, firstPort));
  ASSERT_TRUE(peer.await("gathered"));
  EXPECT_TRUE(peer.has("problem TURN server: redirected to " + loopback(firstPort).text() +
                       ", which is not followed"));
}

TEST_F(Gathering, onlySoManyRedirectionsAreFollowed) {
  std::vector<Socket> servers;
  std::vector<std::uint16_t> ports;
  for (int i = 0; i < 5; ++i) ports.push_back(servers.emplace_back(SOCK_DGRAM).bind());
  TestPeer peer(m_router, 0, "peer", withTurn(ports[0]));
  for (std::size_t i = 0; i < 4; ++i) ASSERT_TRUE(redirect(servers[i], ports[i + 1])) << i;
  EXPECT_TRUE(peer.await("gathered"));
  EXPECT_TRUE(servers[4].receiveAtOnce().bytes.empty());
}

}  // namespace
}  // namespace kms::router
