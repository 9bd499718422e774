#include "sctp/dcep.hpp"

#include <gtest/gtest.h>

#include <random>

namespace kms::sctp {
namespace {

TEST(Dcep, ReadsTheOpenThatItWrites) {
  const ChannelOptions all[] = {
      {},
      {.label = "chat", .ordered = false, .protocol = "json"},
      {.label = "", .ordered = true, .maxPacketLifeTime = 0},
      {.label = "l", .ordered = false, .maxPacketLifeTime = 65535},
      {.label = "r", .ordered = true, .maxRetransmits = 0, .protocol = "p"},
      {.label = std::string(65535, 'x'), .ordered = false, .maxRetransmits = 3},
  };
  for (const ChannelOptions& options : all) EXPECT_EQ(readOpen(writeOpen(options)), options);
}

TEST(Dcep, WritesTheBytesOfRfc8832) {
  const Bytes expected{0x03, 0x82, 0x01, 0x00, 0, 0, 0x12, 0x34, 0, 2, 0, 1, 'a', 'b', 'c'};
  EXPECT_EQ(
      writeOpen({.label = "ab", .ordered = false, .maxPacketLifeTime = 0x1234, .protocol = "c"}),
      expected);
  EXPECT_EQ(writeAck(), Bytes{0x02});
}

TEST(Dcep, TakesAReliabilityParameterBeyondItsRangeAsTheLargest) {
  const Bytes message{0x03, 0x01, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  ASSERT_TRUE(readOpen(message));
  EXPECT_EQ(readOpen(message)->maxRetransmits, 65535);
}

TEST(Dcep, RefusesWrongLengthsTypesAndMessages) {
  const Bytes good = writeOpen({.label = "label", .protocol = "protocol"});
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(readOpen(std::span(good).first(size))) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(readOpen(longer));
  for (const std::uint8_t type : {0x03, 0x40, 0x83, 0xFF}) {
    Bytes wrong = good;
    wrong[1] = type;
    EXPECT_FALSE(readOpen(wrong)) << int{type};
  }
  EXPECT_FALSE(readOpen(writeAck()));
  EXPECT_TRUE(isAck(writeAck()));
  EXPECT_FALSE(isAck(good));
  EXPECT_FALSE(isAck({}));
}

TEST(Dcep, SurvivesRandomBytes) {
  std::mt19937 random(7);  // NOLINT: the same bytes each time
  for (int round = 0; round < 20'000; ++round) {
    Bytes message(random() % 40);
    for (auto& byte : message) byte = static_cast<std::uint8_t>(random());
    if (!message.empty()) message[0] = 0x03;
    if (message.size() >= 12) message[8] = message[10] = 0;
    const auto options = readOpen(message);
    if (!options) continue;
    EXPECT_EQ(options->label.size() + options->protocol.size() + 12, message.size());
  }
}

}  // namespace
}  // namespace kms::sctp
