#include "rtp-endpoint.hpp"

#include "rtp-endpoint-parameters.hpp"

#include <kms/router/producer.hpp>

#include <utility>

namespace kms::elements {

RtpEndpoint::RtpEndpoint(host::Context context, const Value& params)
    : RtpObject(std::move(context), params, readPlainConfig(params)) {
  addMethod("localParameters",
            [this](const Value&) { return toValue(transport().localParameters()); });
  addMethod("open", [this](const Value& args) {
    return toValue(transport().open(media::mediumFromText(args.at("medium").text())));
  });
  addMethod("setRemote", [this](const Value& args) {
    transport().setRemote(readPlainStreams(args));
    return Value();
  });
  addMethod("stats", [this](const Value&) { return toValue(transport().stats()); });
}

host::Class RtpEndpoint::nativeClass() {
  return {&host::ioThreadHome, [](host::Context context, const Value& params) {
            return std::make_unique<RtpEndpoint>(std::move(context), params);
          }};
}

void RtpEndpoint::onKeySoftLimit(media::Medium medium) {
  context().emit("keySoftLimit", {{"medium", media::toText(medium)}});
}

}  // namespace kms::elements
