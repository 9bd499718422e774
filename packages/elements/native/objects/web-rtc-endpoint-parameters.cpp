#include "web-rtc-endpoint-parameters.hpp"

#include "reading.hpp"
#include "rtp-parameters.hpp"

#include <array>
#include <limits>
#include <string>
#include <utility>

namespace kms::elements {

namespace {

constexpr Table<ice::Role, 2> kIceRoles{
    {{"controlling", ice::Role::Controlling}, {"controlled", ice::Role::Controlled}}};
constexpr Table<dtls::Role, 2> kDtlsRoles{
    {{"client", dtls::Role::kClient}, {"server", dtls::Role::kServer}}};
constexpr Table<dtls::KeyType, 2> kKeyTypes{
    {{"RSA", dtls::KeyType::kRsa2048}, {"ECDSA", dtls::KeyType::kEcdsaP256}}};

router::DataParameters readData(const Value& value) {
  constexpr std::int64_t kMaxPort = std::numeric_limits<std::uint16_t>::max();
  router::DataParameters data;
  data.port = number<std::uint16_t>(value.at("port"), "data.port", 1, kMaxPort);
  const Value& localPort = value.get("localPort");
  if (!localPort.isNull()) {
    data.localPort = number<std::uint16_t>(localPort, "data.localPort", 1, kMaxPort);
  }
  data.maxMessageSize = number<std::size_t>(value.at("maxMessageSize"), "data.maxMessageSize", 0,
                                            std::numeric_limits<std::int64_t>::max());
  return data;
}

Value toValue(const dtls::CertificateInfo& certificate) {
  return Map{{"fingerprint", certificate.fingerprint}, {"base64", certificate.base64}};
}

Value toValue(const ice::Candidate& candidate) {
  return Map{{"ip", candidate.address.ipText()},
             {"port", int{candidate.address.port}},
             {"transport", candidate.transport == ice::Transport::Tcp ? "tcp" : "udp"},
             {"type", ice::name(candidate.type)},
             {"priority", candidate.priority}};
}

Value toValue(const router::CandidatePairStats& pair) {
  const auto roundTrip = pair.roundTripTime.value_or(Duration::zero());
  return Map{{"local", toValue(pair.local)},
             {"remote", toValue(pair.remote)},
             {"state", ice::name(pair.state)},
             {"isNominated", pair.isNominated},
             {"isSelected", pair.isSelected},
             {"bytesSent", pair.bytesSent},
             {"bytesReceived", pair.bytesReceived},
             {"requestsSent", pair.counters.requestsSent},
             {"requestsReceived", pair.counters.requestsReceived},
             {"responsesSent", pair.counters.responsesSent},
             {"responsesReceived", pair.counters.responsesReceived},
             {"consentRequestsSent", pair.counters.consentRequestsSent},
             {"roundTripTime", std::chrono::duration<double>(roundTrip).count()}};
}

}  // namespace

router::WebRtcTransportOptions readOptions(const Value& value) {
  router::WebRtcTransportOptions options;
  options.certificateKey = choose(kKeyTypes, "certificateKeyType",
                                  value.get<std::string>("certificateKeyType", "ECDSA"));
  const Value& dscp = value.get("dscp");
  if (!dscp.isNull()) options.dscp = number<std::uint8_t>(dscp, "dscp", 0, 63);
  return options;
}

router::RemoteParameters readRemoteParameters(const Value& value) {
  router::RemoteParameters remote;
  remote.iceRole = choose(kIceRoles, "iceRole", value.at("iceRole").text());
  remote.ice = {value.at("ice").at("ufrag").text(), value.at("ice").at("pwd").text()};
  const Value& dtls = value.at("dtls");
  remote.dtlsRole = choose(kDtlsRoles, "dtls.role", dtls.at("role").text());
  for (const Value& each : dtls.at("fingerprints").list()) {
    remote.fingerprints.push_back({each.at("algorithm").text(), each.at("value").text()});
  }
  for (const Value& stream : value.at("streams").list())
    remote.streams.push_back(readStream(stream));
  if (const Value& data = value.get("data"); !data.isNull()) remote.data = readData(data);
  return remote;
}

Value toValue(const router::LocalParameters& local) {
  return Map{{"ice", Map{{"ufrag", local.ice.ufrag}, {"pwd", local.ice.pwd}}},
             {"fingerprint", Map{{"algorithm", "sha-256"}, {"value", local.fingerprint}}},
             {"cname", local.cname},
             {"ssrc", Map{{"audio", local.audioSsrc}, {"video", local.videoSsrc}}},
             {"rtxSsrc", Map{{"audio", local.audioRtxSsrc}, {"video", local.videoRtxSsrc}}},
             {"simulcast", true}};
}

Value toValue(const router::TransportStats& stats) {
  List streams;
  for (const router::StreamStats& stream : stats.streams) streams.push_back(toValue(stream));
  Map transport{{"bytesSent", stats.bytesSent},
                {"bytesReceived", stats.bytesReceived},
                {"availableOutgoing", stats.available.outgoing},
                {"availableIncoming", stats.available.incoming},
                {"iceState", ice::name(stats.iceState)},
                {"dtlsState", toText(stats.dtlsState)},
                {"localCertificate", toValue(stats.localCertificate)},
                {"dropped", stats.dropped.toMap()}};
  if (stats.remoteCertificate) {
    transport.emplace("remoteCertificate", toValue(*stats.remoteCertificate));
  }
  List pairs;
  for (const router::CandidatePairStats& pair : stats.pairs) pairs.push_back(toValue(pair));
  transport.emplace("pairs", std::move(pairs));
  return Map{{"streams", std::move(streams)}, {"transport", std::move(transport)}};
}

const char* toText(dtls::State state) noexcept {
  constexpr std::array kNames = {"NEW", "CONNECTING", "CONNECTED", "CLOSED", "FAILED"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace kms::elements
