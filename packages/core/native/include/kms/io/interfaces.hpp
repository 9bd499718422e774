// Local addresses of the machine.
#pragma once

#include <kms/base/address.hpp>
#include <kms/base/export.hpp>

#include <span>
#include <string>
#include <vector>

namespace kms::io {

/// An address of a network interface.
struct InterfaceAddress {
  std::string interface;
  Address address;  ///< port 0
  bool isLoopback = false;
};

/// All addresses of interfaces that are up; no IPv6 link-local ones. Throws Error 40400 if the
/// system does not tell.
[[nodiscard]] KMS_API std::vector<InterfaceAddress> systemAddresses();

/// Those of `all` that may be advertised: of the interfaces in `names` (empty: all), loopback only
/// when its interface is named or when nothing else is left.
[[nodiscard]] KMS_API std::vector<Address> usableAddresses(std::span<const InterfaceAddress> all,
                                                           std::span<const std::string> names);

}  // namespace kms::io
