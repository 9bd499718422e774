#include "gst/branch-state.hpp"

#include <kms/gst/codecs.hpp>

#include <string>
#include <utility>

namespace kms::gst {

using media::Format;
using media::Medium;

namespace {

bool isRtpKind(const std::string& kind) {
  if (kind == "rtp" || kind == "frames") return kind == "rtp";
  throw Error(ErrorCode::kMarshall, "target kind '" + kind + "' should be 'rtp' or 'frames'");
}

Format completed(Format format) {
  const Codec* codec = findCodec(format.codec);
  if (codec == nullptr) return format;
  if (format.clockRate == 0) format.clockRate = codec->clockRate;
  return format;
}

std::uint64_t bitsPerSecond(const Value& params, const char* name) {
  const auto bits = params.get<std::int64_t>(name, 0);
  if (bits >= 0) return static_cast<std::uint64_t>(bits);
  throw Error(ErrorCode::kMarshall, "'" + std::string(name) + "' should not be negative");
}

std::string framerateOf(const Value& params) {
  const Value& rate = params.get("framerate");
  if (rate.isNull()) return "";
  const int numerator = rate.at("numerator").as<int>();
  const int denominator = rate.at("denominator").as<int>();
  if (numerator <= 0 || denominator <= 0) {
    throw Error(ErrorCode::kMarshall, "'framerate' should be more than 0");
  }
  return std::to_string(numerator) + "/" + std::to_string(denominator);
}

}  // namespace

EncoderLimits limitsFromValue(const Value& params) {
  return {bitsPerSecond(params, "bitrate"), bitsPerSecond(params, "minBitrate"),
          bitsPerSecond(params, "maxBitrate")};
}

BranchConfig BranchConfig::fromValue(const Value& params) {
  BranchConfig config;
  config.medium = media::mediumFromText(params.at("medium").text());
  const Value& target = params.at("target");
  config.targetIsRtp = isRtpKind(target.at("kind").text());
  config.target = completed(Format::fromValue(target.at("format")));
  config.limits = limitsFromValue(params);
  config.framerate = framerateOf(params);
  config.mtu = params.get<int>("mtu", kDefaultMtu);
  if (config.mtu < kLeastMtu || config.mtu > kMostMtu) {
    throw Error(ErrorCode::kMarshall, "'mtu' should be from " + std::to_string(kLeastMtu) + " to " +
                                          std::to_string(kMostMtu));
  }
  checkTarget(config.medium, config.target, config.targetIsRtp);
  return config;
}

Branch::Branch(host::Context context, const Value& params, BranchPorts ports)
    : ObjectBase(context),
      m_state(std::make_shared<BranchState>(std::move(context), BranchConfig::fromValue(params),
                                            std::move(ports))) {
  m_state->offer();
  addMethod("configure", [this](const Value& args) {
    m_state->configure(limitsFromValue(args));
    return Value();
  });
  addMethod("requestKeyframe", [this](const Value&) {
    m_state->forceKeyframe();
    return Value();
  });
}

Branch::~Branch() = default;

std::shared_ptr<media::Stream> Branch::source(Medium medium) {
  return medium == m_state->config().medium ? m_state->stream() : nullptr;
}

media::Sink* Branch::sink(Medium medium) {
  return medium == m_state->config().medium ? this : nullptr;
}

List Branch::elements() const {
  return m_state->elements();
}

std::string Branch::dot(int details) const {
  return m_state->dot(details);
}

void Branch::setSource(std::shared_ptr<media::Stream> source) {
  m_state->setSource(std::move(source));
}

void Branch::close(host::Completion completion) {
  m_state->close([completion] { completion.resolve(); });
}

}  // namespace kms::gst
