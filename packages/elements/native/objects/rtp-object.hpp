// What the native halves of WebRtcEndpoint and RtpEndpoint have in common: a transport with sinks
// and sources for audio and video, and the events of its media.
#pragma once

#include "rtp-parameters.hpp"

#include <kms/host/object.hpp>
#include <kms/router/router.hpp>
#include <kms/router/rtp-session.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace kms::elements {

/// The I/O thread that `params.ioThread` names. Throws Error 40107 when there is none.
[[nodiscard]] router::ThreadContext& threadOf(const host::Context& context, const Value& params);
/// The arguments of the event `sourceFormat`.
[[nodiscard]] Map sourceFormatEvent(router::StreamId stream, const media::Format& format);
/// The arguments of the event `flow`.
[[nodiscard]] Map flowEvent(router::StreamId stream, bool inbound, bool flowing);

/// What a sink for RTP takes out of a stream; null for none. Throws Error 40004 for frames, which
/// come through a Branch.
[[nodiscard]] std::shared_ptr<router::Producer> rtpOf(const std::shared_ptr<media::Stream>& source,
                                                      media::Medium medium);

/// Sends the RTP of a producer through a transport.
template <typename Transport>
class RtpSink final : public media::Sink {
 public:
  RtpSink(Transport& transport, media::Medium medium) : m_transport(transport), m_medium(medium) {}
  void setSource(std::shared_ptr<media::Stream> source) override {
    m_transport.setSource(m_medium, rtpOf(source, m_medium));
  }

 private:
  Transport& m_transport;
  media::Medium m_medium;
};

/// Lives on the I/O thread that `params.ioThread` names. Methods: setBandwidth, requestKeyframe.
/// Events: mediaStateChanged, sourceFormat, flow. Transport is a router transport, Listener what it
/// tells: a RtpSessionListener.
template <typename Transport, typename Listener>
class RtpObject : public host::ObjectBase, protected Listener {
 public:
  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override {
    return medium == media::Medium::kData ? nullptr : m_sources[indexOf(medium)];
  }
  [[nodiscard]] media::Sink* sink(media::Medium medium) override {
    return medium == media::Medium::kData ? nullptr : &m_sinks[indexOf(medium)];
  }
  void close(host::Completion completion) override {
    m_transport->close();
    completion.resolve();
  }

 protected:
  /// Throws Error 40107 for an I/O thread that does not exist, and what the transport throws.
  template <typename Options>
  RtpObject(host::Context context, const Value& params, const Options& options)
      : ObjectBase(std::move(context)),
        m_transport(std::make_shared<Transport>(threadOf(this->context(), params),
                                                static_cast<Listener&>(*this), options)),
        m_sinks{{{*m_transport, media::Medium::kAudio}, {*m_transport, media::Medium::kVideo}}} {
    for (const media::Medium medium : media::kMedia) {
      m_sources[indexOf(medium)] = std::make_shared<media::Stream>(m_transport->producer(medium));
    }
    addMethod("setBandwidth", [this](const Value& args) {
      m_transport->setBandwidth(readBandwidth(args));
      return Value();
    });
    addMethod("requestKeyframe", [this](const Value&) {
      m_transport->requestKeyframe();
      return Value();
    });
  }

  /// Others may hold it for a moment, but it is closed with the object.
  ~RtpObject() override { m_transport->close(); }

  [[nodiscard]] Transport& transport() noexcept { return *m_transport; }
  [[nodiscard]] std::weak_ptr<Transport> weakTransport() const { return m_transport; }

  void onMediaStateChanged(bool connected) override {
    context().emit("mediaStateChanged", {{"state", connected ? "CONNECTED" : "DISCONNECTED"}});
  }
  void onSourceFormat(router::StreamId stream, const media::Format& format) override {
    context().emit("sourceFormat", sourceFormatEvent(stream, format));
  }
  void onFlow(router::StreamId stream, bool inbound, bool flowing) override {
    context().emit("flow", flowEvent(stream, inbound, flowing));
  }

 private:
  static constexpr std::size_t indexOf(media::Medium medium) {
    return static_cast<std::size_t>(medium);
  }

  std::shared_ptr<Transport> m_transport;
  std::array<RtpSink<Transport>, 2> m_sinks;                // by medium
  std::array<std::shared_ptr<media::Stream>, 2> m_sources;  // by medium
};

}  // namespace kms::elements
