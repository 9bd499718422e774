// Packets that are not authentic, by the thousand: they cost no allocation, change nothing, are
// counted by reason, and nobody gets more bytes from us than were sent in his name.
#include "router/allocation-counter.hpp"
#include "router/test-peer.hpp"

#include <kms/ice/stun.hpp>

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <new>
#include <random>

namespace kms::router {
namespace {

using media::Medium;
using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

constexpr int kPackets = 5000;

class Strangers : public ::testing::Test {
 protected:
  Strangers() {
    TestPeer::connect(m_client, m_server);
    m_client.setSource(Medium::kVideo, m_video.producer());
    m_video.start(5ms);
    EXPECT_TRUE(m_server.await("flow video out true"));
    EXPECT_TRUE(m_server.await("ice READY"));
    const auto pair = m_server.stats().selectedPair;
    EXPECT_TRUE(pair);
    if (!pair) return;
    m_peer = pair->remote.address;
    m_here = pair->path.base;
  }

  /// Gives the server's I/O thread datagrams as if they came from `remote`.
  template <typename Make>
  void flood(const Address& remote, Make make) {
    EXPECT_EQ(allocationsOf(remote, make), 0U);
  }
  template <typename Make>
  std::size_t allocationsOf(const Address& remote, Make make) {
    std::vector<Bytes> packets;
    for (int i = 0; i < kPackets; ++i) packets.push_back(make(i));
    const std::int64_t sentBefore = sentBytes();
    const std::size_t allocations = runOn(m_server.executor(), [&] {
      give(remote, packets.front());  // what is made once is made by it
      testing::startCounting();
      for (const Bytes& packet : packets) give(remote, packet);
      return testing::stopCounting();
    });
    std::int64_t given = static_cast<std::int64_t>(packets.front().size());
    for (const Bytes& packet : packets) given += static_cast<std::int64_t>(packet.size());
    EXPECT_LE(sentBytes() - sentBefore, given + kOwnTraffic);
    return allocations;
  }

  std::uint64_t dropped(DropReason reason) { return m_server.stats().dropped[reason]; }
  std::int64_t droppedByThread(DropReason reason) {
    const Value drops = m_router.counters(1).at("dropped");
    return drops.at(std::string(name(reason))).as<std::int64_t>();
  }
  void expectTheCallToGoOn() {
    const TransportStats now = m_server.stats();
    EXPECT_EQ(now.iceState, ice::State::Ready);
    EXPECT_EQ(now.dtlsState, dtls::State::kConnected);
    EXPECT_EQ(now.selectedPair->remote.address, m_peer);
    TestTap tap(m_router, 1, m_server.producer(Medium::kVideo));
    EXPECT_TRUE(tap.await(20));
  }
  Bytes garbage(std::uint8_t first, std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(m_random());
    bytes[0] = first;
    return bytes;
  }

  Address m_peer;
  Address m_here;
  const Address m_stranger = *Address::parse("198.51.100.1", 4000);

 private:
  static constexpr std::int64_t kOwnTraffic = 10'000;  // of the call meanwhile

  std::int64_t sentBytes() {
    runOn(m_server.executor(), [] {});  // counters are published at the end of a round
    runOn(m_server.executor(), [] {});
    return m_router.counters(1).at("sentBytes").as<std::int64_t>();
  }
  void give(const Address& remote, const Bytes& bytes) {
    ThreadContext& thread = m_router.thread(1);
    io::PacketRef packet = thread.environment().pool.allocate();
    packet->size = static_cast<std::uint32_t>(bytes.size());
    std::ranges::copy(bytes, packet->data.begin());
    packet->received = thread.now();
    packet->remote = remote;
    packet->local = m_here;
    thread.onDatagram(std::move(packet));
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}, {}}, {"lo"}}, m_clock};
  TestPeer m_client{m_router, 0, "client"};
  TestPeer m_server{m_router, 1, "server"};
  TestMedia m_video{m_router, 0, Medium::kVideo};
  std::mt19937 m_random{4};

 protected:
  Bytes bindingRequest(std::string_view username, std::string_view password, int id) const {
    ice::TransactionId transaction{};
    transaction[10] = static_cast<std::uint8_t>(id >> 8);
    transaction[11] = static_cast<std::uint8_t>(id);
    ice::StunWriter writer(ice::StunClass::Request, ice::kStunBinding, transaction);
    writer.add(ice::StunAttribute::Username, username);
    if (!password.empty()) {
      writer.add32(ice::StunAttribute::Priority, 1);
      writer.add64(ice::StunAttribute::IceControlling, 1);
      writer.addFlag(ice::StunAttribute::UseCandidate);
      writer.sign(password);
    }
    writer.addFingerprint();
    return {writer.bytes().begin(), writer.bytes().end()};
  }
  std::string serverUfrag() const { return m_server.local().ice.ufrag; }
};

TEST_F(Strangers, countTheirAllocations) {
  ASSERT_TRUE(testing::opensslIsCounted());
  testing::startCounting();
  const auto made = std::make_unique<int>(1);
  EXPECT_EQ(testing::stopCounting(), 1U);
  EXPECT_EQ(*made, 1);
}

TEST_F(Strangers, knownToNobodyAreDropped) {
  const std::int64_t before = droppedByThread(DropReason::kUnknownSender);
  flood(m_stranger, [&](int i) { return garbage(i % 2 == 0 ? 0x80 : 22, 200); });
  EXPECT_EQ(droppedByThread(DropReason::kUnknownSender), before + kPackets + 1);
  expectTheCallToGoOn();
}

TEST_F(Strangers, withoutThePasswordGetNoMoreThanTheySent) {
  const std::string username = serverUfrag() + ":" + "them";
  flood(m_stranger, [&](int i) { return bindingRequest(username, "a-wrong-password", i); });
  flood(m_stranger, [&](int i) { return bindingRequest(username, "", i); });
  flood(m_peer, [&](int i) { return bindingRequest(username, "a-wrong-password", i); });
  EXPECT_EQ(dropped(DropReason::kIceBadIntegrity), 2U * (kPackets + 1));
  EXPECT_EQ(dropped(DropReason::kIceMalformed), kPackets + 1U) << "without a password";
  EXPECT_GE(droppedByThread(DropReason::kIceBadIntegrity), 2 * kPackets);
  expectTheCallToGoOn();
}

TEST_F(Strangers, whoNameNobodyOrAnswerNothingAreCountedApart) {
  flood(m_stranger, [&](int i) { return bindingRequest("nobody:them", "a-password", i); });
  flood(m_stranger, [&](int i) { return bindingRequest(serverUfrag() + "x:them", "", i); });
  EXPECT_EQ(droppedByThread(DropReason::kIceUnknownUser), 2 * (kPackets + 1));
  const std::int64_t before = droppedByThread(DropReason::kIceStrayResponse);
  flood(m_stranger, [&](int i) {
    Bytes answer = bindingRequest("nobody:them", "", i);
    answer[0] = 0x01;  // a success response
    answer[4 + 4] = 0xFF;
    return answer;
  });
  EXPECT_EQ(droppedByThread(DropReason::kIceStrayResponse), before + kPackets + 1);
  expectTheCallToGoOn();
}

TEST_F(Strangers, whoForgeThePeersAddressCannotForgeItsPackets) {
  flood(m_peer, [&](int i) {
    Bytes packet = garbage(0x80, 300);
    packet[1] = i % 2 == 0 ? 96 : 200;  // RTP and RTCP
    return packet;
  });
  EXPECT_GE(dropped(DropReason::kUnauthenticated), std::uint64_t{kPackets});
  EXPECT_GE(droppedByThread(DropReason::kUnauthenticated), kPackets);
  expectTheCallToGoOn();
}

TEST_F(Strangers, cannotEndTheCallWithUnprotectedAlerts) {
  // A fatal alert, in the clear, of epochs 0 and 1. Only who forges the very address of the peer
  // gets as far as OpenSSL, which allocates while it looks at a record, and keeps nothing of it.
  (void)allocationsOf(m_peer, [&](int i) {
    const auto epoch = static_cast<std::uint8_t>(i % 2);
    const auto sequence = static_cast<std::uint8_t>(i);
    return Bytes{21, 0xFE, 0xFD, 0, epoch, 0, 0, 0, 0, 9, sequence, 0, 2, 2, 40};
  });
  expectTheCallToGoOn();
}

}  // namespace
}  // namespace kms::router
