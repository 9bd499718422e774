#include "testing/fake-network.hpp"

#include <kms/client/client.hpp>
#include <kms/client/detail/call.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace kms::client {
namespace {

using std::chrono::milliseconds;

class ClientTest : public testing::Test {
 protected:
  void SetUp() override {
    m_network =
        std::make_shared<FakeNetwork>([this](const Json& request) { return m_server(request); });
    Options options;
    options.onProblem = [this](const std::string& problem) { m_problems.push_back(problem); };
    m_client = std::make_unique<Client>(std::move(options), m_network);
  }

  Subscription subscribe(const std::string& event, std::function<void(const Json&)> handler) {
    return detail::startSubscribe(m_client->attach<RemoteObject>("pipe/x"), event.c_str(),
                                  std::move(handler));
  }

  static KurentoError failureOf(const std::function<void()>& call) {
    try {
      call();
    } catch (const KurentoError& error) {
      return error;
    }
    return {0, "", "no error"};
  }

  FakeServer m_server;
  std::shared_ptr<FakeNetwork> m_network;
  std::vector<std::string> m_problems;
  std::unique_ptr<Client> m_client;
};

TEST_F(ClientTest, JoinsASessionAndCallsInIt) {
  EXPECT_EQ(m_client->sessionId(), "first");
  EXPECT_EQ(m_client->serverId(), "server");
  EXPECT_EQ(m_client->request("ping", Json::object()).get()["value"], "pong");
  EXPECT_EQ(m_network->requests().back()["params"]["sessionId"], "first");
}

TEST_F(ClientTest, ThrowsTheServersError) {
  m_server.on("invoke", [](const Json&) {
    return FakeServer::error(40101, "MEDIA_OBJECT_NOT_FOUND", "Object 'x' not found");
  });
  const auto error = failureOf([this] { m_client->request("invoke", Json::object()).get(); });
  EXPECT_EQ(error.code(), 40101);
  EXPECT_EQ(error.type(), "MEDIA_OBJECT_NOT_FOUND");
  EXPECT_STREQ(error.what(), "Object 'x' not found");
}

TEST_F(ClientTest, EndsACallThatIsNotAnswered) {
  m_server.on("slow", [](const Json&) { return Json(); });
  const auto call = m_client->request("slow", Json::object());
  m_network->advance(milliseconds(20'000));
  const auto error = failureOf([&call] { call.get(); });
  EXPECT_EQ(error.code(), KurentoError::kTimeout);
  EXPECT_EQ(error.type(), "TIMEOUT");
}

TEST_F(ClientTest, CallsBackOnTheIoThreadWhereNothingCanBeWaitedFor) {
  std::promise<std::int64_t> code;
  m_client->request("ping", Json::object())
      .then(
          [&](const Json&) {
            code.set_value(
                failureOf([this] { m_client->request("ping", Json::object()).get(); }).code());
          },
          [&code](const KurentoError&) { code.set_value(0); });
  EXPECT_EQ(code.get_future().get(), -32000);
}

TEST_F(ClientTest, TellsACallbackOfAFailureOnce) {
  m_server.on("bad", [](const Json&) { return FakeServer::error(40008, "X", "no"); });
  std::promise<std::int64_t> code;
  m_client->request("bad", Json::object())
      .then([](const Json&) { FAIL(); },
            [&code](const KurentoError& error) { code.set_value(error.code()); });
  EXPECT_EQ(code.get_future().get(), 40008);
}

TEST_F(ClientTest, SurvivesACallbackThatThrows) {
  m_client->request("ping", Json::object())
      .then([](const Json&) { throw std::runtime_error("mine"); }, [](const KurentoError&) {});
  m_network->run([] {});
  ASSERT_EQ(m_problems.size(), 1U);
  EXPECT_EQ(m_problems.front(), "a callback failed: mine");
}

TEST_F(ClientTest, SubscribesOnceForAllHandlersOfAnEvent) {
  m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s1"}}); });
  std::vector<int> heard;
  auto first = subscribe("Error", [&heard](const Json& data) { heard.push_back(data["code"]); });
  auto second = subscribe("Error", [&heard](const Json&) { heard.push_back(-1); });
  first.confirmed().get();
  second.confirmed().get();
  m_network->sendEvent("pipe/x", "Error", {{"code", 7}});
  m_network->sendEvent("pipe/y", "Error", {{"code", 8}});
  EXPECT_EQ(heard, (std::vector{7, -1}));
  EXPECT_EQ(m_network->countOf("subscribe"), 1);
  first.cancel();
  first.cancel();
  m_network->run([] {});
  EXPECT_EQ(m_network->countOf("unsubscribe"), 0);
  second.cancel();
  m_network->run([] {});
  ASSERT_EQ(m_network->countOf("unsubscribe"), 1);
  EXPECT_EQ(m_network->requests().back()["params"]["subscription"], "s1");
}

TEST_F(ClientTest, UnsubscribesWhatWasCancelledBeforeItWasConfirmed) {
  m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s1"}}); });
  m_network->run([this] { subscribe("Error", [](const Json&) {}).cancel(); });
  EXPECT_EQ(m_network->countOf("unsubscribe"), 1);
}

TEST_F(ClientTest, FailsASubscriptionThatTheServerRefuses) {
  m_server.on("subscribe", [](const Json&) {
    return FakeServer::error(40106, "MEDIA_OBJECT_EVENT_NOT_SUPPORTED", "Event 'X' not supported");
  });
  const auto refused = subscribe("X", [](const Json&) { FAIL(); });
  EXPECT_EQ(failureOf([&refused] { refused.confirmed().get(); }).code(), 40106);
  m_network->sendEvent("pipe/x", "X", Json::object());
}

TEST_F(ClientTest, HandlersThatThrowAndOddEventsStopNothing) {
  m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s1"}}); });
  int heard = 0;
  subscribe("E", [](const Json&) { throw std::runtime_error("mine"); }).confirmed().get();
  subscribe("E", [&heard](const Json&) { ++heard; }).confirmed().get();
  for (const char* params :
       {"{}", "[]", R"({"value":5})", R"({"value":{"object":1,"type":"E"}})"}) {
    m_network->sendToClient(std::string(R"({"jsonrpc":"2.0","method":"onEvent","params":)") +
                            params + "}");
  }
  m_network->sendToClient("{");
  m_network->sendEvent("pipe/x", "E", Json::object());
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(m_problems.size(), 6U);
}

TEST_F(ClientTest, DropsTheHandlersOfAReleasedObject) {
  m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s1"}}); });
  int heard = 0;
  subscribe("E", [&heard](const Json&) { ++heard; }).confirmed().get();
  m_client->attach<RemoteObject>("pipe").release().get();
  m_network->sendEvent("pipe/x", "E", Json::object());
  EXPECT_EQ(heard, 0);
}

TEST_F(ClientTest, EndsTheSessionUnlessItIsToBeKept) {
  m_client->close();
  m_client->close();
  EXPECT_EQ(m_network->countOf("closeSession"), 1);
  EXPECT_EQ(failureOf([this] { m_client->request("ping", Json::object()).get(); }).code(),
            KurentoError::kConnectionClosed);
  EXPECT_EQ(failureOf([this] { subscribe("E", [](const Json&) {}).confirmed().get(); }).code(),
            KurentoError::kConnectionClosed);
}

TEST_F(ClientTest, LeavesTheSessionToTheGarbageCollector) {
  m_server.on("slow", [](const Json&) { return Json(); });
  const auto call = m_client->request("slow", Json::object());
  m_client->close(SessionEnd::kKeep);
  EXPECT_EQ(m_network->countOf("closeSession"), 0);
  EXPECT_EQ(failureOf([&call] { call.get(); }).code(), KurentoError::kConnectionClosed);
}

}  // namespace
}  // namespace kms::client
