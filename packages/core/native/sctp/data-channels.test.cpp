// Two associations over a lossy link: channels of all kinds, both ways.
#include "sctp/test-world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::sctp {
namespace {

using namespace testing;

std::vector<Bytes> payloads(const Inbox& inbox) {
  std::vector<Bytes> all;
  for (const auto& message : inbox.messages) all.push_back(*message.payload);
  return all;
}

std::string textOf(const media::DataMessage& message) {
  return {message.payload->begin(), message.payload->end()};
}

TEST(DataChannels, OpenFromEitherSideWithIdsByDtlsRole) {
  Pair pair;
  EXPECT_EQ(pair.open(pair.left), 0);
  EXPECT_EQ(pair.open(pair.left), 2);
  EXPECT_EQ(pair.open(pair.right), 1);
  EXPECT_EQ(pair.open(pair.right, {.label = "l", .ordered = false, .protocol = "p"}), 3);
  EXPECT_EQ(pair.left.opened, (std::vector<std::uint16_t>{0, 2, 1, 3}));
  const Stats stats = pair.stats(pair.left);
  ASSERT_EQ(stats.channels.size(), 4U);
  EXPECT_EQ(stats.channels[3].label, "l");
  EXPECT_EQ(stats.channels[3].protocol, "p");
  EXPECT_EQ(stats.channels[3].state, ChannelState::kOpen);
  EXPECT_EQ(stats.opened, 4U);
}

TEST(DataChannels, OpenWhatWasAskedForBeforeTheAssociationIsUp) {
  World world;
  End left(world.home, world.access(), {.isDtlsClient = true});
  End right(world.home, world.access(), {.isDtlsClient = false});
  std::optional<std::uint16_t> id;
  left.channels->open({.label = "early"}, [&id](const DataChannels::Opened& opened) {
    id = std::get<std::uint16_t>(opened);
  });
  left.channels->open({.label = "withdrawn"}, [&left](const DataChannels::Opened& opened) {
    left.channels->close(std::get<std::uint16_t>(opened));
  });
  world.step();
  EXPECT_EQ(id, 0);
  left.out.deliver = [&](auto packet) { right.channels->receive(packet); };
  right.out.deliver = [&](auto packet) { left.channels->receive(packet); };
  world.pipes = {&left.out, &right.out};
  left.channels->connect(World::kMtu, [&](auto packet) { left.out.send(packet); });
  right.channels->connect(World::kMtu, [&](auto packet) { right.out.send(packet); });
  EXPECT_TRUE(world.until([&] { return !left.opened.empty() && !right.opened.empty(); }));
  EXPECT_EQ(right.opened, (std::vector<std::uint16_t>{0}));
  for (End* end : {&left, &right}) end->channels->disconnect();
  world.sctp->run();
}

TEST(DataChannels, CarryTextBytesAndNothing) {
  Pair pair;
  pair.open(pair.left, {.label = "chat"});
  pair.left.channels->onMessage(text("hello"));
  pair.left.channels->onMessage(bytes(3, 1));
  pair.left.channels->onMessage(text(""));
  pair.left.channels->onMessage(bytes(0, 1));
  auto& got = pair.right.inbox->messages;
  ASSERT_TRUE(pair.until([&] { return got.size() == 4; }));
  EXPECT_EQ(textOf(got[0]), "hello");
  EXPECT_EQ(got[0].label, "chat");
  EXPECT_EQ(got[0].channel, 0);
  const std::vector<bool> kinds{got[0].isText, got[1].isText, got[2].isText, got[3].isText};
  EXPECT_EQ(kinds, (std::vector<bool>{true, false, true, false}));
  EXPECT_TRUE(got[2].payload->empty());
  EXPECT_TRUE(got[3].payload->empty());
  EXPECT_EQ(pair.stats(pair.left).channels[0].bytesSent, 8U);
  EXPECT_EQ(pair.stats(pair.right).channels[0].messagesReceived, 4U);
  EXPECT_EQ(pair.stats(pair.right).channels[0].bytesReceived, 8U);
}

TEST(DataChannels, KeepOrderAndBytesOverALossyLinkWithinTheMtu) {
  Pair pair;
  pair.left.out.loss = pair.right.out.loss = 0.1;
  pair.open(pair.left);
  std::vector<Bytes> sent;
  for (std::size_t i = 0; i < 300; ++i) {
    const auto message = bytes(i * i * 3 % 65'537, static_cast<std::uint8_t>(i));
    sent.push_back(*message.payload);
    pair.left.channels->onMessage(message);
    const std::size_t least = i < 10 ? 0 : i - 10;
    ASSERT_TRUE(pair.until([&] { return pair.right.inbox->messages.size() >= least; })) << i;
  }
  ASSERT_TRUE(pair.until([&] { return pair.right.inbox->messages.size() == sent.size(); }));
  EXPECT_EQ(payloads(*pair.right.inbox), sent);
  EXPECT_LE(pair.left.out.largest, World::kMtu);
  EXPECT_GT(pair.left.out.largest, World::kMtu - 50) << "packets should be filled";
  EXPECT_LE(pair.right.out.largest, World::kMtu);
}

TEST(DataChannels, CarryTheLargestMessage) {
  Pair pair;
  pair.open(pair.right);
  const auto message = bytes(kMaxMessageSize, 9);
  pair.right.channels->onMessage(message);
  ASSERT_TRUE(pair.until([&] { return !pair.left.inbox->messages.empty(); }));
  EXPECT_EQ(*pair.left.inbox->messages[0].payload, *message.payload);
}

TEST(DataChannels, SendNothingThatThePeerDoesNotTake) {
  Pair pair(0, 1000);
  pair.open(pair.left);
  pair.left.channels->onMessage(bytes(1001, 0));
  pair.left.channels->onMessage(bytes(1000, 0));
  ASSERT_TRUE(pair.until([&] { return !pair.right.inbox->messages.empty(); }));
  EXPECT_EQ(pair.right.inbox->messages[0].payload->size(), 1000U);
  EXPECT_EQ(pair.stats(pair.left).drops[Drop::kBeyondPeer], 1U);
}

TEST(DataChannels, DeliverAllOfAnUnorderedChannel) {
  Pair pair;
  pair.left.out.loss = 0.1;
  pair.open(pair.left, {.ordered = false});
  std::vector<Bytes> sent;
  for (int i = 0; i < 200; ++i) {
    const auto message = bytes(2000, static_cast<std::uint8_t>(i));
    sent.push_back(*message.payload);
    pair.left.channels->onMessage(message);
  }
  ASSERT_TRUE(pair.until([&] { return pair.right.inbox->messages.size() == sent.size(); }));
  auto got = payloads(*pair.right.inbox);
  EXPECT_NE(got, sent) << "a lost message should not hold up the others";
  std::ranges::sort(got);
  std::ranges::sort(sent);
  EXPECT_EQ(got, sent);
}

TEST(DataChannels, GiveUpAMessageAfterItsRetransmissions) {
  Pair pair;
  pair.open(pair.left, {.maxRetransmits = 0});
  pair.left.out.loss = 0.2;
  const auto& got = pair.right.inbox->messages;
  for (int i = 0; i < 200; ++i) pair.left.channels->onMessage(text(std::to_string(i)));
  for (int i = 0; i < 500; ++i) pair.step();
  pair.left.out.loss = 0;
  pair.left.channels->onMessage(text("last"));
  ASSERT_TRUE(pair.until([&] { return !got.empty() && textOf(got.back()) == "last"; }));
  EXPECT_LT(got.size(), 201U) << "some should be lost";
  EXPECT_GT(got.size(), 50U);
  EXPECT_TRUE(std::ranges::is_sorted(got.begin(), got.end() - 1, {}, [](const auto& message) {
    return std::stoi(textOf(message));
  }));
}

TEST(DataChannels, GiveUpAMessageAfterItsLifeTime) {
  Pair pair;
  pair.open(pair.left, {.maxPacketLifeTime = 5});
  pair.left.out.loss = 1;
  pair.left.channels->onMessage(text("lost"));
  for (int i = 0; i < 10; ++i) pair.step();
  pair.left.out.loss = 0;
  pair.left.channels->onMessage(text("last"));
  ASSERT_TRUE(pair.until([&] { return !pair.right.inbox->messages.empty(); }));
  EXPECT_EQ(textOf(pair.right.inbox->messages[0]), "last");
}

TEST(DataChannels, SendOverTheChannelThatIsMostLikeTheMessages) {
  Pair pair;
  pair.open(pair.left, {.label = "first"});   // 0
  pair.open(pair.right, {.label = "twice"});  // 1
  pair.open(pair.left, {.label = "twice"});   // 2
  const auto& got = pair.right.inbox->messages;
  const auto channelOf = [&](media::DataMessage message) {
    const std::size_t before = got.size();
    pair.left.channels->onMessage(message);
    EXPECT_TRUE(pair.until([&] { return got.size() > before; }));
    return got.back().channel;
  };
  EXPECT_EQ(channelOf(text("x", "first")), 0);
  EXPECT_EQ(channelOf(text("x", "twice")), 1);
  EXPECT_EQ(channelOf(text("x", "unheard of")), 0);
  media::DataMessage third = text("x", "twice");
  third.channel = 2;
  EXPECT_EQ(channelOf(third), 2);
}

TEST(DataChannels, EchoInALoopOfSourceAndSink) {
  Pair pair;
  pair.open(pair.left, {.label = "a"});
  pair.open(pair.left, {.label = "b"});
  pair.right.channels->source()->attach(pair.right.channels);
  for (int i = 0; i < 50; ++i) pair.left.channels->onMessage(text(std::to_string(i), "b"));
  auto& got = pair.left.inbox->messages;
  ASSERT_TRUE(pair.until([&] { return got.size() == 50; }));
  EXPECT_EQ(textOf(got[49]), "49");
  EXPECT_EQ(got[49].label, "b");
}

TEST(DataChannels, BoundWhatWaitsForAPeerThatTakesNothing) {
  Pair pair;
  pair.open(pair.left);
  pair.right.out.loss = 1;  // its acknowledgements
  for (int i = 0; i < 100; ++i) {
    pair.left.channels->onMessage(bytes(60'000, 0));
    pair.step();
  }
  const Stats full = pair.stats(pair.left);
  EXPECT_GT(full.drops[Drop::kQueueFull], 50U);
  EXPECT_LE(full.bufferedBytes, 1024U * 1024U);
  EXPECT_GT(full.bufferedBytes, 900'000U);
  pair.right.out.loss = 0;
  const std::size_t expected = 100 - full.drops[Drop::kQueueFull];
  EXPECT_TRUE(pair.until([&] { return pair.right.inbox->messages.size() == expected; }));
  EXPECT_EQ(pair.stats(pair.left).bufferedBytes, 0U);
}

TEST(DataChannels, BoundManySmallMessagesToo) {
  Pair pair;
  pair.open(pair.left);
  pair.right.out.loss = 1;
  for (int i = 0; i < 60'000; ++i) {
    pair.left.channels->onMessage(bytes(1, 0));
    if (i % 500 == 0) pair.step();
  }
  const std::uint64_t dropped = pair.stats(pair.left).drops[Drop::kQueueFull];
  EXPECT_GT(dropped, 30'000U);
  pair.right.out.loss = 0;
  EXPECT_TRUE(pair.until([&] { return pair.right.inbox->messages.size() == 60'000 - dropped; }));
}

/// A sender whose messages one endpoint gets and the other passes on, to a receiver.
class Relay : public Pair {
 public:
  Relay()
      : onward(home, access(), {.isDtlsClient = false}),
        receiver(home, access(), {.isDtlsClient = true}) {
    join(*this, onward, receiver);
    open(left);
    receiver.channels->open({}, [](const auto&) {});
    (void)until([this] { return !onward.opened.empty(); });
    right.channels->source()->attach(onward.channels);
  }
  ~Relay() {
    for (End* end : {&onward, &receiver}) end->channels->disconnect();
    sctp->run();
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Sends as fast as the first endpoint takes.
  void send(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto hasRoom = [this] { return stats(left).bufferedBytes < 500'000; };
      ASSERT_TRUE(until(hasRoom, 600)) << i;
      left.channels->onMessage(bytes(60'000, static_cast<std::uint8_t>(i)));
    }
  }

  End onward;
  End receiver;
};

TEST(DataChannels, KeepBackWhatASlowerPeerCannotTakeYet) {
  Relay relay;
  relay.onward.out.perStep = 20;
  relay.send(100);
  ASSERT_TRUE(relay.until([&] { return relay.receiver.inbox->messages.size() == 100; }, 600));
  EXPECT_EQ(payloads(*relay.receiver.inbox), payloads(*relay.right.inbox));
  EXPECT_EQ(relay.stats(relay.onward).drops[Drop::kQueueFull], 0U);
}

TEST(DataChannels, WaitNotLongForAPeerThatIsStuck) {
  Relay relay;
  relay.onward.out.perStep = 0;
  relay.send(100);
  ASSERT_TRUE(relay.until([&] { return relay.right.inbox->messages.size() == 100; }));
  EXPECT_GT(relay.stats(relay.onward).drops[Drop::kQueueFull], 50U);
}

TEST(DataChannels, DropWithoutAnOpenChannel) {
  Pair pair;
  pair.left.channels->onMessage(text("x"));
  EXPECT_EQ(pair.stats(pair.left).drops[Drop::kNoChannel], 1U);
}

TEST(DataChannels, CountDropsOfAllEndsTogether) {
  Pair pair;
  for (End* end : {&pair.left, &pair.right}) end->channels->onMessage(text("x"));
  ASSERT_TRUE(pair.until([&] { return (*pair.drops)[Drop::kNoChannel] == 2; }));
  pair.left.channels->disconnect();
  pair.left.channels->receive(Bytes(100));
  EXPECT_EQ((*pair.drops)[Drop::kNoAssociation], 1U);
  EXPECT_EQ(pair.stats(pair.left).drops[Drop::kNoAssociation], 1U);
  EXPECT_EQ(pair.drops->toMap().at("noChannel").as<std::int64_t>(), 2);
}

TEST(DataChannels, AreNotSupportedBeforeNegotiation) {
  Pump home;
  const auto channels = std::make_shared<DataChannels>(home);
  const auto code = [](const std::function<void()>& call) {
    try {
      call();
      return 0;
    } catch (const Error& error) {
      return error.code();
    }
  };
  EXPECT_EQ(code([&] { channels->open({}, [](const auto&) {}); }), 40111);
  EXPECT_EQ(code([&] { channels->close(0); }), 40111);
  channels->onMessage(text("x"));
  channels->receive(Bytes{1, 2, 3});
  channels->disconnect();
  std::optional<Stats> stats;
  channels->stats([&](const Stats& what) { stats = what; });
  EXPECT_TRUE(stats && stats->channels.empty());
}

}  // namespace
}  // namespace kms::sctp
