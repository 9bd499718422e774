// Dependency descriptors, read as they come and on their way through a session.
//
// Input: whether descriptors go through a session (lowest bit of a byte), then descriptors behind
// their lengths (input.hpp).
#include "fuzz/fuzzed-session.hpp"

#include <kms/rtp/dependency-tracker.hpp>

namespace kms::fuzz {
namespace {

void demandSound(const rtp::DependencyTracker& tracker) {
  const rtp::DependencyStructure& structure = tracker.structure();
  demand(structure.targetCount <= rtp::DependencyStructure::kMostTargets);
  demand(structure.templateCount <= rtp::DependencyStructure::kMostTemplates);
  for (std::uint8_t most = 0; most < 8; ++most) {
    const auto target = tracker.target({most, most});
    demand(!target || *target < structure.targetCount);
    demand(!target || structure.targets[*target].spatial <= most);
  }
}

void readAll(Input& input) {
  rtp::DependencyTracker tracker;
  while (!input.empty()) {
    const auto data = input.packet();
    if (const auto found = tracker.onPacket(data)) {
      demand(data.size() >= rtp::DependencyDescriptor::kLeastSize);
      demand(found->frame.layer.spatial <= 7 && found->frame.layer.temporal <= 7);
      demand(tracker.find(found->frameNumber) != nullptr);
      use(tracker.standsAlone(found->frame));
    }
    demandSound(tracker);
  }
}

/// An AV1 packet that begins a sequence now and then, with a two-byte element of the descriptor.
std::vector<std::uint8_t> packet(std::uint16_t sequence, std::span<const std::uint8_t> data) {
  std::vector<std::uint8_t> bytes(512);
  rtp::HeaderWriter writer(bytes, {FuzzedSession::kAv1, true, sequence, sequence * 3000U, 1}, true);
  writer.add(FuzzedSession::kDependencies, data);
  bytes.resize(writer.finish());
  bytes.push_back(sequence % 8 == 0 ? 0x18 : 0x10);
  bytes.push_back(static_cast<std::uint8_t>(sequence));
  return bytes;
}

void sendAll(Input& input) {
  FuzzedSession session;
  for (std::uint16_t sequence = 0; sequence < 64 && !input.empty(); ++sequence) {
    const auto data = input.packet();
    session.takeRtp(
        packet(sequence, std::span(data).first(std::min<std::size_t>(data.size(), 255))));
    if (sequence % 16 == 15) session.limit(sequence % 32 == 15 ? 30'000 : 0);
    session.advance(std::chrono::milliseconds(5));
  }
}

}  // namespace
}  // namespace kms::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  if ((input.byte() & 1U) != 0) {
    kms::fuzz::sendAll(input);
  } else {
    kms::fuzz::readAll(input);
  }
  return 0;
}
