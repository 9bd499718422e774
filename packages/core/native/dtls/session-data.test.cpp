// Connected sessions: application data and closing.
#include "session-fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace kms::dtls {
namespace {

using testing::Bytes;
using testing::ecdsaCertificate;
using ::testing::ElementsAre;
using testing::exchange;
using namespace std::chrono_literals;

TEST_F(DtlsSession, carriesApplicationDataBothWays) {
  connect();
  EXPECT_GT(m_client.session.maxApplicationData(), 1100U);
  Bytes large(m_client.session.maxApplicationData());
  std::iota(large.begin(), large.end(), std::uint8_t{0});
  EXPECT_TRUE(m_client.session.sendApplicationData(large));
  EXPECT_TRUE(m_client.session.sendApplicationData(Bytes{1}));
  EXPECT_TRUE(m_server.session.sendApplicationData(Bytes{2, 3}));
  EXPECT_EQ(m_client.outgoing.size(), 2U);
  exchange(m_client, m_server);
  EXPECT_THAT(m_server.received, ElementsAre(large, Bytes{1}));
  EXPECT_THAT(m_client.received, ElementsAre(Bytes{2, 3}));
  EXPECT_LE(m_client.largest, 1200U);
}

TEST_F(DtlsSession, refusesDataThatIsEmptyOrTooLarge) {
  EXPECT_EQ(m_client.session.maxApplicationData(), 0U);
  EXPECT_FALSE(m_client.session.sendApplicationData(Bytes{1}));
  connect();
  EXPECT_FALSE(m_client.session.sendApplicationData({}));
  EXPECT_FALSE(
      m_client.session.sendApplicationData(Bytes(m_client.session.maxApplicationData() + 1)));
}

TEST_F(DtlsSession, dropsReplayedApplicationData) {
  connect();
  EXPECT_TRUE(m_client.session.sendApplicationData(Bytes{1}));
  const Bytes datagram = m_client.outgoing.at(0);
  m_server.session.handlePacket(datagram);
  m_server.session.handlePacket(datagram);
  EXPECT_EQ(m_server.received.size(), 1U);
}

TEST_F(DtlsSession, closesBothSides) {
  connect();
  m_client.session.close();
  EXPECT_EQ(m_client.session.state(), State::kClosed);
  exchange(m_client, m_server);
  EXPECT_THAT(m_server.states, ElementsAre(State::kConnecting, State::kConnected, State::kClosed));
  EXPECT_FALSE(m_client.session.sendApplicationData(Bytes{1}));
  m_client.session.close();
  m_client.session.start();
  m_client.session.onTimer();
  EXPECT_EQ(m_client.states.size(), 3U);
}

TEST_F(DtlsSession, closesBeforeTheHandshakeIsDone) {
  m_client.session.start();
  m_client.session.close();
  m_server.session.close();
  EXPECT_THAT(m_client.states, ElementsAre(State::kConnecting, State::kClosed));
  EXPECT_THAT(m_server.states, ElementsAre(State::kClosed));
  EXPECT_FALSE(m_client.session.nextDeadline());
  exchange(m_client, m_server);
  EXPECT_EQ(m_server.session.counters().unexpected, 1U);
}

}  // namespace
}  // namespace kms::dtls
