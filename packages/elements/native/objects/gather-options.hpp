// The argument of WebRtcEndpoint's `gather`.
#pragma once

#include <kms/base/value.hpp>
#include <kms/router/gather-options.hpp>

namespace kms::elements {

/// {tcp?: bool, interfaces?: [name], externalIPv4?: ip, externalIPv6?: ip, stunServer?: {ip, port},
/// turnServer?: {ip, port, transport: "udp" | "tcp" | "tls", username, password}}. Throws Error
/// 40001 or 40107 naming the member that is wrong.
[[nodiscard]] router::GatherOptions readGatherOptions(const Value& value);

}  // namespace kms::elements
