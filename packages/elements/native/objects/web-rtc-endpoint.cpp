#include "web-rtc-endpoint.hpp"

#include "gather-options.hpp"
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

WebRtcEndpoint::WebRtcEndpoint(host::Context context, const Value& params)
    : ObjectBase(std::move(context)),
      m_transport(threadOf(this->context(), params), *this, readOptions(params)),
      m_sinks{{{m_transport, Medium::kAudio}, {m_transport, Medium::kVideo}}},
      m_dataInput(m_transport.dataChannels()) {
  for (const Medium medium : media::kMedia) {
    m_sources[indexOf(medium)] = std::make_shared<media::Stream>(m_transport.producer(medium));
  }
  m_sources[indexOf(Medium::kData)] =
      std::make_shared<media::Stream>(m_transport.dataChannels()->source());
  m_transport.dataChannels()->setEvents(dataChannelEvents(this->context()));
  addMethods();
  addDataMethods();
}

host::Class WebRtcEndpoint::nativeClass() {
  return {&host::ioThreadHome, [](host::Context context, const Value& params) {
            return std::make_unique<WebRtcEndpoint>(std::move(context), params);
          }};
}

void WebRtcEndpoint::addMethods() {
  addMethod("localParameters",
            [this](const Value&) { return toValue(m_transport.localParameters()); });
  addMethod("gather", [this](const Value& args) {
    m_transport.gather(readGatherOptions(args));
    return Value();
  });
  addMethod("restartIce", [this](const Value&) {
    const ice::Credentials& local = m_transport.restartIce();
    return Map{{"ice", Map{{"ufrag", local.ufrag}, {"pwd", local.pwd}}}};
  });
  addMethod("setRemote", [this](const Value& args) {
    m_transport.setRemote(readRemoteParameters(args));
    return Value();
  });
  addMethod("addRemoteCandidate", [this](const Value& args) {
    m_transport.addRemoteCandidate(args.at("candidate").text());
    return Value();
  });
  addMethod("endOfRemoteCandidates", [this](const Value&) {
    m_transport.endOfRemoteCandidates();
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

void WebRtcEndpoint::addDataMethods() {
  sctp::DataChannels& channels = *m_transport.dataChannels();
  addAsyncMethod("createDataChannel", [&channels](const Value& args, host::Completion completion) {
    createDataChannel(channels, args, completion);
  });
  addMethod("closeDataChannel",
            [&channels](const Value& args) { return closeDataChannel(channels, args); });
  addAsyncMethod("dataChannelStats", [&channels](const Value&, host::Completion completion) {
    dataChannelStats(channels, completion);
  });
}

std::shared_ptr<media::Stream> WebRtcEndpoint::source(Medium medium) {
  return m_sources[indexOf(medium)];
}

media::Sink* WebRtcEndpoint::sink(Medium medium) {
  if (medium == Medium::kData) return &m_dataInput;
  return &m_sinks[indexOf(medium)];
}

void WebRtcEndpoint::close(host::Completion completion) {
  m_transport.close();
  completion.resolve();
}

void WebRtcEndpoint::RtpSink::setSource(std::shared_ptr<media::Stream> source) {
  if (source && !source->producer) {
    throw Error(ErrorCode::kConnect, "WebRtcEndpoint takes RTP for " +
                                         std::string(media::toText(m_medium)) + ", not frames");
  }
  m_transport.setSource(m_medium, source ? source->producer : nullptr);
}

void WebRtcEndpoint::onLocalCandidate(const std::string& candidate) {
  context().emit("localCandidate", {{"candidate", candidate}});
}

void WebRtcEndpoint::onGatheringDone() {
  context().emit("gatheringDone", {});
}

void WebRtcEndpoint::onGatheringProblem(const std::string& problem) {
  context().emit("gatheringProblem", {{"problem", problem}});
}

void WebRtcEndpoint::onIceStateChanged(ice::State state) {
  context().emit("iceStateChanged", {{"state", ice::name(state)}});
}

void WebRtcEndpoint::onCandidatePairSelected(const std::string& local, const std::string& remote) {
  context().emit("candidatePairSelected", {{"local", local}, {"remote", remote}});
}

void WebRtcEndpoint::onDtlsStateChanged(dtls::State state) {
  context().emit("dtlsStateChanged", {{"state", toText(state)}});
}

void WebRtcEndpoint::onMediaStateChanged(bool connected) {
  context().emit("mediaStateChanged", {{"state", connected ? "CONNECTED" : "DISCONNECTED"}});
}

void WebRtcEndpoint::onSourceFormat(Medium medium, const media::Format& format) {
  context().emit(
      "sourceFormat",
      {{"medium", media::toText(medium)}, {"kind", "rtp"}, {"format", format.toValue()}});
}

void WebRtcEndpoint::onFlow(Medium medium, bool inbound, bool flowing) {
  context().emit("flow", {{"medium", media::toText(medium)},
                          {"direction", inbound ? "in" : "out"},
                          {"flowing", flowing}});
}

}  // namespace kms::elements
