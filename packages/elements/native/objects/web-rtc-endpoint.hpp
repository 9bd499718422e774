// The native half of WebRtcEndpoint: a WebRtcTransport with sinks and sources for audio, video
// and data.
#pragma once

#include "web-rtc-data.hpp"

#include <kms/host/object.hpp>
#include <kms/router/web-rtc-transport.hpp>

#include <array>
#include <memory>

namespace kms::elements {

/// Lives on the I/O thread that `params.ioThread` names; further `params` are those of
/// readOptions(). Methods: localParameters, gather, restartIce, setRemote, addRemoteCandidate,
/// endOfRemoteCandidates, requestKeyframe, stats, and those of web-rtc-data.hpp. Events:
/// localCandidate, gatheringDone, gatheringProblem, iceStateChanged, candidatePairSelected,
/// dtlsStateChanged, mediaStateChanged, sourceFormat, flow, dataChannelOpened, dataChannelClosed.
class WebRtcEndpoint final : public host::ObjectBase, private router::WebRtcTransportListener {
 public:
  /// Throws Error 40107 for an I/O thread that does not exist, and for options that are wrong.
  WebRtcEndpoint(host::Context context, const Value& params);

  [[nodiscard]] static host::Class nativeClass();

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  void close(host::Completion completion) override;

 private:
  /// Takes the RTP of a producer; frames come through a Branch.
  class RtpSink final : public media::Sink {
   public:
    RtpSink(router::WebRtcTransport& transport, media::Medium medium)
        : m_transport(transport), m_medium(medium) {}
    void setSource(std::shared_ptr<media::Stream> source) override;

   private:
    router::WebRtcTransport& m_transport;
    media::Medium m_medium;
  };

  void addMethods();
  void addDataMethods();

  void onLocalCandidate(const std::string& candidate) override;
  void onGatheringDone() override;
  void onGatheringProblem(const std::string& problem) override;
  void onIceStateChanged(ice::State state) override;
  void onCandidatePairSelected(const std::string& local, const std::string& remote) override;
  void onDtlsStateChanged(dtls::State state) override;
  void onMediaStateChanged(bool connected) override;
  void onSourceFormat(media::Medium medium, const media::Format& format) override;
  void onFlow(media::Medium medium, bool inbound, bool flowing) override;

  router::WebRtcTransport m_transport;
  std::array<RtpSink, 2> m_sinks;  // by medium
  DataInput m_dataInput;
  std::array<std::shared_ptr<media::Stream>, 3> m_sources;  // by medium
};

}  // namespace kms::elements
