// The native half of RtpEndpoint: a PlainTransport with sinks and sources for audio and video.
#pragma once

#include <kms/host/object.hpp>
#include <kms/router/plain-transport.hpp>

#include <array>
#include <memory>

namespace kms::elements {

/// Lives on the I/O thread that `params.ioThread` names; `params.ipv6`, `minPort` and `maxPort` say
/// which ports it takes. Methods: localParameters, open, setRemote, setBandwidth, requestKeyframe,
/// stats. Events: mediaStateChanged, sourceFormat, flow, keySoftLimit.
class RtpEndpoint final : public host::ObjectBase, private router::PlainTransportListener {
 public:
  /// Throws Error 40107 for an I/O thread that does not exist, ports that are none, and a family
  /// that the machine has no address of.
  RtpEndpoint(host::Context context, const Value& params);

  [[nodiscard]] static host::Class nativeClass();

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  void close(host::Completion completion) override;

 private:
  /// Takes the RTP of a producer; frames come through a Branch.
  class RtpSink final : public media::Sink {
   public:
    RtpSink(router::PlainTransport& transport, media::Medium medium)
        : m_transport(transport), m_medium(medium) {}
    void setSource(std::shared_ptr<media::Stream> source) override;

   private:
    router::PlainTransport& m_transport;
    media::Medium m_medium;
  };

  void addMethods();

  void onMediaStateChanged(bool connected) override;
  void onSourceFormat(media::Medium medium, const media::Format& format) override;
  void onFlow(media::Medium medium, bool inbound, bool flowing) override;
  void onKeySoftLimit(media::Medium medium) override;

  router::PlainTransport m_transport;
  std::array<RtpSink, 2> m_sinks;                           // by medium
  std::array<std::shared_ptr<media::Stream>, 2> m_sources;  // by medium
};

}  // namespace kms::elements
