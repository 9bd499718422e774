// A peer that breaks the rules: of DCEP, of SCTP, and of measure.
#include "sctp/raw-peer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::sctp {
namespace {

using namespace testing;

using Ids = std::vector<std::uint16_t>;

TEST(HostilePeer, GetsItsStreamResetForAnOpenThatIsMalformed) {
  RawWorld world;
  world.send(0, 50, {0x03, 0x00, 0, 0});
  world.send(2, 50, {0x77});
  Bytes wrongLength = writeOpen({.label = "label"});
  wrongLength[9] = 200;
  world.send(4, 50, wrongLength);
  EXPECT_EQ(world.stats().drops[Drop::kMalformed], 3U);
  EXPECT_TRUE(world.end.opened.empty());
  std::ranges::sort(world.resetByEnd);
  EXPECT_EQ(world.resetByEnd, (Ids{0, 2, 4}));
}

TEST(HostilePeer, CannotOpenWithOurIdsNorTwice) {
  RawWorld world;
  world.open(1);  // odd: ours
  world.open(2);
  world.steps(20);
  world.open(2, {.label = "again"});
  const Stats stats = world.stats();
  EXPECT_EQ(stats.drops[Drop::kRefused], 2U);
  EXPECT_EQ(world.end.opened, (Ids{2}));
  EXPECT_EQ(world.acks(), 1U);
  EXPECT_EQ(world.resetByEnd, (Ids{1})) << "the open channel stays";
}

TEST(HostilePeer, SendsDataOfNoChannelOrKindInVain) {
  RawWorld world;
  world.send(0, 51, {'x'});
  world.send(0, 53, {1});
  world.send(0, 0, {1});
  world.send(0, 52, {1});
  world.send(0, 50, {0x02});
  const Stats stats = world.stats();
  EXPECT_EQ(stats.drops[Drop::kUnknownChannel], 2U);
  EXPECT_EQ(stats.drops[Drop::kMalformed], 3U);
  EXPECT_TRUE(world.end.inbox->messages.empty());
}

TEST(HostilePeer, OpensNoMoreChannelsThanTheLimit) {
  RawWorld world;
  for (std::uint16_t id = 0; id < kStreams; id += 2) world.open(id);
  ASSERT_TRUE(world.until([&] { return world.end.opened.size() == 512; }));
  std::optional<DataChannels::Opened> ours;
  world.end.channels->open({}, [&](const DataChannels::Opened& opened) { ours = opened; });
  world.steps(5);
  ASSERT_TRUE(ours);
  EXPECT_EQ(std::get<Error>(*ours).code(), 40003);
}

TEST(HostilePeer, FillsNoMemoryWithLabels) {
  RawWorld world;
  for (std::uint16_t id = 0; id < 40; id += 2) {
    world.open(id, {.label = std::string(60'000, 'l')});
    world.steps(50);
  }
  EXPECT_EQ(world.end.opened.size(), 4U);
  EXPECT_EQ(world.stats().drops[Drop::kRefused], 16U);
}

TEST(HostilePeer, SendsMessagesBeyondTheLimitInVain) {
  RawWorld world;
  world.open(0);
  world.send(0, 53, Bytes(kMaxMessageSize + 1, 7));
  world.steps(200);
  world.send(0, 51, {'o', 'k'});
  ASSERT_TRUE(world.until([&] { return !world.end.inbox->messages.empty(); }));
  EXPECT_EQ(world.end.inbox->messages[0].payload->size(), 2U);
  EXPECT_EQ(world.stats().drops[Drop::kTooLong], 1U);
}

TEST(HostilePeer, OpensAndResetsForEverAtNoCost) {
  RawWorld world;
  for (int round = 0; round < 50; ++round) {
    world.open(0);
    world.steps(10);
    world.reset(0);
    world.steps(60);
  }
  EXPECT_EQ(world.end.opened.size(), 50U);
  EXPECT_EQ(world.end.closed.size(), 50U);
  EXPECT_TRUE(world.stats().channels.empty());
}

TEST(HostilePeer, ClosesEverythingByAborting) {
  RawWorld world;
  world.open(0);
  world.open(2);
  world.steps(20);
  world.peer.reset();
  world.end.out.deliver = [](auto) {};
  // An ABORT with a wrong tag is nothing; the peer that is gone is found out by silence.
  world.end.channels->onMessage(text("?"));
  ASSERT_TRUE(world.until([&] { return world.end.closed.size() == 2; }, 600));
}

TEST(HostilePeer, ChangesPacketsAtRandomWithoutHarm) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    RawWorld world;
    world.open(0);
    world.steps(5);
    std::mt19937 random(seed);  // NOLINT: the same changes each time
    world.toEnd.change = [&random](Bytes& packet) {
      if (random() % 4 != 0) return;
      for (unsigned i = 0; i <= random() % 4; ++i) {
        packet[12 + random() % (packet.size() - 12)] = static_cast<std::uint8_t>(random());
      }
      if (random() % 8 == 0) packet.resize(12 + random() % (packet.size() - 12));
      if (random() % 16 == 0) packet.resize(packet.size() + random() % 100);
      seal(packet);
    };
    for (int i = 0; i < 60 && !world.isDown; ++i) {
      const auto stream = static_cast<std::uint16_t>(random() % 8);
      (void)world.peer->send({.stream = stream,
                              .ppid = 50 + static_cast<std::uint32_t>(random() % 8),
                              .payload = Bytes(1 + random() % 3000, 3)});
      if (i % 10 == 0) (void)world.peer->reset(std::array<std::uint16_t, 1>{stream});
      world.end.channels->onMessage(bytes(random() % 2000, 1));
      world.steps(3);
    }
  }
}

TEST(HostilePeer, SendsNoiseInVain) {
  RawWorld world;
  world.open(0);
  world.steps(20);
  std::mt19937 random(5);  // NOLINT: the same noise each time
  for (int i = 0; i < 20'000; ++i) {
    Bytes noise(random() % 200);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
    if (noise.size() >= 12) {
      noise[0] = noise[2] = 5000 >> 8;
      noise[1] = noise[3] = 5000 & 0xFF;
      if (i % 2 == 0) seal(noise);
    }
    world.end.channels->receive(noise);
    if (i % 100 == 0) world.step();
  }
  world.send(0, 51, {'o', 'k'});
  ASSERT_TRUE(world.until([&] { return !world.end.inbox->messages.empty(); }));
}

TEST(HostilePeer, FillsNoQueueOfPackets) {
  RawWorld world;
  const Bytes noise(100);
  for (int i = 0; i < 5000; ++i) world.end.channels->receive(noise);
  EXPECT_EQ(world.stats().drops[Drop::kPacketQueueFull], 5000U - 1024U);
}

}  // namespace
}  // namespace kms::sctp
