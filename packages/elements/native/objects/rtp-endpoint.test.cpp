// RtpEndpoint through its methods and events: two of them over 127.0.0.1.
#include "rtp-endpoint.hpp"

#include "test-rtp-object.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

namespace kms::elements {
namespace {

using media::Medium;

class Driven final : public DrivenObject {
 public:
  Driven(host::Services& services, int ioThread, Map more = {})
      : DrivenObject(services, RtpEndpoint::nativeClass(), withThread(std::move(more), ioThread)) {}

 private:
  static Map withThread(Map params, int ioThread) {
    params.emplace("ioThread", ioThread);
    return params;
  }
};

Value codec() {
  return Map{{"payloadType", 97}, {"codec", "OPUS"}, {"clockRate", 48000}, {"channels", 2}};
}

Map destination(const Value& ports, const char* which) {
  return Map{{"ip", "127.0.0.1"}, {"port", ports.at(which)}};
}

Value crypto(std::uint8_t outbound, std::uint8_t inbound) {
  return Map{{"suite", "AES_CM_128_HMAC_SHA1_80"},
             {"outbound", Bytes(30, outbound)},
             {"inbound", Bytes(30, inbound)},
             {"lifetime", 1000}};
}

class RtpEndpointTest : public RtpObjectTest {
 protected:
  /// An audio m-line towards `other`.
  Map lineTo(Driven& other) {
    const Value ports = other.invoke("open", Map{{"medium", "audio"}});
    return Map{{"medium", "audio"},
               {"direction", "sendrecv"},
               {"codecs", List{codec()}},
               {"rtp", destination(ports, "rtp")},
               {"rtcp", destination(ports, "rtcp")}};
  }
};

TEST_F(RtpEndpointTest, tellsItsAddressAndPorts) {
  Driven endpoint(m_services, 0, Map{{"minPort", 45'700}, {"maxPort", 45'703}});
  const Value local = endpoint.invoke("localParameters");
  EXPECT_EQ(local.at("ip").text(), "127.0.0.1");
  EXPECT_FALSE(local.at("cname").text().empty());
  EXPECT_NE(local.at("ssrc").at("audio"), local.at("ssrc").at("video"));
  const Value ports = endpoint.invoke("open", Map{{"medium", "audio"}});
  EXPECT_GE(ports.at("rtp").as<std::int64_t>(), 45'700);
  EXPECT_EQ(ports.at("rtcp").as<std::int64_t>(), ports.at("rtp").as<std::int64_t>() + 1);
  EXPECT_LE(ports.at("rtcp").as<std::int64_t>(), 45'703);
}

TEST_F(RtpEndpointTest, mediaGoesThroughWithItsEventsAndStats) {
  Driven a(m_services, 0);
  Driven b(m_services, 1);
  Map lineOfA = lineTo(b);
  Map lineOfB = lineTo(a);
  lineOfA.emplace("crypto", crypto(1, 2));
  lineOfB.emplace("crypto", crypto(2, 1));
  a.invoke("setRemote", Map{{"streams", List{std::move(lineOfA)}}});
  b.invoke("setRemote", Map{{"streams", List{std::move(lineOfB)}}});
  const auto feed = opusFeed();
  expectAudio(*feed, a, b);
  const Value stats = b.invoke("stats");
  ASSERT_EQ(stats.at("streams").list().size(), 1U);
  EXPECT_EQ(stats.at("streams").list()[0].at("direction").text(), "inbound");
  EXPECT_GT(stats.at("transport").at("bytesReceived").as<std::int64_t>(), 0);
  EXPECT_TRUE(stats.at("transport").at("dropped").map().empty());
  for (int i = 0; i < 1000; ++i) {
    const std::uint8_t packet[] = {0x80,
                                   97,
                                   static_cast<std::uint8_t>(1 + i / 256),
                                   static_cast<std::uint8_t>(i),
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   7,
                                   1};
    feed->push(packet, m_clock.now());
    if (i % 32 == 31) a.run([] {});
  }
  EXPECT_TRUE(b.await("keySoftLimit", "medium", "audio"));
}

TEST_F(RtpEndpointTest, refusesBadArgumentsWithTheirCodes) {
  Driven endpoint(m_services, 0);
  Driven other(m_services, 0);
  const Map good = lineTo(other);
  const auto failure = [&](Map line) {
    return endpoint.failure("setRemote", Map{{"streams", List{std::move(line)}}});
  };
  EXPECT_EQ(failure(good), 40107) << "no port is open";
  endpoint.invoke("open", Map{{"medium", "audio"}});
  EXPECT_EQ(endpoint.failure("open", Map{{"medium", "smell"}}), 40001);
  EXPECT_EQ(endpoint.failure("setRemote", Map{}), 40001);
  const std::vector<std::pair<std::string, Value>> wrong = {
      {"rtp", Map{{"ip", "nowhere"}, {"port", 1}}},
      {"rtp", Map{{"ip", "127.0.0.1"}, {"port", 0}}},
      {"rtp", Map{{"ip", "::1"}, {"port", 5000}}},
      {"rtcp", Map{{"ip", "127.0.0.1"}, {"port", 70'000}}},
      {"direction", "upwards"},
      {"crypto", Map{{"suite", "ROT13"}, {"outbound", Bytes(30)}, {"inbound", Bytes(30)}}},
      {"crypto",
       Map{{"suite", "AES_CM_128_HMAC_SHA1_80"}, {"outbound", Bytes(30)}, {"inbound", Bytes(46)}}},
      {"crypto", Map{{"suite", "AES_CM_128_HMAC_SHA1_80"},
                     {"outbound", Bytes(30)},
                     {"inbound", Bytes(30)},
                     {"lifetime", 0}}},
  };
  for (const auto& [member, value] : wrong) {
    Map changed = good;
    changed.insert_or_assign(member, value);
    EXPECT_EQ(failure(std::move(changed)), 40107) << member;
  }
  EXPECT_EQ(failure(good), 0);
}

TEST_F(RtpEndpointTest, doesNotTakeFrames) {
  Driven endpoint(m_services, 0);
  EXPECT_EQ(refusal(endpoint, Medium::kVideo, frames()), 40004);
}

}  // namespace
}  // namespace kms::elements
