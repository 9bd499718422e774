// The native half of a further stream of a WebRtcEndpoint: what one more m-line of a kind sends and
// receives.
#pragma once

#include "rtp-object.hpp"

#include <kms/router/web-rtc-transport.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace kms::elements {

/// The transports of the WebRtcEndpoints that there are, by the endpoint's id. Any thread.
class WebRtcTransports {
 public:
  using Transport = std::weak_ptr<router::WebRtcTransport>;

  void add(const std::string& endpoint, Transport transport);
  void remove(const std::string& endpoint);
  /// Throws Error 40107 when there is none.
  [[nodiscard]] std::shared_ptr<router::WebRtcTransport> find(const std::string& endpoint) const;

 private:
  mutable std::mutex m_mutex;  // guards m_byEndpoint
  std::map<std::string, Transport> m_byEndpoint;
};

/// Lives on its endpoint's I/O thread, which `params.ioThread` names; `params.endpoint` is the
/// endpoint's id, `params.medium` "audio" or "video". Has a sink and a source of that medium.
/// Method: streamParameters, which gives {number, ssrc, rtxSsrc}: the number is how `setRemote`,
/// `stats` and events of the endpoint name the stream. What it takes from the endpoint is kept for
/// its life.
class WebRtcStream final : public host::ObjectBase {
 public:
  /// Throws Error 40107 for an endpoint that there is not, for data, and for too many streams.
  WebRtcStream(host::Context context, const Value& params, const WebRtcTransports& transports);

  [[nodiscard]] static host::Class nativeClass(const std::shared_ptr<WebRtcTransports>& transports);

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  void close(host::Completion completion) override;

 private:
  /// The endpoint may go first.
  class StreamSink final : public media::Sink {
   public:
    StreamSink(WebRtcTransports::Transport transport, router::StreamId stream)
        : m_transport(std::move(transport)), m_stream(stream) {}
    void setSource(std::shared_ptr<media::Stream> source) override;

   private:
    WebRtcTransports::Transport m_transport;
    router::StreamId m_stream;
  };

  WebRtcStream(host::Context context, const std::shared_ptr<router::WebRtcTransport>& transport,
               media::Medium medium);

  const router::StreamId m_stream;
  StreamSink m_sink;
  std::shared_ptr<media::Stream> m_source;
};

}  // namespace kms::elements
