// RFC 4571 frames on a TCP connection of ICE (RFC 6544): the same packets come out however the
// bytes arrive.
//
// Input: a byte that seeds the sizes of the parts, then the stream.
#include "fuzz/input.hpp"
#include "router/stream-frames.hpp"

#include <kms/ice/stun.hpp>

#include <vector>

namespace kms::router {
namespace {

using fuzz::demand;
using Octets = std::vector<std::uint8_t>;

struct Outcome {
  std::vector<Octets> packets;
  bool isBroken = false;

  bool operator==(const Outcome&) const = default;
};

void look(std::span<const std::uint8_t> packet) {
  demand(!packet.empty() && packet.size() <= io::kPacketCapacity);
  fuzz::use(ice::isStun(packet));
  fuzz::use(ice::usernameFragment(packet));
  fuzz::use(ice::transactionTag(packet));
}

/// What a connection hands on when `stream` comes in parts of 1 to `largest` bytes, which one
/// buffer of 4 KiB keeps as StreamSocket does.
Outcome receive(std::span<const std::uint8_t> stream, std::size_t largest, unsigned seed) {
  constexpr std::size_t kBuffer = 4096;
  Outcome outcome;
  Octets waiting;
  while (!stream.empty()) {
    seed = seed * 1'103'515'245U + 12'345U;
    const std::size_t part = std::min(stream.size(), 1 + (seed >> 16U) % largest);
    waiting.insert(waiting.end(), stream.begin(), stream.begin() + static_cast<long>(part));
    stream = stream.subspan(part);
    const auto taken = takeFrames(waiting, [&](std::span<std::uint8_t> packet) {
      look(packet);
      outcome.packets.emplace_back(packet.begin(), packet.end());
      return true;
    });
    outcome.isBroken = !taken;
    if (!taken) return outcome;
    demand(*taken <= waiting.size());
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<long>(*taken));
    demand(waiting.size() < kBuffer);  // else the connection would never come on
  }
  return outcome;
}

}  // namespace
}  // namespace kms::router

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  const unsigned seed = input.byte();
  const auto stream = input.bytes(32'768);
  const auto whole = kms::router::receive(stream, 512, seed);
  kms::fuzz::demand(kms::router::receive(stream, 3, seed + 1) == whole);
  return 0;
}
