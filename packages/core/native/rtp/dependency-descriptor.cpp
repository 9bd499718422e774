#include "rtp/bit-reader.hpp"

#include <kms/rtp/bytes.hpp>
#include <kms/rtp/dependency-descriptor.hpp>

#include <algorithm>

namespace kms::rtp {

namespace {

constexpr unsigned kFrameStart = 0x80;
constexpr unsigned kFrameEnd = 0x40;
constexpr unsigned kTemplateMask = 0x3F;
constexpr unsigned kFarthest = 63;
constexpr std::uint8_t kHighestLayer = 7;

// next_layer_idc
constexpr std::uint32_t kNextTemporal = 1;
constexpr std::uint32_t kNextSpatial = 2;
constexpr std::uint32_t kNoMore = 3;

/// What the first five bits of the extended fields announce.
struct Flags {
  bool structure = false;
  bool activeTargets = false;
  bool indications = false;
  bool references = false;
  bool chains = false;
};

void addReference(FrameDependencies& frame, std::uint32_t distance) noexcept {
  if (distance > kFarthest) {
    frame.farReference = true;
  } else {
    frame.references |= std::uint64_t{1} << (distance - 1);
  }
}

std::uint64_t readIndications(BitReader& reader, std::size_t targets) noexcept {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < targets; ++i) found |= std::uint64_t{reader.bits(2)} << (2 * i);
  return found;
}

/// template_layers()
bool readLayers(BitReader& reader, DependencyStructure& made) noexcept {
  LayerPair layer;
  for (std::uint32_t next = 0; next != kNoMore;) {
    if (made.templateCount == DependencyStructure::kMostTemplates) return false;
    made.templates[made.templateCount++].layer = layer;
    next = reader.bits(2);
    if (reader.failed()) return false;
    if (next == kNextTemporal) ++layer.temporal;
    if (next == kNextSpatial) layer = {static_cast<std::uint8_t>(layer.spatial + 1), 0};
    if (std::max(layer.spatial, layer.temporal) > kHighestLayer) return false;
  }
  return true;
}

/// template_fdiffs()
void readTemplateReferences(BitReader& reader, DependencyStructure& made) noexcept {
  for (std::size_t i = 0; i < made.templateCount; ++i) {
    while (reader.flag()) addReference(made.templates[i], reader.bits(4) + 1);
  }
}

/// template_chain_fdiff[] or frame_chain_fdiff[] of one frame.
void readChainLinks(BitReader& reader, unsigned width, std::size_t count,
                    FrameDependencies& frame) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const auto back = static_cast<std::uint8_t>(reader.bits(width));
    if (i < kMostChains) frame.chains[i] = back;
  }
}

/// template_chains()
void readChains(BitReader& reader, DependencyStructure& made) noexcept {
  made.chainOf.fill(DependencyStructure::kNoChain);
  made.chainCount = static_cast<std::uint8_t>(reader.below(made.targetCount + 1U));
  if (made.chainCount == 0) return;
  for (std::size_t i = 0; i < made.targetCount; ++i) {
    const std::uint32_t chain = reader.below(made.chainCount);
    if (chain < kMostChains) made.chainOf[i] = static_cast<std::uint8_t>(chain);
  }
  for (std::size_t i = 0; i < made.templateCount && !reader.failed(); ++i)
    readChainLinks(reader, 4, made.chainCount, made.templates[i]);
}

/// decode_target_layers(): the highest layers among the frames that are part of it.
void findTargets(DependencyStructure& made) noexcept {
  for (std::size_t target = 0; target < made.targetCount; ++target) {
    LayerPair& highest = made.targets[target];
    for (std::size_t i = 0; i < made.templateCount; ++i) {
      const FrameDependencies& frame = made.templates[i];
      if (!frame.isPartOf(target)) continue;
      highest.spatial = std::max(highest.spatial, frame.layer.spatial);
      highest.temporal = std::max(highest.temporal, frame.layer.temporal);
    }
  }
}

/// render_resolutions(): a width and a height for each spatial layer.
void skipResolutions(BitReader& reader, const DependencyStructure& made) noexcept {
  const std::size_t layers = made.templates[made.templateCount - 1U].layer.spatial + 1U;
  for (std::size_t i = 0; i < layers && !reader.failed(); ++i) static_cast<void>(reader.bits(32));
}

/// template_dependency_structure()
bool readStructure(BitReader& reader, DependencyStructure& made) noexcept {
  made.templateOffset = static_cast<std::uint8_t>(reader.bits(6));
  made.targetCount = static_cast<std::uint8_t>(reader.bits(5) + 1);
  if (!readLayers(reader, made)) return false;
  for (std::size_t i = 0; i < made.templateCount; ++i)
    made.templates[i].indications = readIndications(reader, made.targetCount);
  readTemplateReferences(reader, made);
  readChains(reader, made);
  if (reader.flag()) skipResolutions(reader, made);
  findTargets(made);
  return !reader.failed();
}

/// frame_fdiffs()
void readReferences(BitReader& reader, FrameDependencies& frame) noexcept {
  frame.references = 0;
  frame.farReference = false;
  for (std::uint32_t size = reader.bits(2); size != 0; size = reader.bits(2))
    addReference(frame, reader.bits(4 * size) + 1);
}

Flags readFlags(BitReader& reader) noexcept {
  Flags flags;
  flags.structure = reader.flag();
  flags.activeTargets = reader.flag();
  flags.indications = reader.flag();
  flags.references = reader.flag();
  flags.chains = reader.flag();
  return flags;
}

/// frame_dependency_definition(), after the template's number was read.
bool readFrame(BitReader& reader, const Flags& flags, std::uint8_t templateId,
               const DependencyStructure& structure, FrameDependencies& frame) noexcept {
  const unsigned index = (templateId - structure.templateOffset) & kTemplateMask;
  if (index >= structure.templateCount) return false;
  frame = structure.templates[index];
  if (flags.indications) frame.indications = readIndications(reader, structure.targetCount);
  if (flags.references) readReferences(reader, frame);
  if (flags.chains) readChainLinks(reader, 8, structure.chainCount, frame);
  return !reader.failed();
}

}  // namespace

std::optional<DependencyDescriptor> DependencyDescriptor::parse(
    std::span<const std::uint8_t> data, DependencyStructure& structure) noexcept {
  if (data.size() < kLeastSize) return std::nullopt;
  DependencyDescriptor found;
  found.frameStart = (data[0] & kFrameStart) != 0;
  found.frameEnd = (data[0] & kFrameEnd) != 0;
  found.frameNumber = read16(&data[1]);
  const auto templateId = static_cast<std::uint8_t>(data[0] & kTemplateMask);
  BitReader reader(data.subspan(kLeastSize));
  const Flags flags = data.size() > kLeastSize ? readFlags(reader) : Flags{};
  found.hasStructure = flags.structure;
  if (!flags.structure) {
    if (flags.activeTargets) found.activeTargets = reader.bits(structure.targetCount);
    if (!readFrame(reader, flags, templateId, structure, found.frame)) return std::nullopt;
    return found;
  }
  DependencyStructure brought;
  if (!readStructure(reader, brought)) return std::nullopt;
  found.activeTargets =
      flags.activeTargets ? reader.bits(brought.targetCount) : brought.allTargets();
  if (!readFrame(reader, flags, templateId, brought, found.frame)) return std::nullopt;
  structure = brought;
  return found;
}

}  // namespace kms::rtp
