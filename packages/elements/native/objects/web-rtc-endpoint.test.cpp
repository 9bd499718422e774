// WebRtcEndpoint through its methods and events: two of them in a call over 127.0.0.1.
#include "web-rtc-endpoint.hpp"

#include "test-rtp-object.hpp"

#include <kms/media/data.hpp>

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

namespace kms::elements {
namespace {

using media::Medium;

Value codec(int payloadType, const char* name, int clockRate, int channels) {
  return Map{{"payloadType", payloadType},
             {"codec", name},
             {"clockRate", clockRate},
             {"channels", channels},
             {"parameters", Map{}},
             {"feedback", List{"nack", "nack pli", "transport-cc", "ccm fir", "goog-remb"}}};
}

class Driven final : public DrivenObject {
 public:
  Driven(host::Services& services, int ioThread,
         const std::shared_ptr<WebRtcTransports>& transports = std::make_shared<WebRtcTransports>())
      : DrivenObject(services, WebRtcEndpoint::nativeClass(transports),
                     Map{{"ioThread", ioThread}}) {}

  std::vector<std::string> candidates() {
    await("gatheringDone");
    std::vector<std::string> found;
    for (const Map& data : eventsOf("localCandidate")) found.push_back(data.at("candidate").text());
    return found;
  }
};

class WebRtcEndpointTest : public RtpObjectTest {
 protected:
  Value remoteOf(Driven& other, bool controlling) {
    const Value local = other.invoke("localParameters");
    List streams;
    streams.push_back(Map{{"medium", "audio"},
                          {"mid", "0"},
                          {"direction", "sendrecv"},
                          {"codecs", List{codec(111, "OPUS", 48000, 2)}},
                          {"remoteSsrcs", List{local.at("ssrc").at("audio")}},
                          {"extensions", List{}}});
    streams.push_back(
        Map{{"medium", "video"},
            {"mid", "1"},
            {"direction", "sendrecv"},
            {"codecs", List{codec(96, "VP8", 90000, 1)}},
            {"remoteSsrcs", List{local.at("ssrc").at("video")}},
            {"extensions", List{Map{{"id", 5}, {"uri", "urn:ietf:params:rtp-hdrext:sdes:mid"}}}}});
    return Map{{"iceRole", controlling ? "controlling" : "controlled"},
               {"ice", local.at("ice")},
               {"dtls", Map{{"role", controlling ? "client" : "server"},
                            {"fingerprints", List{local.at("fingerprint")}}}},
               {"streams", std::move(streams)},
               {"data", Map{{"port", 5000}, {"localPort", 5000}, {"maxMessageSize", 1000}}}};
  }
  void connect(Driven& a, Driven& b) {
    a.invoke("gather");
    b.invoke("gather");
    a.invoke("setRemote", remoteOf(b, true));
    b.invoke("setRemote", remoteOf(a, false));
    for (const auto& candidate : b.candidates())
      a.invoke("addRemoteCandidate", Map{{"candidate", candidate}});
    for (const auto& candidate : a.candidates())
      b.invoke("addRemoteCandidate", Map{{"candidate", candidate}});
    a.invoke("endOfRemoteCandidates");
  }
};

TEST_F(WebRtcEndpointTest, tellsItsParametersAndCandidates) {
  Driven endpoint(m_services, 0);
  const Value local = endpoint.invoke("localParameters");
  EXPECT_EQ(local.at("fingerprint").at("algorithm").text(), "sha-256");
  EXPECT_EQ(local.at("fingerprint").at("value").text().size(), 32U * 3 - 1);
  EXPECT_NE(local.at("ssrc").at("audio"), local.at("ssrc").at("video"));
  EXPECT_FALSE(local.at("cname").text().empty());
  endpoint.invoke("gather");
  const auto candidates = endpoint.candidates();
  ASSERT_FALSE(candidates.empty());
  EXPECT_NE(candidates[0].find(std::to_string(m_router.udpPort(0))), std::string::npos);
}

TEST_F(WebRtcEndpointTest, twoOnOneThreadConnectAlthoughTheyShareAPort) {
  Driven a(m_services, 0);
  Driven b(m_services, 0);
  connect(a, b);
  for (Driven* each : {&a, &b}) {
    EXPECT_TRUE(each->await("dtlsStateChanged", "state", "CONNECTED"));
    EXPECT_TRUE(each->await("iceStateChanged", "state", "READY"));
  }
}

TEST_F(WebRtcEndpointTest, mediaGoesThroughWithItsEventsAndStats) {
  Driven a(m_services, 0);
  Driven b(m_services, 1);
  connect(a, b);
  ASSERT_TRUE(a.await("dtlsStateChanged", "state", "CONNECTED"));
  ASSERT_TRUE(b.await("dtlsStateChanged", "state", "CONNECTED"));
  const auto feed = opusFeed();
  expectAudio(*feed, a, b);
  const Value stats = b.invoke("stats");
  ASSERT_EQ(stats.at("streams").list().size(), 1U);
  const Value& inbound = stats.at("streams").list()[0];
  EXPECT_EQ(inbound.at("direction").text(), "inbound");
  EXPECT_GT(inbound.at("packets").as<std::int64_t>(), 0);
  EXPECT_EQ(stats.at("transport").at("dtlsState").text(), "CONNECTED");
}

TEST_F(WebRtcEndpointTest, refusesBadArgumentsWithTheirCodes) {
  Driven endpoint(m_services, 0);
  Driven other(m_services, 1);
  const Value good = remoteOf(other, true);
  EXPECT_EQ(endpoint.failure("addRemoteCandidate", Map{{"candidate", "nonsense"}}), 40401);
  EXPECT_EQ(endpoint.failure("addRemoteCandidate", Map{}), 40001);
  EXPECT_EQ(endpoint.failure("noSuchMethod", Map{}), 40105);
  EXPECT_EQ(endpoint.failure("setRemote", Map{}), 40001);
  const std::vector<std::pair<std::string, Value>> wrong = {
      {"iceRole", "both"},
      {"ice", Map{{"ufrag", ""}, {"pwd", ""}}},
      {"dtls", Map{{"role", "client"}, {"fingerprints", List{}}}},
      {"dtls", Map{{"role", "judge"}, {"fingerprints", List{}}}},
      {"dtls",
       Map{{"role", "client"}, {"fingerprints", List{Map{{"algorithm", "md5"}, {"value", "AB"}}}}}},
      {"data", Map{{"port", 0}, {"maxMessageSize", 0}}},
      {"streams", List{Map{{"medium", "video"}, {"direction", "upwards"}, {"codecs", List{}}}}},
      {"streams", List{Map{{"medium", "video"},
                           {"direction", "sendrecv"},
                           {"codecs", List{codec(200, "VP8", 90000, 1)}}}}},
  };
  for (const auto& [member, value] : wrong) {
    Map changed = good.map();
    changed.insert_or_assign(member, value);
    EXPECT_EQ(endpoint.failure("setRemote", changed), 40107) << member;
  }
}

TEST_F(WebRtcEndpointTest, takesProducersOfOtherThreadsButNotFrames) {
  Driven endpoint(m_services, 0);
  Driven other(m_services, 1);
  EXPECT_EQ(refusal(endpoint, Medium::kVideo, frames()), 40004);
  EXPECT_EQ(refusal(endpoint, Medium::kVideo, other.object().source(Medium::kVideo)), 0)
      << "by a mirror";
  EXPECT_EQ(refusal(endpoint, Medium::kVideo, nullptr), 0);
}

/// Keeps the last message.
class Inbox final : public media::DataSink {
 public:
  void onMessage(const media::DataMessage& message) override { m_arrived.set_value(message); }
  media::DataMessage next() { return m_arrived.get_future().get(); }

 private:
  std::promise<media::DataMessage> m_arrived;
};

TEST_F(WebRtcEndpointTest, dataChannelsOpenCarryMessagesAndClose) {
  Driven a(m_services, 0);
  Driven b(m_services, 1);
  EXPECT_EQ(a.failure("createDataChannel", Map{}), 40111);
  EXPECT_EQ(a.failure("closeDataChannel", Map{{"channelId", 0}}), 40111);
  connect(a, b);
  EXPECT_EQ(a.failure("createDataChannel", Map{{"maxRetransmits", 65536}}), 40107);
  const Value id = a.invoke("createDataChannel", Map{{"label", "chat"}, {"protocol", "p"}});
  EXPECT_EQ(id.as<int>(), 0) << "the DTLS client's are even";
  for (Driven* each : {&a, &b}) EXPECT_TRUE(each->await("dataChannelOpened", "channelId", id));

  const auto inbox = std::make_shared<Inbox>();
  b.object().source(Medium::kData)->data->attach(inbox);
  const auto source = std::make_shared<media::DataSource>();
  a.link(Medium::kData, std::make_shared<media::Stream>(source));
  source->publish({std::make_shared<const Bytes>(Bytes{1, 2, 3}), false, {}, {}});
  EXPECT_EQ(*inbox->next().payload, (Bytes{1, 2, 3}));

  source->publish({std::make_shared<const Bytes>(1001), false, {}, {}});
  const Value stats = a.invoke("dataChannelStats");
  EXPECT_EQ(stats.at("dropped").at("beyondPeer").as<int>(), 1);
  const Value channel = stats.at("channels").list().at(0);
  EXPECT_EQ(channel.at("label").text(), "chat");
  EXPECT_EQ(channel.at("protocol").text(), "p");
  EXPECT_EQ(channel.at("state").text(), "open");
  EXPECT_EQ(channel.at("bytesSent").as<int>(), 3);

  a.link(Medium::kData, nullptr);
  b.invoke("closeDataChannel", Map{{"channelId", id}});
  for (Driven* each : {&a, &b}) EXPECT_TRUE(each->await("dataChannelClosed", "channelId", id));
}

TEST_F(WebRtcEndpointTest, dataSinkRefusesRtp) {
  Driven endpoint(m_services, 0);
  const auto audio = endpoint.object().source(Medium::kAudio);
  EXPECT_EQ(refusal(endpoint, Medium::kData, audio), 40004);
}

/// A further video of the endpoint "id", as DrivenObject names all.
Map secondVideo(const char* endpoint = "id") {
  return Map{{"ioThread", 0}, {"endpoint", endpoint}, {"medium", "video"}};
}

TEST_F(WebRtcEndpointTest, aFurtherStreamHasItsOwnParametersSinkAndSource) {
  const auto transports = std::make_shared<WebRtcTransports>();
  Driven endpoint(m_services, 0, transports);
  const auto streamClass = WebRtcStream::nativeClass(transports);
  DrivenObject stream(m_services, streamClass, secondVideo());
  const Value own = stream.invoke("streamParameters");
  EXPECT_EQ(own.at("number").as<int>(), 1);
  EXPECT_NE(own.at("ssrc"), endpoint.invoke("localParameters").at("ssrc").at("video"));
  EXPECT_NE(own.at("ssrc"), own.at("rtxSsrc"));
  EXPECT_NE(stream.object().source(Medium::kVideo)->producer,
            endpoint.object().source(Medium::kVideo)->producer);
  EXPECT_EQ(stream.object().source(Medium::kAudio), nullptr);
  EXPECT_EQ(stream.object().sink(Medium::kAudio), nullptr);
  EXPECT_EQ(refusal(stream, Medium::kVideo, frames()), 40004);
  EXPECT_EQ(refusal(stream, Medium::kVideo, endpoint.object().source(Medium::kVideo)), 0);
  DrivenObject third(m_services, streamClass, secondVideo());
  EXPECT_EQ(third.invoke("streamParameters").at("number").as<int>(), 2);
}

TEST_F(WebRtcEndpointTest, aFurtherStreamNeedsItsEndpointAndMayOutliveIt) {
  const auto transports = std::make_shared<WebRtcTransports>();
  const auto streamClass = WebRtcStream::nativeClass(transports);
  auto endpoint = std::make_unique<Driven>(m_services, 0, transports);
  EXPECT_EQ(creationFailure(m_services, streamClass, secondVideo("other")), 40107);
  Map data = secondVideo();
  data.insert_or_assign("medium", "data");
  EXPECT_EQ(creationFailure(m_services, streamClass, data), 40107);
  DrivenObject stream(m_services, streamClass, secondVideo());
  endpoint.reset();
  EXPECT_EQ(refusal(stream, Medium::kVideo, nullptr), 0);
  EXPECT_EQ(creationFailure(m_services, streamClass, secondVideo()), 40107);
}

}  // namespace
}  // namespace kms::elements
