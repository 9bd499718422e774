// The words of WebRtcEndpoint's methods and events, read into and written from the router's types.
#pragma once

#include <kms/base/value.hpp>
#include <kms/router/web-rtc-transport.hpp>

namespace kms::elements {

/// Reads the argument of `setRemote`. Throws Error 40001 or 40107 naming the member that is wrong.
[[nodiscard]] router::RemoteParameters readRemoteParameters(const Value& value);

/// {certificateKeyType?: "RSA" | "ECDSA", dscp?: 0..63}. Throws Error 40107 naming the member that
/// is wrong.
[[nodiscard]] router::WebRtcTransportOptions readOptions(const Value& value);

/// The result of `localParameters`.
[[nodiscard]] Value toValue(const router::LocalParameters& local);
/// The result of `stats`.
[[nodiscard]] Value toValue(const router::TransportStats& stats);

/// "NEW", "CONNECTING", "CONNECTED", "CLOSED" or "FAILED".
[[nodiscard]] const char* toText(dtls::State state) noexcept;

}  // namespace kms::elements
