#include "rtp-endpoint.hpp"

#include "rtp-endpoint-parameters.hpp"
#include "web-rtc-endpoint-parameters.hpp"

#include <kms/router/producer.hpp>
#include <kms/router/router.hpp>

#include <string>
#include <utility>

namespace kms::elements {

using media::Medium;

namespace {

router::ThreadContext& threadOf(const host::Context& context, const Value& params) {
  const auto index = params.at("ioThread").as<std::int64_t>();
  return context.services().router.thread(static_cast<std::size_t>(index));
}

constexpr std::size_t indexOf(Medium medium) {
  return static_cast<std::size_t>(medium);
}

}  // namespace

RtpEndpoint::RtpEndpoint(host::Context context, const Value& params)
    : ObjectBase(std::move(context)),
      m_transport(threadOf(this->context(), params), *this, readPlainConfig(params)),
      m_sinks{{{m_transport, Medium::kAudio}, {m_transport, Medium::kVideo}}} {
  for (const Medium medium : media::kMedia) {
    m_sources[indexOf(medium)] = std::make_shared<media::Stream>(m_transport.producer(medium));
  }
  addMethods();
}

host::Class RtpEndpoint::nativeClass() {
  return {&host::ioThreadHome, [](host::Context context, const Value& params) {
            return std::make_unique<RtpEndpoint>(std::move(context), params);
          }};
}

void RtpEndpoint::addMethods() {
  addMethod("localParameters",
            [this](const Value&) { return toValue(m_transport.localParameters()); });
  addMethod("open", [this](const Value& args) {
    return toValue(m_transport.open(media::mediumFromText(args.at("medium").text())));
  });
  addMethod("setRemote", [this](const Value& args) {
    m_transport.setRemote(readPlainStreams(args));
    return Value();
  });
  addMethod("setBandwidth", [this](const Value& args) {
    m_transport.setBandwidth(readBandwidth(args));
    return Value();
  });
  addMethod("requestKeyframe", [this](const Value&) {
    m_transport.requestKeyframe();
    return Value();
  });
  addMethod("stats", [this](const Value&) { return toValue(m_transport.stats()); });
}

std::shared_ptr<media::Stream> RtpEndpoint::source(Medium medium) {
  return medium == Medium::kData ? nullptr : m_sources[indexOf(medium)];
}

media::Sink* RtpEndpoint::sink(Medium medium) {
  return medium == Medium::kData ? nullptr : &m_sinks[indexOf(medium)];
}

void RtpEndpoint::close(host::Completion completion) {
  m_transport.close();
  completion.resolve();
}

void RtpEndpoint::RtpSink::setSource(std::shared_ptr<media::Stream> source) {
  if (source && !source->producer) {
    throw Error(ErrorCode::kConnect, "RtpEndpoint takes RTP for " +
                                         std::string(media::toText(m_medium)) + ", not frames");
  }
  m_transport.setSource(m_medium, source ? source->producer : nullptr);
}

void RtpEndpoint::onMediaStateChanged(bool connected) {
  context().emit("mediaStateChanged", {{"state", connected ? "CONNECTED" : "DISCONNECTED"}});
}

void RtpEndpoint::onSourceFormat(Medium medium, const media::Format& format) {
  context().emit(
      "sourceFormat",
      {{"medium", media::toText(medium)}, {"kind", "rtp"}, {"format", format.toValue()}});
}

void RtpEndpoint::onFlow(Medium medium, bool inbound, bool flowing) {
  context().emit("flow", {{"medium", media::toText(medium)},
                          {"direction", inbound ? "in" : "out"},
                          {"flowing", flowing}});
}

void RtpEndpoint::onKeySoftLimit(Medium medium) {
  context().emit("keySoftLimit", {{"medium", media::toText(medium)}});
}

}  // namespace kms::elements
