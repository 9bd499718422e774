// The words that WebRtcEndpoint and RtpEndpoint have in common, read into and written from the
// router's types.
#pragma once

#include <kms/base/value.hpp>
#include <kms/router/stream-parameters.hpp>

namespace kms::elements {

/// Reads the argument of `setBandwidth`: minVideoSendKbps, maxVideoSendKbps, minVideoReceiveKbps,
/// maxVideoReceiveKbps (0: no limit) and, if given, remb (the API's RembParams, all fields). Throws
/// Error 40001 or 40107 naming the member that is wrong.
[[nodiscard]] router::BandwidthLimits readBandwidth(const Value& value);

/// Reads one of the `streams` of `setRemote`. Throws Error 40001 or 40107 naming the member that is
/// wrong.
[[nodiscard]] router::StreamParameters readStream(const Value& value);

/// One of the `streams` of the result of `stats`.
[[nodiscard]] Value toValue(const router::StreamStats& stats);

}  // namespace kms::elements
