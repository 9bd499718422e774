#include "router/port-pair.hpp"

#include <kms/base/error.hpp>

#include <algorithm>

namespace kms::router {

namespace {

constexpr std::uint32_t kMostTries = 1000;

PortPair tryBind(bool v6, std::uint16_t port) {
  try {
    PortPair pair;
    pair.rtp = std::make_unique<io::UdpSocket>(v6, port);
    pair.rtcp = std::make_unique<io::UdpSocket>(v6, static_cast<std::uint16_t>(port + 1));
    return pair;
  } catch (const Error&) {
    return {};  // one of the two is taken
  }
}

}  // namespace

PortPair bindPortPair(bool v6, PortRange range, std::uint32_t start) {
  const std::uint32_t first = std::max<std::uint32_t>((range.first + 1U) & ~1U, 2);
  if (first + 1 > range.last) return {};
  const std::uint32_t pairs = (range.last - first + 1U) / 2;
  for (std::uint32_t i = 0; i < std::min(pairs, kMostTries); ++i) {
    const std::uint32_t port = first + 2 * ((start % pairs + i) % pairs);
    PortPair pair = tryBind(v6, static_cast<std::uint16_t>(port));
    if (pair.rtcp) return pair;
  }
  return {};
}

}  // namespace kms::router
