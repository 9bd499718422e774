#include "testing/fake-network.hpp"

#include <kms/client/kurento.hpp>
#include <kms/client/modules.hpp>

#include <gtest/gtest.h>

namespace kms::client {
namespace {

using namespace kurento::client;

class ApiTest : public testing::Test {
 protected:
  void SetUp() override {
    m_server.on("create", [](const Json& params) {
      return FakeServer::result({{"value", "p/1_" + params["type"].get<std::string>()}});
    });
    m_server.on("subscribe", [](const Json&) { return FakeServer::result({{"value", "s"}}); });
    m_server.on("invoke",
                [this](const Json&) { return FakeServer::result({{"value", m_answer}}); });
    m_network =
        std::make_shared<FakeNetwork>([this](const Json& request) { return m_server(request); });
    m_client = std::make_unique<Client>(Options(), m_network);
  }

  const Json& sent() {
    m_network->run([] {});
    return m_network->requests().back()["params"];
  }

  Json m_answer;
  FakeServer m_server;
  std::shared_ptr<FakeNetwork> m_network;
  std::unique_ptr<Client> m_client;
};

TEST_F(ApiTest, CreatesWithWhatIsGiven) {
  const auto pipeline = MediaPipeline::create(*m_client).get();
  EXPECT_EQ(sent()["type"], "kurento.MediaPipeline");
  EXPECT_EQ(sent()["constructorParams"], Json::object());
  const auto player =
      PlayerEndpoint::create(*m_client,
                             {.mediaPipeline = pipeline, .uri = "file:///x", .networkCache = 5})
          .get();
  EXPECT_EQ(player.id(), "p/1_kurento.PlayerEndpoint");
  EXPECT_EQ(sent()["constructorParams"],
            (Json{{"mediaPipeline", pipeline.id()}, {"uri", "file:///x"}, {"networkCache", 5}}));
}

TEST_F(ApiTest, InvokesWithTypedParametersAndResults) {
  const auto player = m_client->attach<PlayerEndpoint>("p/1");
  const auto sink = m_client->attach<WebRtcEndpoint>("p/2");
  player.connect(sink, MediaType::VIDEO).get();
  EXPECT_EQ(sent()["operation"], "connect");
  EXPECT_EQ(sent()["operationParams"], (Json{{"sink", "p/2"}, {"mediaType", "VIDEO"}}));
  m_answer = {{"isSeekable", true},
              {"seekableInit", 0},
              {"seekableEnd", 1},
              {"duration", 9007199254740993}};
  EXPECT_EQ(player.getVideoInfo().get().duration, 9007199254740993);
  m_answer = Json::array({"p/3", "p/4"});
  EXPECT_EQ(player.getChildren().get().at(1).id(), "p/4");
  m_answer = nullptr;
  EXPECT_FALSE(player.getMediaPipeline().get());
}

TEST_F(ApiTest, SendsRegistersWithTheirType) {
  m_client->attach<WebRtcEndpoint>("p/2").addIceCandidate({"candidate:1", "0", 0}).get();
  EXPECT_EQ(sent()["operationParams"]["candidate"]["__type__"], "IceCandidate");
}

TEST_F(ApiTest, ReadsRegistersThatExtendTheDeclaredOne) {
  m_answer = Json::parse(R"({"a":{"__module__":"kurento","__type__":"EndpointStats","id":"a",
    "type":"endpoint","timestampMillis":5,"inputLatency":[],"E2ELatency":[]}})");
  const auto stats = m_client->attach<WebRtcEndpoint>("p/2").getStats().get();
  EXPECT_EQ(stats.at("a")->timestampMillis, 5);
  EXPECT_TRUE(stats.at("a").as<EndpointStats>());
  EXPECT_FALSE(stats.at("a").as<RTCStats>());
}

TEST_F(ApiTest, NamesAResultOfAnotherType) {
  m_answer = {{"isSeekable", true}};
  try {
    static_cast<void>(m_client->attach<PlayerEndpoint>("p/1").getVideoInfo().get());
    FAIL() << "no error";
  } catch (const KurentoError& error) {
    EXPECT_EQ(error.code(), 40001);
    EXPECT_STREQ(error.what(), "'seekableInit' property should be a int64");
  }
}

TEST_F(ApiTest, HandsTypedEventsToHandlers) {
  const auto player = m_client->attach<PlayerEndpoint>("p/1");
  std::vector<std::string> heard;
  player
      .onEndOfStream([&heard](const EndOfStreamEvent& event) { heard.push_back(event.source.id); })
      .confirmed()
      .get();
  m_network->sendEvent("p/1", "EndOfStream",
                       {{"source", "p/1"},
                        {"timestampMillis", "5"},
                        {"tags", Json::array()},
                        {"type", "EndOfStream"}});
  EXPECT_EQ(heard, std::vector<std::string>{"p/1"});
}

TEST(Modules, FindClassesOperationsAndEventsAcrossModules) {
  const ClassSchema* player = findClass("PlayerEndpoint");
  ASSERT_NE(player, nullptr);
  EXPECT_EQ(player, findClass("kurento.PlayerEndpoint"));
  EXPECT_EQ(findClass("Fly"), nullptr);
  ASSERT_NE(findOperation(*player, "connect"), nullptr);
  EXPECT_EQ(findOperation(*player, "connect")->params.front().name, "sink");
  EXPECT_EQ(findOperation(*player, "fly"), nullptr);
}

}  // namespace
}  // namespace kms::client
