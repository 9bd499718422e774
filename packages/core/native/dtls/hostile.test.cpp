// Hostile peers: nothing they send may crash a session, let keys out without the right fingerprint,
// or grow without bound.
#include "simulated-time.hpp"
#include "test-support.hpp"

#include <gtest/gtest.h>

#include <malloc.h>
#include <random>

namespace kms::dtls {
namespace {

using testing::Bytes;
using testing::ecdsaCertificate;
using testing::exchange;
using testing::Peer;
using testing::runNextTimer;

class DtlsHostile : public ::testing::Test {
 protected:
  std::uint8_t randomByte() { return static_cast<std::uint8_t>(m_random()); }
  Bytes garbage(std::size_t size) {
    Bytes out(size);
    std::ranges::generate(out, [this] { return randomByte(); });
    return out;
  }
  void mutate(Bytes& datagram) {
    const std::size_t changes = 1 + m_random() % 3;
    for (std::size_t i = 0; i < changes && !datagram.empty(); ++i) {
      datagram[m_random() % datagram.size()] = randomByte();
    }
    if (m_random() % 8 == 0) {
      datagram.resize(m_random() % (datagram.size() + 1));
    }
  }

  std::mt19937 m_random{2024};
  ManualClock m_clock;
  SimulatedTime m_time{m_clock};
};

TEST_F(DtlsHostile, survivesGarbageInEveryPhase) {
  Peer client(ecdsaCertificate(0), Role::kClient, m_clock);
  Peer server(ecdsaCertificate(1), Role::kServer, m_clock);
  client.trust(server);
  server.trust(client);
  const auto disturb = [&] {
    for (int i = 0; i < 500; ++i) {
      Bytes datagram = garbage(m_random() % 300);
      if (!datagram.empty()) {
        datagram[0] = static_cast<std::uint8_t>(20 + m_random() % 44);
      }
      client.session.handlePacket(datagram);
      server.session.handlePacket(datagram);
    }
  };
  disturb();
  client.session.start();
  disturb();
  exchange(client, server, [&](Bytes&) {
    disturb();
    return true;
  });
  disturb();
  EXPECT_EQ(client.session.state(), State::kConnected);
  EXPECT_EQ(server.session.state(), State::kConnected);
  ASSERT_TRUE(client.keys && server.keys);
  EXPECT_EQ(client.keys->first, server.keys->second);
}

// A changed handshake may fail, but whoever gets keys gets the peer's.
TEST_F(DtlsHostile, survivesMutatedHandshakes) {
  int connected = 0;
  for (int round = 0; round < 300; ++round) {
    Peer client(ecdsaCertificate(0), Role::kClient, m_clock,
                {.mtu = round % 2 == 0 ? 1200U : 400U});
    Peer server(ecdsaCertificate(1), Role::kServer, m_clock,
                {.mtu = round % 2 == 0 ? 1200U : 400U});
    client.trust(server);
    server.trust(client);
    client.session.start();
    do {
      exchange(client, server, [&](Bytes& datagram) {
        if (m_random() % 6 == 0) {
          mutate(datagram);
        }
        return true;
      });
    } while (runNextTimer(m_clock, client, server));
    if (client.keys && server.keys) {
      EXPECT_EQ(client.keys->first, server.keys->second);
      EXPECT_EQ(client.keys->second, server.keys->first);
      ++connected;
    }
  }
  EXPECT_GT(connected, 30);
}

TEST_F(DtlsHostile, survivesMutatedApplicationData) {
  Peer client(ecdsaCertificate(0), Role::kClient, m_clock);
  Peer server(ecdsaCertificate(1), Role::kServer, m_clock);
  client.trust(server);
  server.trust(client);
  client.session.start();
  exchange(client, server);
  for (int i = 0; i < 2000; ++i) {
    EXPECT_TRUE(client.session.sendApplicationData(garbage(1 + m_random() % 200)));
    for (Bytes& datagram : std::exchange(client.outgoing, {})) {
      const Bytes original = datagram;
      mutate(datagram);
      server.session.handlePacket(datagram == original ? Bytes{} : datagram);
    }
  }
  EXPECT_EQ(server.session.state(), State::kConnected);
  EXPECT_TRUE(server.received.empty());
}

Bytes firstFlight(const Clock& clock) {
  Peer client(ecdsaCertificate(0), Role::kClient, clock);
  client.session.start();
  return client.outgoing.at(0);
}

// The message sequence lies in bytes 17 and 18 of the datagram, the record's in bytes 5 to 10,
// fragment fields in 19 to 24.
TEST_F(DtlsHostile, survivesAFloodOfClientHellosWithBoundedState) {
  Peer server(ecdsaCertificate(1), Role::kServer, m_clock);
  Peer client(ecdsaCertificate(0), Role::kClient, m_clock);
  const Bytes hello = firstFlight(m_clock);
  const auto flood = [&](unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      Bytes copy = hello;
      copy[8] = static_cast<std::uint8_t>((i + 1) >> 16U);
      copy[9] = static_cast<std::uint8_t>((i + 1) >> 8U);
      copy[10] = static_cast<std::uint8_t>(i + 1);
      copy[18] = static_cast<std::uint8_t>(i % 5);
      server.session.handlePacket(copy);
      server.outgoing.clear();
    }
  };
  flood(1000);
  const std::size_t before = mallinfo2().uordblks;
  flood(20'000);
  EXPECT_LT(mallinfo2().uordblks, before + 200'000);
  EXPECT_LT(server.sent, 100U);
  EXPECT_FALSE(server.keys);
}

TEST_F(DtlsHostile, survivesFragmentsThatNeverComplete) {
  Peer server(ecdsaCertificate(1), Role::kServer, m_clock);
  const Bytes hello = firstFlight(m_clock);
  for (unsigned i = 0; i < 20'000; ++i) {
    Bytes copy(hello.begin(), hello.begin() + 13 + 12 + 20);
    copy[9] = static_cast<std::uint8_t>((i + 1) >> 8U);
    copy[10] = static_cast<std::uint8_t>(i + 1);
    copy[11] = 0;
    copy[12] = 12 + 20;
    // Message length 0x00ffxx, fragment at a random place of it, 20 bytes long.
    copy[14] = 0;
    copy[15] = randomByte();
    copy[16] = randomByte();
    copy[18] = static_cast<std::uint8_t>(m_random() % 12);
    copy[19] = 0;
    copy[20] = randomByte();
    copy[21] = randomByte();
    copy[22] = copy[23] = 0;
    copy[24] = 20;
    server.session.handlePacket(copy);
  }
  EXPECT_FALSE(server.keys);
}

TEST_F(DtlsHostile, refusesAPeerWithoutACertificate) {
  // A Certificate message (type 11) whose list is empty cannot be made with a Session; a record of
  // it in plain text is what a peer would send. The server must not get further.
  Peer client(ecdsaCertificate(0), Role::kClient, m_clock);
  Peer server(ecdsaCertificate(1), Role::kServer, m_clock);
  server.trust(client);
  client.session.start();
  server.session.handlePacket(client.outgoing.at(0));
  const Bytes empty{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 15, 11,
                    0,  0,    3,    0, 1, 0, 0, 0, 0, 0, 3, 0, 0,  0};
  server.session.handlePacket(empty);
  EXPECT_EQ(server.session.state(), State::kFailed);
  EXPECT_FALSE(server.keys);
}

}  // namespace
}  // namespace kms::dtls
