#include <kms/base/error.hpp>
#include <kms/io/interfaces.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>

namespace kms::io {

namespace {

using List = std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)>;

List readInterfaces() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    throw Error(ErrorCode::kGatherCandidates,
                std::string("cannot list network interfaces: ") + std::strerror(errno));
  }
  return {first, &::freeifaddrs};
}

}  // namespace

std::vector<InterfaceAddress> systemAddresses() {
  std::vector<InterfaceAddress> found;
  const List list = readInterfaces();
  for (const ifaddrs* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    auto address = Address::fromSockaddr(entry->ifa_addr);
    if (!address || (address->isV6 && address->isLinkLocal())) continue;
    address->port = 0;
    found.push_back({entry->ifa_name, *address, address->isLoopback()});
  }
  return found;
}

std::vector<Address> usableAddresses(std::span<const InterfaceAddress> all,
                                     std::span<const std::string> names) {
  std::vector<Address> usable;
  std::vector<Address> loopback;
  for (const auto& entry : all) {
    const bool named = std::ranges::find(names, entry.interface) != names.end();
    if (!names.empty() && !named) continue;
    (entry.isLoopback && !named ? loopback : usable).push_back(entry.address);
  }
  return usable.empty() ? loopback : usable;
}

}  // namespace kms::io
