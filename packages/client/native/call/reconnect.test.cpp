#include "testing/fake-network.hpp"

#include <kms/client/client.hpp>
#include <kms/client/detail/call.hpp>

#include <gtest/gtest.h>

namespace kms::client {
namespace {

using std::chrono::milliseconds;

class ReconnectTest : public testing::Test {
 protected:
  void connect(Options options = {}) {
    m_network =
        std::make_shared<FakeNetwork>([this](const Json& request) { return m_server(request); });
    options.onDisconnected = [this](const std::string& reason) {
      m_events.push_back("lost: " + reason);
    };
    options.onReconnected = [this](bool isSame) { m_events.push_back(isSame ? "same" : "new"); };
    m_client = std::make_unique<Client>(std::move(options), m_network);
  }

  static std::int64_t codeOf(const Future<Json>& call) {
    try {
      static_cast<void>(call.get());
      return 0;
    } catch (const KurentoError& error) {
      return error.code();
    }
  }

  FakeServer m_server;
  std::shared_ptr<FakeNetwork> m_network;
  std::vector<std::string> m_events;
  std::unique_ptr<Client> m_client;
};

TEST_F(ReconnectTest, JoinsTheSameSessionAgain) {
  m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s1"}}); });
  connect();
  int heard = 0;
  const auto object = m_client->attach<RemoteObject>("x");
  detail::startSubscribe(object, "E", [&heard](const Json&) { ++heard; }).confirmed().get();
  m_network->drop();
  m_network->advance(milliseconds(499));
  EXPECT_EQ(m_network->connections(), 1);
  m_network->advance(milliseconds(1));
  EXPECT_EQ(m_events, (std::vector<std::string>{"lost: dropped", "same"}));
  m_network->sendEvent("x", "E", Json::object());
  EXPECT_EQ(heard, 1);
}

TEST_F(ReconnectTest, CountsIdsOnSinceTheServerRemembersThem) {
  connect();
  static_cast<void>(m_client->request("ping", Json::object()).get());
  m_network->drop();
  m_network->advance(milliseconds(500));
  EXPECT_EQ(m_network->requests().back()["id"], 3);
  EXPECT_EQ(m_network->requests().back()["method"], "connect");
}

TEST_F(ReconnectTest, FailsWhatWasUnderWayAndKeepsWhatComesMeanwhile) {
  m_server.on("slow", [](const Json&) { return Json(); });
  connect();
  const auto under = m_client->request("slow", Json::object());
  m_network->run([] {});
  m_network->drop();
  const auto later = m_client->request("ping", Json::object());
  EXPECT_EQ(codeOf(under), KurentoError::kConnectionClosed);
  m_network->advance(milliseconds(500));
  EXPECT_EQ(codeOf(later), 0);
}

TEST_F(ReconnectTest, LimitsTheWaitForAConnection) {
  connect();
  m_network->refuse(true);
  m_network->drop();
  const auto waiting = m_client->request("ping", Json::object());
  m_network->advance(milliseconds(20'000));
  EXPECT_EQ(codeOf(waiting), KurentoError::kTimeout);
  // After 0.5, 1.5, 3.5, 8.5, 13.5 and 18.5 s.
  EXPECT_EQ(m_network->connections(), 7);
}

TEST_F(ReconnectTest, TellsThatTheSessionIsGone) {
  m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s1"}}); });
  connect();
  int heard = 0;
  const auto object = m_client->attach<RemoteObject>("x");
  detail::startSubscribe(object, "E", [&heard](const Json&) { ++heard; }).confirmed().get();
  m_server.forget();
  m_network->drop();
  m_network->advance(milliseconds(500));
  EXPECT_EQ(m_events.back(), "new");
  EXPECT_EQ(m_client->sessionId(), "second");
  m_network->sendEvent("x", "E", Json::object());
  EXPECT_EQ(heard, 0);
}

TEST_F(ReconnectTest, BeginsANamedSessionThatIsNotKnown) {
  m_server.on("ping", [](const Json& params) {
    return FakeServer::result({{"value", "pong"}, {"sessionId", params["sessionId"]}});
  });
  Options options;
  options.sessionId = "mine";
  connect(std::move(options));
  EXPECT_EQ(m_client->sessionId(), "mine");
  // The server would take an id that another client of the session has used for a repetition.
  const Json first = m_network->requests().front()["id"];
  m_client.reset();
  Options again;
  again.sessionId = "mine";
  connect(std::move(again));
  EXPECT_NE(m_network->requests().front()["id"], first);
}

TEST_F(ReconnectTest, TakesASilentServerForDead) {
  connect();
  m_server.on("ping", [](const Json&) { return Json(); });
  m_network->advance(milliseconds(30'000));
  EXPECT_EQ(m_network->countOf("ping"), 1);
  m_network->advance(milliseconds(9'999));
  EXPECT_TRUE(m_events.empty());
  m_network->advance(milliseconds(1));
  ASSERT_EQ(m_events.size(), 1U);
  EXPECT_NE(m_events.front().find("no answer to ping"), std::string::npos);
}

TEST_F(ReconnectTest, PingsAgainAfterAnAnswer) {
  connect();
  m_network->advance(milliseconds(30'000));
  m_network->advance(milliseconds(30'000));
  EXPECT_EQ(m_network->countOf("ping"), 2);
}

TEST_F(ReconnectTest, EndsWhereNoReconnectionIsWanted) {
  Options options;
  options.reconnectDelays.clear();
  connect(std::move(options));
  m_network->drop();
  EXPECT_EQ(codeOf(m_client->request("ping", Json::object())), KurentoError::kConnectionClosed);
}

TEST_F(ReconnectTest, ThrowsWhereTheFirstConnectionFails) {
  m_network = std::make_shared<FakeNetwork>([](const Json&) { return Json(); });
  m_network->refuse(true);
  try {
    const Client client(Options(), m_network);
    FAIL() << "no error";
  } catch (const KurentoError& error) {
    EXPECT_EQ(error.code(), KurentoError::kConnectionClosed);
    EXPECT_STREQ(error.what(), "Cannot connect to ws://127.0.0.1:8888/kurento: refused");
  }
}

TEST_F(ReconnectTest, ThrowsWhereTheServerGivesNoSession) {
  m_server.on("connect", [](const Json&) { return FakeServer::result(Json::array()); });
  EXPECT_THROW(connect(), KurentoError);
}

}  // namespace
}  // namespace kms::client
