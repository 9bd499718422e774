// The words of WebRtcEndpoint's methods and events, read into and written from the router's types.
#pragma once

#include <kms/base/value.hpp>
#include <kms/router/web-rtc-transport.hpp>

namespace kms::elements {

/// Reads the argument of `setRemote`. Throws Error 40001 or 40107 naming the member that is wrong.
[[nodiscard]] router::RemoteParameters readRemoteParameters(const Value& value);

/// Reads the argument of `setBandwidth`: minVideoSendKbps, maxVideoSendKbps, minVideoReceiveKbps,
/// maxVideoReceiveKbps (0: no limit) and, if given, remb (the API's RembParams, all fields). Throws
/// Error 40001 or 40107 naming the member that is wrong.
[[nodiscard]] router::BandwidthLimits readBandwidth(const Value& value);

/// Reads one of the `streams` of `setRemote`. Throws Error 40001 or 40107 naming the member that is
/// wrong.
[[nodiscard]] router::StreamParameters readStream(const Value& value);
/// {certificateKeyType?: "RSA" | "ECDSA", dscp?: 0..63}. Throws Error 40107 naming the member that
/// is wrong.
[[nodiscard]] router::WebRtcTransportOptions readOptions(const Value& value);

/// The result of `localParameters`.
[[nodiscard]] Value toValue(const router::LocalParameters& local);
/// The result of `stats`.
[[nodiscard]] Value toValue(const router::TransportStats& stats);
/// One of its `streams`.
[[nodiscard]] Value toValue(const router::StreamStats& stats);

/// "NEW", "CONNECTING", "CONNECTED", "CLOSED" or "FAILED".
[[nodiscard]] const char* toText(dtls::State state) noexcept;

}  // namespace kms::elements
