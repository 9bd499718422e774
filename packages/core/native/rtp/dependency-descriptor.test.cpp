#include "rtp/test-descriptor.hpp"

#include <kms/rtp/dependency-tracker.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Indication = DecodeTargetIndication;

TEST(DependencyDescriptor, readsAStructureBitByBit) {
  // L1T2 as a Chromium encoder sends it, with its resolution of 640x360.
  const TestStructure l1t2 = structureL1T2();
  DependencyStructure structure;
  const auto found =
      DependencyDescriptor::parse(descriptor({.number = 0x1234, .structure = &l1t2}), structure);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->frameStart);
  EXPECT_TRUE(found->frameEnd);
  EXPECT_TRUE(found->hasStructure);
  EXPECT_EQ(found->frameNumber, 0x1234);
  EXPECT_EQ(found->activeTargets, 0b11U);
  EXPECT_EQ(structure.targetCount, 2);
  EXPECT_EQ(structure.templateCount, 3);
  EXPECT_EQ(structure.chainCount, 1);
  EXPECT_EQ(structure.targets[0], (LayerPair{0, 0}));
  EXPECT_EQ(structure.targets[1], (LayerPair{0, 1}));
  EXPECT_EQ(structure.templates[0].references, 0U);
  EXPECT_EQ(structure.templates[1].references, 0b10U);
  EXPECT_EQ(structure.templates[2].references, 0b1U);
  EXPECT_EQ(structure.templates[1].chains[0], 2);
  EXPECT_EQ(structure.templates[2].chains[0], 1);
  EXPECT_EQ(structure.chainOf[1], 0);
  EXPECT_EQ(structure.templates[2].indication(0), Indication::kNotPresent);
  EXPECT_EQ(structure.templates[2].indication(1), Indication::kDiscardable);
}

TEST(DependencyDescriptor, readsKnownBytes) {
  // Start and end, template 5 (offset 5: the first), frame 1; structure of one target and one
  // template with indication "switch", no references, one chain: all worked out by hand from the
  // tables of appendix A.
  // flags 10000 | offset 000101 | dt_cnt-1 00000 | layers 11 | dti 10 | fdiff 0 | chains 1 |
  // protected by (ns(1): no bits) | chain_fdiff 0000 | resolutions 0
  const Bytes bytes{0xC5, 0x00, 0x01, 0b10000000, 0b10100000, 0b11100100, 0b00000000};
  DependencyStructure structure;
  const auto found = DependencyDescriptor::parse(bytes, structure);
  ASSERT_TRUE(found);
  EXPECT_EQ(structure.templateOffset, 5);
  EXPECT_EQ(structure.targetCount, 1);
  EXPECT_EQ(structure.templateCount, 1);
  EXPECT_EQ(structure.chainCount, 1);
  EXPECT_EQ(found->frame.indication(0), Indication::kSwitch);
  EXPECT_TRUE(DependencyDescriptor::parse(Bytes{0x05, 0, 2}, structure));
  EXPECT_FALSE(DependencyDescriptor::parse(Bytes{0x06, 0, 2}, structure)) << "no such template";
  EXPECT_FALSE(DependencyDescriptor::parse(Bytes{0x04, 0, 2}, structure)) << "before the first";
}

TEST(DependencyDescriptor, customFieldsTakeTheTemplatesPlace) {
  const TestStructure l1t2 = structureL1T2();
  DependencyStructure structure;
  ASSERT_TRUE(DependencyDescriptor::parse(descriptor({.structure = &l1t2}), structure));
  TestBits bits;
  bits.put(0x42, 8).put(7, 16).put(0b01111, 5);              // all but a structure
  bits.put(0b01, 2);                                         // active targets: the first
  bits.put(0b1001, 4);                                       // indications: S, D
  bits.put(1, 2).put(2, 4).put(3, 2).put(99, 12).put(0, 2);  // references: 3 and 100 back
  bits.put(200, 8);                                          // chain
  const auto found = DependencyDescriptor::parse(bits.bytes(), structure);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->frameStart);
  EXPECT_TRUE(found->frameEnd);
  EXPECT_EQ(found->activeTargets, 0b01U);
  EXPECT_EQ(found->frame.indication(0), Indication::kSwitch);
  EXPECT_EQ(found->frame.indication(1), Indication::kDiscardable);
  EXPECT_EQ(found->frame.references, 0b100U);
  EXPECT_TRUE(found->frame.farReference);
  EXPECT_EQ(found->frame.chains[0], 200);
  EXPECT_EQ(found->frame.layer, (LayerPair{0, 1}));
  EXPECT_EQ(structure.templates[2].indication(0), Indication::kNotPresent) << "as it was";
}

TEST(DependencyDescriptor, cutShortItIsRefusedAndTheStructureStays) {
  const TestStructure before = structureL1T2();
  const TestStructure l3t3 = structureL3T3Key();
  const Bytes whole = descriptor({.structure = &l3t3});
  DependencyStructure structure;
  ASSERT_TRUE(DependencyDescriptor::parse(descriptor({.structure = &before}), structure));
  // The last byte may hold nothing but padding.
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    const auto part = std::span(whole).first(size);
    const bool isWhole = size == DependencyDescriptor::kLeastSize;  // of a later frame
    EXPECT_EQ(DependencyDescriptor::parse(part, structure).has_value(), isWhole) << size;
    ASSERT_EQ(structure.targetCount, 2) << size;
  }
  EXPECT_TRUE(DependencyDescriptor::parse(whole, structure));
  EXPECT_EQ(structure.targetCount, 9);
  EXPECT_EQ(structure.chainOf[2], 0);
  EXPECT_EQ(structure.chainOf[8], 2);
}

TEST(DependencyDescriptor, tooManyTemplatesOrLayersAreRefused) {
  for (const std::uint32_t next : {0U, 1U, 2U}) {
    TestBits bits;
    bits.put(0xC0, 8).put(1, 16).put(0b10000, 5).put(0, 6).put(0, 5);
    for (int i = 0; i < 100; ++i) bits.put(next, 2);
    bits.put(3, 2);
    for (int i = 0; i < 50; ++i) bits.put(0, 32);
    DependencyStructure structure;
    EXPECT_FALSE(DependencyDescriptor::parse(bits.bytes(), structure)) << next;
  }
}

TEST(DependencyDescriptor, survivesRandomBytes) {
  std::mt19937 random(2026);
  const TestStructure l3t3 = structureL3T3Key();
  const Bytes seed = descriptor({.structure = &l3t3});
  DependencyStructure structure;
  for (int round = 0; round < 50'000; ++round) {
    Bytes bytes = seed;
    bytes.resize(random() % 2 == 0 ? bytes.size() : random() % 256);
    for (unsigned i = random() % 12; i > 0 && !bytes.empty(); --i)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    if (const auto found = DependencyDescriptor::parse(bytes, structure)) {
      ASSERT_LE(found->frame.layer.spatial, 7);
      ASSERT_LE(found->frame.layer.temporal, 7);
    }
    ASSERT_LE(structure.targetCount, 32);
    ASSERT_LE(structure.templateCount, 64);
  }
}

TEST(DependencyTracker, findsTheBestActiveTarget) {
  const TestStructure l3t3 = structureL3T3Key();
  DependencyTracker tracker;
  EXPECT_FALSE(tracker.target({7, 7})) << "before a structure";
  ASSERT_TRUE(tracker.onPacket(descriptor({.number = 9, .structure = &l3t3})));
  EXPECT_EQ(tracker.target({7, 7}), 8);
  EXPECT_EQ(tracker.target({1, 7}), 5);
  EXPECT_EQ(tracker.target({0, 1}), 1);
  const std::uint32_t version = tracker.version();
  ASSERT_TRUE(tracker.onPacket(descriptor({.number = 10, .active = 0b000111111U})));
  EXPECT_EQ(tracker.target({7, 7}), 5);
  EXPECT_NE(tracker.version(), version);
  ASSERT_TRUE(tracker.onPacket(descriptor({.number = 8, .active = 0x1FFU})));
  EXPECT_EQ(tracker.target({7, 7}), 5) << "it came late";
}

TEST(DependencyTracker, remembersTheLastFrames) {
  const TestStructure l1t2 = structureL1T2();
  DependencyTracker tracker;
  ASSERT_TRUE(tracker.onPacket(descriptor({.number = 65535, .structure = &l1t2})));
  ASSERT_TRUE(tracker.onPacket(descriptor({.number = 0, .templateId = 2})));
  ASSERT_NE(tracker.find(65535), nullptr);
  ASSERT_NE(tracker.find(0), nullptr);
  EXPECT_EQ(tracker.find(0)->layer.temporal, 1);
  EXPECT_EQ(tracker.find(1), nullptr);
  for (std::uint16_t number = 1; number <= DependencyTracker::kFrames; ++number)
    ASSERT_TRUE(tracker.onPacket(descriptor({.number = number, .templateId = 1})));
  EXPECT_EQ(tracker.find(0), nullptr);
}

TEST(DependencyTracker, tellsFramesThatNoHigherLayerNeeds) {
  const TestStructure l3t3 = structureL3T3Key();
  DependencyTracker tracker;
  const auto key = tracker.onPacket(descriptor({.number = 1, .structure = &l3t3}));
  ASSERT_TRUE(key);
  EXPECT_FALSE(tracker.standsAlone(key->frame)) << "S1 is made from it";
  const auto delta = tracker.onPacket(descriptor({.number = 4, .templateId = 1}));
  ASSERT_TRUE(delta);
  EXPECT_TRUE(tracker.standsAlone(delta->frame));
}

}  // namespace
}  // namespace kms::rtp
