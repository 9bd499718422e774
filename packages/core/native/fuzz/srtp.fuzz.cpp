// SRTP and SRTCP: what a stranger sends must be refused, and leave no trace; what we seal must come
// back as it was.
//
// Input: a byte for the profile, then packets (input.hpp).
#include "fuzz/input.hpp"

#include <kms/srtp/inbound-session.hpp>
#include <kms/srtp/outbound-session.hpp>

namespace kms::srtp {
namespace {

using fuzz::demand;
using fuzz::Input;
using Bytes = std::vector<std::uint8_t>;

/// Both directions with the same keys; one pair for each profile, made once, as that takes long.
struct Pair {
  explicit Pair(Profile profile) : outbound(keysOf(profile)), inbound(keysOf(profile)) {}

  static Keys keysOf(Profile profile) {
    Keys keys;
    keys.profile = profile;
    keys.masterKey.fill(0x5A);
    keys.masterSalt.fill(0xA5);
    return keys;
  }

  OutboundSession outbound;
  InboundSession inbound;
};

Pair& pairOf(std::uint8_t choice) {
  static std::vector<Pair> pairs = [] {
    std::vector<Pair> made;
    for (const ProfileInfo& info : profiles()) made.emplace_back(info.profile);
    return made;
  }();
  Pair& pair = pairs[choice % pairs.size()];
  demand(pair.outbound.restore({}) && pair.inbound.restore({}));  // nothing of the last input
  return pair;
}

void takeForeign(Pair& pair, const Bytes& packet) {
  Bytes copy = packet;
  demand(!pair.inbound.unprotectRtp(copy));
  copy = packet;
  demand(!pair.inbound.unprotectRtcp(copy));
  demand(pair.inbound.streams().empty());
}

void sealAndOpen(Pair& pair, const Bytes& packet) {
  Bytes room(packet);
  room.resize(packet.size() + kMaxRtcpOverhead);
  if (const std::size_t size = pair.outbound.protectRtp(room, packet.size())) {
    const auto opened = pair.inbound.unprotectRtp(std::span(room).first(size));
    // Refused only as too old or repeated: sequence numbers are the fuzzer's.
    demand(!opened ||
           (*opened == packet.size() && std::equal(packet.begin(), packet.end(), room.begin())));
  }
  if (const std::size_t size = pair.outbound.protectRtcp(packet, room)) {
    const auto opened = pair.inbound.unprotectRtcp(std::span(room).first(size));
    demand(opened == packet.size() && std::equal(packet.begin(), packet.end(), room.begin()));
  }
}

}  // namespace
}  // namespace kms::srtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  auto& pair = kms::srtp::pairOf(input.byte());
  std::vector<std::vector<std::uint8_t>> packets;
  while (!input.empty() && packets.size() < 16) packets.push_back(input.packet());
  for (const auto& packet : packets) kms::srtp::takeForeign(pair, packet);
  for (const auto& packet : packets) kms::srtp::sealAndOpen(pair, packet);
  return 0;
}
