#include "rtp-endpoint-parameters.hpp"

#include "reading.hpp"
#include "rtp-parameters.hpp"

#include <string>
#include <utility>
#include <variant>

namespace kms::elements {

namespace {

constexpr std::int64_t kMaxPort = 65'535;

std::optional<Address> readDestination(const Value& value, const std::string& name) {
  if (value.isNull()) return std::nullopt;
  const std::string ip = value.at("ip").text();
  const auto address =
      Address::parse(ip, number<std::uint16_t>(value.at("port"), name + ".port", 1, kMaxPort));
  if (!address) fail(name + ".ip", ip.substr(0, 200));
  return address;
}

srtp::Keys readKeys(const Value& value, srtp::Profile profile, const std::string& name) {
  const Bytes* material = std::get_if<Bytes>(&value.data());
  if (material == nullptr) throw Error(ErrorCode::kMarshall, name + " should be bytes");
  const auto keys = srtp::Keys::fromMaterial(profile, *material);
  if (!keys) fail(name, "a key of " + std::to_string(material->size()) + " bytes");
  return *keys;
}

std::optional<router::PlainCrypto> readCrypto(const Value& value) {
  if (value.isNull()) return std::nullopt;
  const std::string suite = value.at("suite").text();
  const srtp::ProfileInfo* profile = srtp::findProfile(suite);
  if (profile == nullptr) fail("crypto.suite", suite.substr(0, 200));
  router::PlainCrypto crypto;
  crypto.outbound = readKeys(value.at("outbound"), profile->profile, "crypto.outbound");
  crypto.inbound = readKeys(value.at("inbound"), profile->profile, "crypto.inbound");
  if (const Value& lifetime = value.get("lifetime"); !lifetime.isNull()) {
    const auto packets = lifetime.as<std::int64_t>();
    if (packets < 1) fail("crypto.lifetime", std::to_string(packets));
    crypto.inboundLifetime = static_cast<std::uint64_t>(packets);
  }
  return crypto;
}

}  // namespace

router::PlainTransportConfig readPlainConfig(const Value& params) {
  router::PlainTransportConfig config;
  config.v6 = params.get<bool>("ipv6", false);
  if (const Value& least = params.get("minPort"); !least.isNull())
    config.ports.first = number<std::uint16_t>(least, "minPort", 1, kMaxPort);
  if (const Value& most = params.get("maxPort"); !most.isNull())
    config.ports.last = number<std::uint16_t>(most, "maxPort", 1, kMaxPort);
  return config;
}

std::vector<router::PlainStreamParameters> readPlainStreams(const Value& value) {
  std::vector<router::PlainStreamParameters> streams;
  for (const Value& each : value.at("streams").list()) {
    router::PlainStreamParameters stream;
    stream.stream = readStream(each);
    stream.rtp = readDestination(each.get("rtp"), "streams.rtp");
    stream.rtcp = readDestination(each.get("rtcp"), "streams.rtcp");
    stream.rtcpMux = each.get<bool>("rtcpMux", false);
    stream.crypto = readCrypto(each.get("crypto"));
    streams.push_back(std::move(stream));
  }
  return streams;
}

Value toValue(const router::PlainLocalParameters& local) {
  return Map{{"ip", local.ip},
             {"cname", local.cname},
             {"ssrc", Map{{"audio", local.audioSsrc}, {"video", local.videoSsrc}}}};
}

Value toValue(const router::PlainPorts& ports) {
  return Map{{"rtp", std::int64_t{ports.rtp}}, {"rtcp", std::int64_t{ports.rtcp}}};
}

Value toValue(const router::PlainTransportStats& stats) {
  List streams;
  for (const router::StreamStats& stream : stats.streams) streams.push_back(toValue(stream));
  return Map{{"streams", std::move(streams)},
             {"transport", Map{{"bytesSent", stats.bytesSent},
                               {"bytesReceived", stats.bytesReceived},
                               {"dropped", stats.dropped.toMap()}}}};
}

}  // namespace kms::elements
