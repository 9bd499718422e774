// The native half of WebRtcEndpoint: a WebRtcTransport with sinks and sources for audio, video
// and data.
#pragma once

#include "rtp-object.hpp"
#include "web-rtc-data.hpp"
#include "web-rtc-stream.hpp"

#include <kms/router/web-rtc-transport.hpp>

#include <memory>

namespace kms::elements {

/// Lives on the I/O thread that `params.ioThread` names; further `params` are those of
/// readOptions(). Methods: those of RtpObject, localParameters, gather, restartIce, setRemote,
/// addRemoteCandidate, endOfRemoteCandidates, stats, and those of web-rtc-data.hpp. Events: those
/// of RtpObject, localCandidate, gatheringDone, gatheringProblem, iceStateChanged,
/// candidatePairSelected, dtlsStateChanged, dataChannelOpened, dataChannelClosed.
class WebRtcEndpoint final
    : public RtpObject<router::WebRtcTransport, router::WebRtcTransportListener> {
 public:
  /// Throws Error 40107 for an I/O thread that does not exist, and for options that are wrong.
  WebRtcEndpoint(host::Context context, const Value& params,
                 std::shared_ptr<WebRtcTransports> transports);
  ~WebRtcEndpoint() override;

  /// `transports`: where WebRtcStreams find it.
  [[nodiscard]] static host::Class nativeClass(const std::shared_ptr<WebRtcTransports>& transports);

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;

 private:
  void addIceMethods();
  void addDataMethods();

  void onLocalCandidate(const std::string& candidate) override;
  void onGatheringDone() override;
  void onGatheringProblem(const std::string& problem) override;
  void onIceStateChanged(ice::State state) override;
  void onCandidatePairSelected(const std::string& local, const std::string& remote) override;
  void onDtlsStateChanged(dtls::State state) override;

  std::shared_ptr<WebRtcTransports> m_transports;
  DataInput m_dataInput;
  std::shared_ptr<media::Stream> m_dataSource;
};

}  // namespace kms::elements
