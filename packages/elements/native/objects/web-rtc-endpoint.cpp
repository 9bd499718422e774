#include "web-rtc-endpoint.hpp"

#include "gather-options.hpp"
#include "web-rtc-endpoint-parameters.hpp"

#include <kms/router/producer.hpp>

#include <string>
#include <utility>

namespace kms::elements {

using media::Medium;

WebRtcEndpoint::WebRtcEndpoint(host::Context context, const Value& params,
                               std::shared_ptr<WebRtcTransports> transports)
    : RtpObject(std::move(context), params, readOptions(params)),
      m_transports(std::move(transports)),
      m_dataInput(transport().dataChannels()),
      m_dataSource(std::make_shared<media::Stream>(transport().dataChannels()->source())) {
  transport().dataChannels()->setEvents(dataChannelEvents(this->context()));
  addMethod("localParameters",
            [this](const Value&) { return toValue(transport().localParameters()); });
  addMethod("setRemote", [this](const Value& args) {
    transport().setRemote(readRemoteParameters(args));
    return Value();
  });
  addMethod("stats", [this](const Value&) { return toValue(transport().stats()); });
  addMethod("videoRoom", [this](const Value&) {
    return Value(static_cast<std::int64_t>(transport().videoRoom()));
  });
  addIceMethods();
  addDataMethods();
  m_transports->add(this->context().id(), weakTransport());
}

WebRtcEndpoint::~WebRtcEndpoint() {
  m_transports->remove(context().id());
}

host::Class WebRtcEndpoint::nativeClass(const std::shared_ptr<WebRtcTransports>& transports) {
  return {&host::ioThreadHome, [transports](host::Context context, const Value& params) {
            return std::make_unique<WebRtcEndpoint>(std::move(context), params, transports);
          }};
}

void WebRtcEndpoint::addIceMethods() {
  addMethod("gather", [this](const Value& args) {
    transport().gather(readGatherOptions(args));
    return Value();
  });
  addMethod("restartIce", [this](const Value&) {
    const ice::Credentials& local = transport().restartIce();
    return Map{{"ice", Map{{"ufrag", local.ufrag}, {"pwd", local.pwd}}}};
  });
  addMethod("addRemoteCandidate", [this](const Value& args) {
    transport().addRemoteCandidate(args.at("candidate").text());
    return Value();
  });
  addMethod("endOfRemoteCandidates", [this](const Value&) {
    transport().endOfRemoteCandidates();
    return Value();
  });
}

void WebRtcEndpoint::addDataMethods() {
  sctp::DataChannels& channels = *transport().dataChannels();
  addAsyncMethod("createDataChannel",
                 [&channels](const Value& args, const host::Completion& completion) {
                   createDataChannel(channels, args, completion);
                 });
  addMethod("closeDataChannel",
            [&channels](const Value& args) { return closeDataChannel(channels, args); });
  addAsyncMethod("dataChannelStats", [&channels](const Value&, const host::Completion& completion) {
    dataChannelStats(channels, completion);
  });
}

std::shared_ptr<media::Stream> WebRtcEndpoint::source(Medium medium) {
  return medium == Medium::kData ? m_dataSource : RtpObject::source(medium);
}

media::Sink* WebRtcEndpoint::sink(Medium medium) {
  return medium == Medium::kData ? &m_dataInput : RtpObject::sink(medium);
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

}  // namespace kms::elements
