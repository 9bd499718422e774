#include "web-rtc-stream.hpp"

#include <kms/base/error.hpp>
#include <kms/router/producer.hpp>

#include <utility>

namespace kms::elements {

using media::Medium;

namespace {

Medium mediumOf(const Value& params) {
  const Medium medium = media::mediumFromText(params.at("medium").text());
  if (medium != Medium::kData) return medium;
  throw Error(ErrorCode::kIllegalParam, "medium: 'data' is not valid");
}

}  // namespace

void WebRtcTransports::add(const std::string& endpoint, Transport transport) {
  const std::scoped_lock lock(m_mutex);
  m_byEndpoint.insert_or_assign(endpoint, std::move(transport));
}

void WebRtcTransports::remove(const std::string& endpoint) {
  const std::scoped_lock lock(m_mutex);
  m_byEndpoint.erase(endpoint);
}

std::shared_ptr<router::WebRtcTransport> WebRtcTransports::find(const std::string& endpoint) const {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_byEndpoint.find(endpoint);
  auto transport = found == m_byEndpoint.end() ? nullptr : found->second.lock();
  if (transport) return transport;
  throw Error(ErrorCode::kIllegalParam, "endpoint: '" + endpoint + "' is none");
}

WebRtcStream::WebRtcStream(host::Context context, const Value& params,
                           const WebRtcTransports& transports)
    : WebRtcStream(std::move(context), transports.find(params.at("endpoint").text()),
                   mediumOf(params)) {}

WebRtcStream::WebRtcStream(host::Context context,
                           const std::shared_ptr<router::WebRtcTransport>& transport, Medium medium)
    : ObjectBase(std::move(context)),
      m_stream(transport->addStream(medium)),
      m_sink(transport, m_stream),
      m_source(std::make_shared<media::Stream>(transport->producer(m_stream))) {
  const router::ConsumerSsrcs ssrcs = transport->localSsrcs(m_stream);
  addMethod("streamParameters", [this, ssrcs](const Value&) {
    return Map{{"number", m_stream.number}, {"ssrc", ssrcs.media}, {"rtxSsrc", ssrcs.rtx}};
  });
}

host::Class WebRtcStream::nativeClass(const std::shared_ptr<WebRtcTransports>& transports) {
  return {&host::ioThreadHome, [transports](host::Context context, const Value& params) {
            return std::make_unique<WebRtcStream>(std::move(context), params, *transports);
          }};
}

std::shared_ptr<media::Stream> WebRtcStream::source(Medium medium) {
  return medium == m_stream.medium ? m_source : nullptr;
}

media::Sink* WebRtcStream::sink(Medium medium) {
  return medium == m_stream.medium ? &m_sink : nullptr;
}

void WebRtcStream::close(host::Completion completion) {
  m_sink.setSource(nullptr);
  completion.resolve();
}

void WebRtcStream::StreamSink::setSource(std::shared_ptr<media::Stream> source) {
  auto producer = rtpOf(source, m_stream.medium);
  if (const auto transport = m_transport.lock()) {
    transport->setSource(m_stream, std::move(producer));
  }
}

}  // namespace kms::elements
