#include "gst/av1-packing.hpp"

#include <gtest/gtest.h>

#include <random>

namespace kms::gst {
namespace {

// A temporal delimiter, a sequence header (5 bytes) if wanted, and a frame of `size` bytes.
Av1Bytes unitOf(std::size_t size, bool isKey) {
  Av1Bytes unit = isKey ? Av1Bytes{0x12, 0x00, 0x0A, 0x05, 1, 2, 3, 4, 5} : Av1Bytes{0x12, 0x00};
  unit.push_back(0x32);
  unit.push_back(static_cast<std::uint8_t>((size & 0x7FU) | 0x80U));
  unit.push_back(static_cast<std::uint8_t>((size >> 7U) | 0x80U));
  unit.push_back(static_cast<std::uint8_t>(size >> 14U));
  for (std::size_t i = 0; i < size; ++i) unit.push_back(static_cast<std::uint8_t>(i * 7));
  return unit;
}

// The assembler writes sizes as short as they can be.
Av1Bytes assembled(const std::vector<Av1Bytes>& payloads, Av1Assembler& assembler) {
  for (const Av1Bytes& payload : payloads) assembler.add(payload, false);
  return assembler.take();
}

TEST(Av1Packing, SurvivesTheTripInPacketsOfAnySize) {
  for (const std::size_t room : {16U, 17U, 100U, 1188U}) {
    Av1Assembler assembler;
    for (const std::size_t size : {20'000U, 17'000U}) {
      const auto payloads = packAv1(unitOf(size, size == 20'000), room);
      for (const Av1Bytes& payload : payloads) EXPECT_LE(payload.size(), room);
      EXPECT_EQ(assembled(payloads, assembler), unitOf(size, size == 20'000)) << room;
      EXPECT_EQ(assembler.isKeyUnit(), size == 20'000);
    }
  }
}

TEST(Av1Packing, MarksTheFirstPacketOfASequence) {
  EXPECT_EQ(packAv1(unitOf(100, true), 1000).at(0).at(0), 0x08);
  EXPECT_EQ(packAv1(unitOf(100, false), 1000).at(0).at(0), 0x00);
}

TEST(Av1Packing, ReadsElementsThatAreCounted) {
  Av1Assembler assembler;
  // W = 2: the sequence header with a size, the frame without
  assembler.add(Av1Bytes{0x28, 3, 0x08, 9, 9, 0x30, 5, 6}, false);
  EXPECT_EQ(assembler.take(), (Av1Bytes{0x12, 0, 0x0A, 2, 9, 9, 0x32, 2, 5, 6}));
}

TEST(Av1Packing, WaitsForASequenceHeaderAtTheBeginningAndAfterALoss) {
  Av1Assembler assembler;
  EXPECT_TRUE(assembled(packAv1(unitOf(50, false), 1000), assembler).empty());
  EXPECT_FALSE(assembled(packAv1(unitOf(50, true), 1000), assembler).empty());
  EXPECT_FALSE(assembler.needsKeyUnit());
  const auto payloads = packAv1(unitOf(500, false), 100);
  assembler.add(payloads[0], false);
  assembler.add(payloads[2], true);
  EXPECT_TRUE(assembler.needsKeyUnit());
  EXPECT_TRUE(assembler.take().empty());
  EXPECT_TRUE(assembled(packAv1(unitOf(50, false), 1000), assembler).empty());
  EXPECT_FALSE(assembled(packAv1(unitOf(50, true), 1000), assembler).empty());
}

TEST(Av1Packing, GoesOnAtOnceWithASequenceThatBeginsAfterALoss) {
  Av1Assembler assembler;
  assembler.add(packAv1(unitOf(50, true), 1000)[0], true);
  EXPECT_FALSE(assembler.take().empty());
}

TEST(Av1Packing, RefusesWhatIsMalformed) {
  const std::vector<Av1Bytes> units = {
      {0x92, 0x00},        // forbidden bit
      {0x32, 0x05, 1},     // longer than there is
      {0x36},              // no extension byte
      {0x32, 0x80, 0x80},  // endless size
      {},
  };
  for (const Av1Bytes& unit : units) EXPECT_TRUE(packAv1(unit, 1000).empty());
  for (const Av1Bytes& payload :
       {Av1Bytes{}, Av1Bytes{0x08}, Av1Bytes{0x08, 0x7F, 1}, Av1Bytes{0x18, 0x88},
        Av1Bytes{0x98, 0x30, 1}, Av1Bytes{0x28, 1, 0x30, 0x16}}) {
    Av1Assembler assembler;
    assembler.add(payload, false);
    EXPECT_TRUE(assembler.take().empty());
    EXPECT_TRUE(assembler.needsKeyUnit());
  }
}

TEST(Av1Packing, SurvivesRandomPayloadsAndGoesOn) {
  std::mt19937 random(7);
  Av1Assembler assembler;
  for (int i = 0; i < 20'000; ++i) {
    Av1Bytes payload(random() % 40);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
    assembler.add(payload, random() % 8 == 0);
    if (random() % 3 == 0) (void)assembler.take();
  }
  (void)assembler.take();
  Av1Bytes expected = {0x12, 0x00, 0x0A, 0x05, 1, 2, 3, 4, 5, 0x32, 50};
  for (std::size_t i = 0; i < 50; ++i) expected.push_back(static_cast<std::uint8_t>(i * 7));
  EXPECT_EQ(assembled(packAv1(unitOf(50, true), 1000), assembler), expected);
}

}  // namespace
}  // namespace kms::gst
