#include "rtp-parameters.hpp"

#include "reading.hpp"

#include <limits>
#include <utility>

namespace kms::elements {

namespace {

struct Direction {
  bool send;
  bool receive;
};

constexpr Table<Direction, 4> kDirections{{{"sendrecv", {true, true}},
                                           {"sendonly", {true, false}},
                                           {"recvonly", {false, true}},
                                           {"inactive", {false, false}}}};
constexpr Table<bool router::CodecParameters::*, 5> kFeedback{
    {{"nack", &router::CodecParameters::nack},
     {"nack pli", &router::CodecParameters::pli},
     {"ccm fir", &router::CodecParameters::fir},
     {"transport-cc", &router::CodecParameters::transportCc},
     {"goog-remb", &router::CodecParameters::remb}}};

router::CodecParameters readCodec(const Value& value) {
  router::CodecParameters codec;
  codec.payloadType = number<std::uint8_t>(value.at("payloadType"), "codecs.payloadType", 0, 127);
  codec.format = media::Format::fromValue(value);
  if (codec.format.clockRate <= 0) fail("codecs.clockRate", std::to_string(codec.format.clockRate));
  if (const Value& rtx = value.get("rtx"); !rtx.isNull())
    codec.rtx = number<std::uint8_t>(rtx, "codecs.rtx", 0, 127);
  const Value& feedback = value.get("feedback");
  if (feedback.isNull()) return codec;
  for (const Value& each : feedback.list()) {
    for (const auto& [word, member] : kFeedback) {
      if (word == each.text()) codec.*member = true;
    }
  }
  return codec;
}

constexpr std::int64_t kMostSsrc = std::numeric_limits<std::uint32_t>::max();

/// Kilobits a second to bits a second.
std::uint64_t bitrate(const Value& value, std::string_view name) {
  constexpr std::int64_t kMostKbps = 1'000'000'000;
  return number<std::uint64_t>(value, name, 0, kMostKbps) * 1000;
}

/// A factor of RembParams.
double factor(const Value& remb, const char* name) {
  constexpr double kMost = 1000;
  const auto read = remb.at(name).as<double>();
  if (!(read >= 0 && read <= kMost)) fail(name, std::to_string(read));
  return read;
}

congestion::RembParams readRembParams(const Value& remb) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  congestion::RembParams params;
  params.packetsRecvIntervalTop =
      number<std::uint32_t>(remb.at("packetsRecvIntervalTop"), "packetsRecvIntervalTop", 0, kMost);
  params.exponentialFactor = factor(remb, "exponentialFactor");
  params.linealFactorMin =
      number<std::uint64_t>(remb.at("linealFactorMin"), "linealFactorMin", 0, kMost);
  params.linealFactorGrade = factor(remb, "linealFactorGrade");
  params.decrementFactor = factor(remb, "decrementFactor");
  params.thresholdFactor = factor(remb, "thresholdFactor");
  params.upLosses = number<std::uint32_t>(remb.at("upLosses"), "upLosses", 0, kMost);
  params.rembOnConnect = number<std::uint64_t>(remb.at("rembOnConnect"), "rembOnConnect", 0, kMost);
  return params;
}

void readRetransmissions(const Value& value, router::StreamParameters& stream) {
  const Value& pairs = value.get("rtxSsrcs");
  if (pairs.isNull()) return;
  for (const Value& each : pairs.list()) {
    stream.rtxSsrcs.push_back(
        {number<std::uint32_t>(each.at("ssrc"), "streams.rtxSsrcs.ssrc", 0, kMostSsrc),
         number<std::uint32_t>(each.at("rtx"), "streams.rtxSsrcs.rtx", 0, kMostSsrc)});
  }
}

void readSimulcast(const Value& value, router::StreamParameters& stream) {
  const Value& simulcast = value.get("simulcast");
  if (simulcast.isNull()) return;
  for (const Value& rid : simulcast.at("rids").list()) stream.rids.push_back(rid.text());
}

}  // namespace

router::StreamParameters readStream(const Value& value) {
  router::StreamParameters stream;
  stream.medium = media::mediumFromText(value.at("medium").text());
  stream.mid = value.get<std::string>("mid", "");
  if (const Value& at = value.get("number"); !at.isNull()) {
    stream.number =
        number<std::size_t>(at, "streams.number", 0, std::numeric_limits<std::int32_t>::max());
  }
  const Direction direction =
      choose(kDirections, "streams.direction", value.at("direction").text());
  stream.send = direction.send;
  stream.receive = direction.receive;
  for (const Value& codec : value.at("codecs").list()) stream.codecs.push_back(readCodec(codec));
  if (const Value& ssrcs = value.get("remoteSsrcs"); !ssrcs.isNull()) {
    for (const Value& ssrc : ssrcs.list()) {
      stream.remoteSsrcs.push_back(
          number<std::uint32_t>(ssrc, "streams.remoteSsrcs", 0, kMostSsrc));
    }
  }
  readRetransmissions(value, stream);
  readSimulcast(value, stream);
  if (const Value& limit = value.get("bandwidthKbps"); !limit.isNull())
    stream.bandwidth = bitrate(limit, "streams.bandwidthKbps");
  stream.rtcpReducedSize = value.get<bool>("rtcpReducedSize", false);
  if (const Value& extensions = value.get("extensions"); !extensions.isNull()) {
    for (const Value& each : extensions.list()) {
      stream.extensions.push_back(
          {number<std::uint8_t>(each.at("id"), "streams.extensions.id", 1, 255),
           each.at("uri").text()});
    }
  }
  return stream;
}

router::BandwidthLimits readBandwidth(const Value& value) {
  router::BandwidthLimits limits;
  limits.minSend = bitrate(value.at("minVideoSendKbps"), "minVideoSendKbps");
  limits.maxSend = bitrate(value.at("maxVideoSendKbps"), "maxVideoSendKbps");
  limits.minReceive = bitrate(value.at("minVideoReceiveKbps"), "minVideoReceiveKbps");
  limits.maxReceive = bitrate(value.at("maxVideoReceiveKbps"), "maxVideoReceiveKbps");
  if (const Value& remb = value.get("remb"); !remb.isNull()) limits.remb = readRembParams(remb);
  return limits;
}

Value toValue(const router::StreamStats& stats) {
  Map stream{{"medium", media::toText(stats.medium)},
             {"mid", stats.mid},
             {"direction", stats.inbound ? "inbound" : "outbound"},
             {"ssrc", stats.ssrc},
             {"packets", stats.packets},
             {"bytes", stats.bytes},
             {"packetsLost", stats.packetsLost},
             {"fractionLost", stats.fractionLost},
             {"jitter", stats.jitter},
             {"roundTripTime", stats.roundTripTime},
             {"nackCount", stats.nackCount},
             {"pliCount", stats.pliCount},
             {"firCount", stats.firCount},
             {"remb", stats.remb},
             {"targetBitrate", stats.targetBitrate}};
  if (stats.codec) {
    Map codec = stats.codec->format.toValue().map();
    codec.insert_or_assign("payloadType", int{stats.codec->payloadType});
    stream.emplace("codec", std::move(codec));
  }
  return stream;
}

}  // namespace kms::elements
