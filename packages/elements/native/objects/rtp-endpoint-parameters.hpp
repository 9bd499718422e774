// The words of RtpEndpoint's methods, read into and written from the router's types.
#pragma once

#include <kms/base/value.hpp>
#include <kms/router/plain-transport.hpp>

#include <vector>

namespace kms::elements {

/// Reads the parameters of the constructor. Throws Error 40001 or 40107 naming the member that is
/// wrong.
[[nodiscard]] router::PlainTransportConfig readPlainConfig(const Value& params);
/// Reads the argument of `setRemote`. Throws Error 40001 or 40107 naming the member that is wrong.
[[nodiscard]] std::vector<router::PlainStreamParameters> readPlainStreams(const Value& value);

/// The result of `localParameters`.
[[nodiscard]] Value toValue(const router::PlainLocalParameters& local);
/// The result of `open`.
[[nodiscard]] Value toValue(const router::PlainPorts& ports);
/// The result of `stats`.
[[nodiscard]] Value toValue(const router::PlainTransportStats& stats);

}  // namespace kms::elements
