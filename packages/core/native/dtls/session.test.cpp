// Handshakes: keys, profiles, certificates, fingerprints, loss, calls from within a listener.
#include "session-fixture.hpp"

#include <kms/base/error.hpp>
#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace kms::dtls {
namespace {

using testing::Bytes;
using testing::ecdsaCertificate;
using ::testing::ElementsAre;
using testing::exchange;
using testing::Peer;
using testing::runNextTimer;
using namespace std::chrono_literals;

TEST_F(DtlsSession, givesBothSidesTheSameKeys) {
  connect();
  expectConnected();
  EXPECT_EQ(m_client.keys->first.profile, srtp::Profile::kAeadAes128Gcm);
}

TEST_F(DtlsSession, keepsDatagramsToTheMtu) {
  connect();
  EXPECT_LE(m_client.largest, 1200U);
  EXPECT_LE(m_server.largest, 1200U);
  // Flights share datagrams: without loss each side sends two flights.
  EXPECT_LE(m_client.sent, 4U);
  EXPECT_LE(m_server.sent, 4U);
}

TEST_F(DtlsSession, connectsWithSmallDatagrams) {
  const Options options{.mtu = 300};
  Peer client(ecdsaCertificate(0), Role::kClient, m_clock, options);
  Peer server(ecdsaCertificate(1), Role::kServer, m_clock, options);
  client.trust(server);
  server.trust(client);
  client.session.start();
  exchange(client, server);
  EXPECT_EQ(client.session.state(), State::kConnected);
  EXPECT_EQ(server.session.state(), State::kConnected);
  EXPECT_LE(server.largest, 300U);
}

/// Cuts a datagram that holds one handshake message in one record into records of `size` bytes of
/// the message.
std::vector<Bytes> cutMessage(const Bytes& datagram, std::size_t size) {
  constexpr std::size_t kHeaders = 13 + 12;
  std::vector<Bytes> out;
  for (std::size_t at = kHeaders; at < datagram.size(); at += size) {
    const std::size_t length = std::min(size, datagram.size() - at);
    Bytes record(datagram.begin(), datagram.begin() + kHeaders);
    record[10] = static_cast<std::uint8_t>(out.size());
    record[12] = static_cast<std::uint8_t>(12 + length);
    record[11] = 0;
    record[21] = static_cast<std::uint8_t>(at - kHeaders);
    record[20] = static_cast<std::uint8_t>((at - kHeaders) >> 8U);
    record[23] = 0;
    record[24] = static_cast<std::uint8_t>(length);
    const auto begin = datagram.begin() + static_cast<std::ptrdiff_t>(at);
    record.insert(record.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
    out.push_back(std::move(record));
  }
  return out;
}

// Browsers with post-quantum key shares send a ClientHello of two datagrams.
TEST_F(DtlsSession, acceptsAClientHelloInFragmentsOutOfOrder) {
  m_client.trust(m_server);
  m_server.trust(m_client);
  m_client.session.start();
  std::vector<Bytes> fragments = cutMessage(std::exchange(m_client.outgoing, {}).at(0), 60);
  ASSERT_GE(fragments.size(), 3U);
  std::ranges::reverse(fragments);
  for (const Bytes& fragment : fragments) {
    EXPECT_EQ(m_server.sent, 0U);
    m_server.session.handlePacket(fragment);
  }
  // The fragments used up record numbers of the client's next flight, so its first sending counts
  // as a replay.
  do {
    exchange(m_client, m_server);
  } while (runNextTimer(m_clock, m_client, m_server));
  expectConnected();
}

TEST_F(DtlsSession, beginsAsServerWithTheFirstPacket) {
  m_server.trust(m_client);
  m_client.trust(m_server);
  m_client.session.start();
  exchange(m_client, m_server);
  expectConnected();
}

TEST_F(DtlsSession, ignoresPacketsBeforeTheClientStarts) {
  m_client.session.handlePacket(Bytes{22, 254, 253, 0});
  EXPECT_TRUE(m_client.states.empty());
  EXPECT_EQ(m_client.session.counters().unexpected, 1U);
  m_client.session.handlePacket(Bytes{0x80, 1});
  m_client.session.handlePacket({});
  EXPECT_EQ(m_client.session.counters().notDtls, 2U);
}

struct ProfileCase {
  std::vector<srtp::Profile> client;
  std::vector<srtp::Profile> server;
  std::optional<srtp::Profile> chosen;
};

class DtlsProfiles : public ::testing::TestWithParam<ProfileCase> {};

void expectMediaFlows(const srtp::Keys& outbound, const srtp::Keys& inbound) {
  srtp::OutboundSession sender(outbound);
  srtp::InboundSession receiver(inbound);
  Bytes packet{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 'h', 'e', 'l', 'l', 'o'};
  const Bytes plain = packet;
  packet.resize(plain.size() + srtp::kMaxRtpOverhead);
  packet.resize(sender.protectRtp(packet, plain.size()));
  EXPECT_NE(Bytes(packet.begin() + 12, packet.begin() + 17),
            Bytes(plain.begin() + 12, plain.end()));
  ASSERT_EQ(receiver.unprotectRtp(packet), plain.size());
  packet.resize(plain.size());
  EXPECT_EQ(packet, plain);
}

TEST_P(DtlsProfiles, areNegotiatedAndDriveSrtp) {
  ManualClock clock;
  Peer client(ecdsaCertificate(0), Role::kClient, clock, {.profiles = GetParam().client});
  Peer server(ecdsaCertificate(1), Role::kServer, clock, {.profiles = GetParam().server});
  client.trust(server);
  server.trust(client);
  client.session.start();
  exchange(client, server);
  EXPECT_EQ(client.session.state(), State::kConnected);
  EXPECT_EQ(server.session.state(), State::kConnected);
  ASSERT_EQ(client.keys.has_value(), GetParam().chosen.has_value());
  ASSERT_EQ(server.keys.has_value(), GetParam().chosen.has_value());
  if (GetParam().chosen) {
    EXPECT_EQ(client.keys->first.profile, *GetParam().chosen);
    expectMediaFlows(client.keys->first, server.keys->second);
    expectMediaFlows(server.keys->first, client.keys->second);
  }
}

constexpr auto kGcm = srtp::Profile::kAeadAes128Gcm;
constexpr auto kGcm256 = srtp::Profile::kAeadAes256Gcm;
constexpr auto kCm = srtp::Profile::kAes128CmSha1_80;
constexpr auto kCm32 = srtp::Profile::kAes128CmSha1_32;

INSTANTIATE_TEST_SUITE_P(Offers, DtlsProfiles,
                         ::testing::Values(ProfileCase{{kGcm, kCm}, {kGcm, kCm}, kGcm},
                                           ProfileCase{{kCm, kGcm}, {kGcm, kCm}, kGcm},
                                           ProfileCase{{kCm}, {kGcm, kCm}, kCm},
                                           ProfileCase{{kGcm, kCm}, {kCm}, kCm},
                                           ProfileCase{{kGcm256}, {kGcm256}, kGcm256},
                                           ProfileCase{{kCm32}, {kCm32}, kCm32},
                                           ProfileCase{{kGcm}, {kCm}, std::nullopt},
                                           ProfileCase{{}, {kGcm, kCm}, std::nullopt}));

TEST_F(DtlsSession, refusesOptionsThatCannotWork) {
  Peer* const listener = &m_client;
  const auto make = [&](const Options& options) {
    Session(ecdsaCertificate(0), Role::kClient, m_clock, *listener, options).start();
  };
  EXPECT_THROW(make({.profiles = {srtp::Profile::kAes256CmSha1_80}}), Error);
  EXPECT_THROW(make({.mtu = 100}), Error);
  EXPECT_THROW(make({.mtu = 100'000}), Error);
}

TEST_F(DtlsSession, acceptsPeersWithRsaCertificates) {
  const Certificate rsa = Certificate::generate(KeyType::kRsa2048);
  for (const bool rsaClient : {true, false}) {
    Peer client(rsaClient ? rsa : ecdsaCertificate(0), Role::kClient, m_clock);
    Peer server(rsaClient ? ecdsaCertificate(1) : rsa, Role::kServer, m_clock);
    client.trust(server);
    server.trust(client);
    client.session.start();
    exchange(client, server);
    EXPECT_EQ(client.session.state(), State::kConnected);
    EXPECT_EQ(server.session.state(), State::kConnected);
  }
}

TEST_F(DtlsSession, waitsForTheFingerprintBeforeItGivesKeys) {
  startBoth();
  exchange(m_client, m_server);
  EXPECT_FALSE(m_client.keys);
  EXPECT_FALSE(m_server.keys);
  EXPECT_THAT(m_client.states, ElementsAre(State::kConnecting));
  EXPECT_FALSE(m_client.session.sendApplicationData(Bytes{1}));
  m_client.trust(m_server);
  m_server.trust(m_client);
  expectConnected();
}

TEST_F(DtlsSession, holdsApplicationDataUntilTheFingerprintIsKnown) {
  m_client.trust(m_server);
  startBoth();
  exchange(m_client, m_server);
  ASSERT_EQ(m_client.session.state(), State::kConnected);
  for (std::uint8_t i = 0; i < 20; ++i) {
    EXPECT_TRUE(m_client.session.sendApplicationData(Bytes{i}));
  }
  exchange(m_client, m_server);
  EXPECT_TRUE(m_server.received.empty());
  m_server.trust(m_client);
  EXPECT_EQ(m_server.received.size(), 16U);
  EXPECT_EQ(m_server.received[15], Bytes{15});
  EXPECT_EQ(m_server.session.counters().unverified, 4U);
}

TEST_F(DtlsSession, failsOnAWrongFingerprintKnownBefore) {
  m_client.session.setRemoteFingerprint("sha-256", ecdsaCertificate(2).fingerprint());
  m_server.trust(m_client);
  startBoth();
  exchange(m_client, m_server);
  EXPECT_THAT(m_client.states, ElementsAre(State::kConnecting, State::kFailed));
  EXPECT_THAT(m_server.states, ElementsAre(State::kConnecting, State::kFailed));
  EXPECT_FALSE(m_client.keys);
  EXPECT_FALSE(m_server.keys);
}

TEST_F(DtlsSession, failsAsServerOnAWrongFingerprintKnownBefore) {
  m_client.trust(m_server);
  m_server.session.setRemoteFingerprint("sha-1", ecdsaCertificate(2).fingerprint("sha-1"));
  startBoth();
  exchange(m_client, m_server);
  EXPECT_EQ(m_server.session.state(), State::kFailed);
  EXPECT_EQ(m_client.session.state(), State::kFailed);
  EXPECT_FALSE(m_client.keys);
  EXPECT_FALSE(m_server.keys);
}

TEST_F(DtlsSession, failsOnAWrongFingerprintLearntAfterwards) {
  startBoth();
  exchange(m_client, m_server);
  m_client.session.setRemoteFingerprint("sha-512", ecdsaCertificate(2).fingerprint("sha-512"));
  m_server.session.setRemoteFingerprint("sha-512", ecdsaCertificate(2).fingerprint("sha-512"));
  EXPECT_EQ(m_client.session.state(), State::kFailed);
  EXPECT_EQ(m_server.session.state(), State::kFailed);
  EXPECT_FALSE(m_client.keys);
  EXPECT_FALSE(m_server.keys);
  m_client.trust(m_server);
  EXPECT_EQ(m_client.session.state(), State::kFailed);
}

TEST_F(DtlsSession, takesAnyAlgorithmForTheFingerprint) {
  m_client.session.setRemoteFingerprint("sha-1", m_server.certificate.fingerprint("sha-1"));
  m_server.session.setRemoteFingerprint("SHA-384", m_client.certificate.fingerprint("sha-384"));
  startBoth();
  exchange(m_client, m_server);
  expectConnected();
}

TEST_F(DtlsSession, rejectsMalformedFingerprints) {
  EXPECT_THROW(m_client.session.setRemoteFingerprint("md5", "00"), Error);
  EXPECT_THROW(m_client.session.setRemoteFingerprint("sha-256", "00:11"), Error);
}

TEST_F(DtlsSession, retransmitsByTheClockUntilItGivesUp) {
  m_client.trust(m_server);
  m_client.session.start();
  const TimePoint begin = m_clock.now();
  EXPECT_EQ(m_client.session.nextDeadline(), begin + 100ms);
  m_client.session.onTimer();
  EXPECT_EQ(m_client.sent, 1U);
  std::vector<Duration> waits;
  while (m_client.session.nextDeadline()) {
    waits.push_back(*m_client.session.nextDeadline() - m_clock.now());
    ASSERT_TRUE(runNextTimer(m_clock, m_client, m_server));
  }
  ASSERT_GE(waits.size(), 7U);
  EXPECT_EQ(std::vector(waits.begin(), waits.begin() + 7),
            (std::vector<Duration>{100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 3200ms}));
  EXPECT_EQ(m_client.sent, 13U);
  EXPECT_THAT(m_client.states, ElementsAre(State::kConnecting, State::kFailed));
  EXPECT_LE(m_clock.now() - begin, 40s);
}

class DtlsLoss : public ::testing::TestWithParam<int> {};

TEST_P(DtlsLoss, connectsOverThirtyPercentLoss) {
  ManualClock clock;
  const SimulatedTime time(clock);
  const TimePoint begin = clock.now();
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const Options options{.mtu = GetParam() % 2 == 0 ? std::size_t{1200} : std::size_t{350}};
  Peer client(ecdsaCertificate(0), Role::kClient, clock, options);
  Peer server(ecdsaCertificate(1), Role::kServer, clock, options);
  client.trust(server);
  server.trust(client);
  client.session.start();
  do {
    exchange(client, server, [&](Bytes&) { return random() % 100 >= 30; });
  } while (runNextTimer(clock, client, server));
  ASSERT_EQ(client.session.state(), State::kConnected);
  ASSERT_EQ(server.session.state(), State::kConnected);
  EXPECT_EQ(client.keys->first, server.keys->second);
  EXPECT_LT(clock.now() - begin, 30s);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DtlsLoss, ::testing::Range(0, 40));

TEST_F(DtlsSession, connectsWhenDatagramsAreDoubledAndReordered) {
  m_client.trust(m_server);
  m_server.trust(m_client);
  startBoth();
  do {
    while (!m_client.outgoing.empty() || !m_server.outgoing.empty()) {
      for (const auto& [from, to] :
           {std::pair(&m_client, &m_server), std::pair(&m_server, &m_client)}) {
        std::vector<Bytes> datagrams = std::exchange(from->outgoing, {});
        std::ranges::reverse(datagrams);
        for (const Bytes& datagram : datagrams) {
          to->session.handlePacket(datagram);
          to->session.handlePacket(datagram);
        }
      }
    }
  } while (runNextTimer(m_clock, m_client, m_server));
  expectConnected();
}

/// A listener that answers from within its callbacks, and delivers datagrams at once.
class Loop final : public SessionListener {
 public:
  Loop(const Certificate& certificate, Role role, const Clock& clock)
      : session(certificate, role, clock, *this) {}
  void onSend(std::span<const std::uint8_t> datagram) override {
    other->session.handlePacket(Bytes(datagram.begin(), datagram.end()));
  }
  void onStateChanged(State state) override {
    if (state == State::kConnected) {
      session.sendApplicationData(Bytes{7});
    }
  }
  void onSrtpKeys(const srtp::Keys&, const srtp::Keys&) override { ++keys; }
  void onApplicationData(std::span<const std::uint8_t> data) override {
    ++received;
    if (received < 5) {
      session.sendApplicationData(data);
    } else {
      session.close();
    }
  }
  Loop* other = nullptr;
  int keys = 0;
  int received = 0;
  Session session;
};

TEST_F(DtlsSession, mayBeCalledFromItsListener) {
  Loop client(ecdsaCertificate(0), Role::kClient, m_clock);
  Loop server(ecdsaCertificate(1), Role::kServer, m_clock);
  client.other = &server;
  server.other = &client;
  client.session.setRemoteFingerprint("sha-256", ecdsaCertificate(1).fingerprint());
  server.session.setRemoteFingerprint("sha-256", ecdsaCertificate(0).fingerprint());
  client.session.start();
  EXPECT_EQ(client.keys, 1);
  EXPECT_EQ(server.keys, 1);
  EXPECT_EQ(client.session.state(), State::kClosed);
  EXPECT_EQ(server.session.state(), State::kClosed);
  EXPECT_GE(client.received + server.received, 5);
}

}  // namespace
}  // namespace kms::dtls
