// The native half of RtpEndpoint: a PlainTransport with sinks and sources for audio and video.
#pragma once

#include "rtp-object.hpp"

#include <kms/router/plain-transport.hpp>

namespace kms::elements {

/// Lives on the I/O thread that `params.ioThread` names; `params.ipv6`, `minPort` and `maxPort` say
/// which ports it takes. Methods: those of RtpObject, localParameters, open, setRemote, stats.
/// Events: those of RtpObject, keySoftLimit.
class RtpEndpoint final : public RtpObject<router::PlainTransport, router::PlainTransportListener> {
 public:
  /// Throws Error 40107 for an I/O thread that does not exist, ports that are none, and a family
  /// that the machine has no address of.
  RtpEndpoint(host::Context context, const Value& params);

  [[nodiscard]] static host::Class nativeClass();

 private:
  void onKeySoftLimit(media::Medium medium) override;
};

}  // namespace kms::elements
