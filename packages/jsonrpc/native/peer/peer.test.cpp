#include "codec/vectors.test.hpp"

#include <kms/jsonrpc/peer.hpp>

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace kms::jsonrpc {
namespace {

using std::chrono::milliseconds;

// A peer whose clock, wire and outcomes the test holds; runs the steps of vectors/calls.json.
class Script {
 public:
  Script() {
    m_peer.dispatcher().handle(
        "echo", [](const Json* params) { return params == nullptr ? Json() : *params; });
    m_peer.dispatcher().onUnanswered([this](const Message& message, const RpcError*) {
      constexpr std::array kinds{"", "notification failed", "unexpected response",
                                 "unexpected response", "invalid message"};
      m_happened["problems"].push_back(kinds.at(message.index()));
    });
  }

  // What the step made happen, in the form of the vectors.
  Json run(const Json& step) {
    m_happened = {
        {"sends", Json::array()}, {"settles", Json::array()}, {"problems", Json::array()}};
    if (step.contains("request")) request(step["request"]);
    if (step.contains("notify")) {
      m_peer.notify(step["notify"]["method"].get<std::string>(), paramsOf(step["notify"]));
    }
    if (step.contains("receive")) m_peer.receive(step["receive"].get<std::string>());
    if (step.contains("cancel")) {
      EXPECT_TRUE(
          m_peer.cancel(m_ids.at(step["cancel"]), RpcError(ErrorCode::kServerError, "cancelled")));
    }
    if (step.contains("close")) m_peer.close();
    m_now += milliseconds(step.value("advance", 0));
    m_peer.expire();
    return m_happened;
  }

 private:
  static const Json* paramsOf(const Json& call) {
    const auto found = call.find("params");
    return found == call.end() ? nullptr : &*found;
  }

  void request(const Json& call) {
    std::optional<milliseconds> timeout;
    if (call.contains("timeoutMs")) timeout = milliseconds(call["timeoutMs"].get<int>());
    const std::size_t number = m_ids.size();
    m_ids.push_back(0);
    m_ids[number] = m_peer.request(
        call["method"].get<std::string>(), paramsOf(call),
        [this, number](const Outcome& outcome) { settled(number, outcome); }, timeout);
  }

  void settled(std::size_t number, const Outcome& outcome) {
    Json entry{{"call", number}};
    if (const auto* error = std::get_if<RpcError>(&outcome)) {
      entry["code"] = error->code();
      entry["message"] = error->what();
      if (error->data() != nullptr) entry["data"] = error->data()->dump();
    } else {
      entry["result"] = std::get<Json>(outcome).dump();
    }
    m_happened["settles"].push_back(std::move(entry));
  }

  PendingRequests::Time m_now{};
  Json m_happened;
  std::vector<std::int64_t> m_ids;
  Peer m_peer{[this](std::string text) { m_happened["sends"].push_back(std::move(text)); },
              [this] { return m_now; }};
};

TEST(Peer, CallsAsTheSharedVectorsSay) {
  const Json vectors = readVectors("calls")["cases"];
  ASSERT_GT(vectors.size(), 12U);
  for (const Json& vector : vectors) {
    Script script;
    for (const Json& step : vector["steps"]) {
      SCOPED_TRACE(vector["name"].get<std::string>() + ": " + step.dump());
      const Json happened = script.run(step);
      for (const char* key : {"sends", "settles", "problems"}) {
        EXPECT_EQ(happened[key], step.value(key, Json::array())) << key;
      }
    }
  }
}

TEST(Peer, TellsWhenItNextHasATimeOut) {
  PendingRequests::Time now{};
  Peer peer([](const std::string&) {}, [&now] { return now; });
  EXPECT_FALSE(peer.nextDeadline());
  peer.request("a", nullptr, [](const Outcome&) {}, milliseconds(30));
  const auto second = peer.request("b", nullptr, [](const Outcome&) {}, milliseconds(10));
  EXPECT_EQ(peer.nextDeadline(), now + milliseconds(10));
  EXPECT_TRUE(peer.cancel(second, RpcError(1, "enough")));
  EXPECT_FALSE(peer.cancel(second, RpcError(1, "enough")));
  EXPECT_EQ(peer.nextDeadline(), now + milliseconds(30));
  now += milliseconds(30);
  peer.expire();
  EXPECT_FALSE(peer.nextDeadline());
  EXPECT_EQ(peer.pendingRequests(), 0U);
}

TEST(Peer, LetsACallbackMakeAndEndRequests) {
  std::vector<std::string> sent;
  Peer peer([&sent](std::string text) { sent.push_back(std::move(text)); },
            [] { return PendingRequests::Time{}; }, 40);
  std::vector<int> order;
  const auto other =
      peer.request("other", nullptr, [&order](const Outcome&) { order.push_back(2); });
  peer.request("first", nullptr, [&](const Outcome&) {
    order.push_back(1);
    peer.cancel(other, RpcError(1, "no longer wanted"));
    peer.request("next", nullptr, [&order](const Outcome&) { order.push_back(3); });
  });
  peer.receive(R"({"jsonrpc":"2.0","id":41,"result":null})");
  peer.receive(R"({"jsonrpc":"2.0","id":42.0,"result":null})");
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_EQ(sent.size(), 3U);
  EXPECT_EQ(peer.nextId(), 43);
}

}  // namespace
}  // namespace kms::jsonrpc
