// Where a transport finds its candidates.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {

struct TurnServer {
  enum class Transport : std::uint8_t { Udp, Tcp, Tls };
  Address address;
  Transport transport = Transport::Udp;
  std::string username;
  std::string password;
};

struct GatherOptions {
  /// Interfaces whose addresses become host candidates; empty: the router's.
  std::vector<std::string> interfaces;
  bool tcp = true;  ///< also TCP host candidates
  /// What host candidates of that family show in place of their address; the port is not looked at.
  std::optional<Address> externalIPv4;
  std::optional<Address> externalIPv6;
  std::optional<Address> stunServer;  ///< for server-reflexive candidates
  /// How often their NAT bindings are renewed until a pair is nominated (Tr of RFC 8445 11).
  Duration stunKeepalive = std::chrono::seconds(15);
  std::optional<TurnServer> turnServer;  ///< for a relayed candidate
};

}  // namespace kms::router
