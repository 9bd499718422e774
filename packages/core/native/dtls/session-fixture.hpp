// For tests: a client and a server of DTLS, and the time between them.
#pragma once

#include "simulated-time.hpp"
#include "test-support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kms::dtls {

class DtlsSession : public ::testing::Test {
 protected:
  void startBoth() {
    m_server.session.start();
    m_client.session.start();
  }
  void connect() {
    m_client.trust(m_server);
    m_server.trust(m_client);
    startBoth();
    testing::exchange(m_client, m_server);
  }
  void expectConnected() const {
    for (const testing::Peer* peer : {&m_client, &m_server}) {
      EXPECT_THAT(peer->states, ::testing::ElementsAre(State::kConnecting, State::kConnected));
      ASSERT_TRUE(peer->keys);
      EXPECT_FALSE(peer->connectedBeforeKeys);
      EXPECT_FALSE(peer->session.nextDeadline());
    }
    EXPECT_EQ(m_client.keys->first, m_server.keys->second);
    EXPECT_EQ(m_client.keys->second, m_server.keys->first);
    EXPECT_NE(m_client.keys->first.masterKey, m_client.keys->second.masterKey);
  }

  ManualClock m_clock;
  SimulatedTime m_time{m_clock};
  testing::Peer m_client{testing::ecdsaCertificate(0), Role::kClient, m_clock};
  testing::Peer m_server{testing::ecdsaCertificate(1), Role::kServer, m_clock};
};

}  // namespace kms::dtls
