// Sockets for RTP and RTCP on an even port and the odd one above it.
#pragma once

#include <kms/io/udp-socket.hpp>
#include <kms/router/plain-transport.hpp>

#include <cstdint>
#include <memory>

namespace kms::router {

/// Both sockets, or neither.
struct PortPair {
  std::unique_ptr<io::UdpSocket> rtp;
  std::unique_ptr<io::UdpSocket> rtcp;
};

/// Binds a pair of the range that is free, trying from `start` (any number) onwards, at most 1000
/// pairs: with a narrow range all of it.
[[nodiscard]] PortPair bindPortPair(bool v6, PortRange range, std::uint32_t start);

}  // namespace kms::router
