// AV1 in RTP: payloads of a stranger, and units that are packed and put together again.
//
// Input: whether payloads are read (lowest bit of a byte); if not, the room in a packet (a byte,
// beyond 16); then payloads or a unit behind their lengths (input.hpp).
#include "fuzz/input.hpp"
#include "gst/av1-packing.hpp"

namespace kms::fuzz {
namespace {

using gst::Av1Assembler;
using gst::Av1Bytes;

// A unit that came out can be packed again, and comes out the same.
void demandSound(const Av1Bytes& unit, std::size_t room) {
  Av1Assembler assembler;
  const Av1Bytes key = {0x0A, 0x01, 0x00};  // so that any unit may follow
  for (const Av1Bytes& payload : gst::packAv1(key, room)) assembler.add(payload, false);
  demand(!assembler.take().empty());
  const auto payloads = gst::packAv1(unit, room);
  demand(!payloads.empty());
  for (const Av1Bytes& payload : payloads) {
    demand(payload.size() <= room);
    assembler.add(payload, false);
  }
  demand(assembler.take() == unit);
}

void assemble(Input& input) {
  Av1Assembler assembler;
  while (!input.empty()) {
    const std::uint8_t flags = input.byte();
    assembler.add(input.packet(), (flags & 1U) != 0);
    if ((flags & 2U) == 0) continue;
    const Av1Bytes unit = assembler.take();
    if (!unit.empty()) demandSound(unit, 16 + std::size_t{flags});
  }
}

void pack(Input& input) {
  const std::size_t room = 16 + std::size_t{input.byte()};
  Av1Assembler assembler;
  for (const Av1Bytes& payload : gst::packAv1(input.packet(), room)) {
    demand(payload.size() <= room);
    assembler.add(payload, false);
  }
  const Av1Bytes unit = assembler.take();
  if (!unit.empty()) demandSound(unit, room);
}

}  // namespace
}  // namespace kms::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  if ((input.byte() & 1U) != 0) {
    kms::fuzz::assemble(input);
  } else {
    kms::fuzz::pack(input);
  }
  return 0;
}
