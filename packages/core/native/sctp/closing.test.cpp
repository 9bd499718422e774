// How channels end.
#include "sctp/test-world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::sctp {
namespace {

using namespace testing;

using Ids = std::vector<std::uint16_t>;

TEST(DataChannelClosing, IsToldOnceAtBothEnds) {
  Pair pair;
  pair.open(pair.left);
  pair.open(pair.right);
  pair.right.channels->close(0);
  pair.left.channels->close(1);
  pair.left.channels->close(1);
  pair.left.channels->close(77);
  ASSERT_TRUE(pair.until([&] { return pair.left.closed.size() + pair.right.closed.size() == 4; }));
  for (int i = 0; i < 300; ++i) pair.step();
  for (End* end : {&pair.left, &pair.right}) {
    std::ranges::sort(end->closed);
    EXPECT_EQ(end->closed, (Ids{0, 1}));
    const Stats stats = pair.stats(*end);
    EXPECT_TRUE(stats.channels.empty());
    EXPECT_EQ(stats.opened, 2U);
    EXPECT_EQ(stats.closed, 2U);
  }
}

TEST(DataChannelClosing, SendsWhatWaitsFirst) {
  Pair pair;
  pair.left.out.loss = pair.right.out.loss = 0.05;
  pair.open(pair.left);
  for (int i = 0; i < 20; ++i) pair.left.channels->onMessage(bytes(50'000, 1));
  pair.left.channels->close(0);
  ASSERT_TRUE(pair.until([&] { return !pair.left.closed.empty() && !pair.right.closed.empty(); }));
  EXPECT_EQ(pair.right.inbox->messages.size(), 20U);
  pair.left.channels->onMessage(text("too late"));
  EXPECT_EQ(pair.stats(pair.left).drops[Drop::kNoChannel], 1U);
}

TEST(DataChannelClosing, LetsIdsBeUsedAgain) {
  Pair pair;
  pair.left.out.loss = pair.right.out.loss = 0.05;
  for (int round = 0; round < 20; ++round) {
    const auto label = "round " + std::to_string(round);
    End& opener = round % 2 == 0 ? pair.left : pair.right;
    End& closer = round % 4 < 2 ? pair.left : pair.right;
    pair.left.opened.clear();
    pair.right.opened.clear();
    const std::uint16_t id = pair.open(opener, {.label = label});
    ASSERT_EQ(id, round % 2);
    pair.left.channels->onMessage(text(label));
    auto& got = pair.right.inbox->messages;
    ASSERT_TRUE(pair.until([&] { return !got.empty() && got.back().label == label; })) << round;
    closer.channels->close(id);
    ASSERT_TRUE(pair.until([&] {
      return pair.stats(pair.left).channels.empty() && pair.stats(pair.right).channels.empty();
    })) << round;
  }
}

TEST(DataChannelClosing, TakesManyAtOnce) {
  Pair pair;
  for (int i = 0; i < 100; ++i) pair.left.channels->open({}, [](const auto&) {});
  ASSERT_TRUE(pair.until([&] { return pair.right.opened.size() == 100; }));
  for (std::uint16_t i = 0; i < 100; ++i) {
    (i % 3 == 0 ? pair.left : pair.right).channels->close(static_cast<std::uint16_t>(2 * i));
  }
  ASSERT_TRUE(pair.until(
      [&] { return pair.left.closed.size() == 100 && pair.right.closed.size() == 100; }));
  for (int i = 0; i < 300; ++i) pair.step();
  EXPECT_TRUE(pair.stats(pair.left).channels.empty());
  EXPECT_TRUE(pair.stats(pair.right).channels.empty());
}

TEST(DataChannelClosing, HappensToAllWhenThePathIsGone) {
  Pair pair;
  pair.open(pair.left);
  pair.open(pair.right);
  pair.left.channels->disconnect();
  pair.left.channels->disconnect();
  pair.step();
  EXPECT_EQ(pair.left.closed, (Ids{0, 1}));
  std::optional<DataChannels::Opened> answer;
  pair.left.channels->open({}, [&](const DataChannels::Opened& opened) { answer = opened; });
  pair.step();
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<Error>(*answer).code(), 40003);
}

TEST(DataChannelClosing, HappensToAllWhenThePeerDoesNotAnswer) {
  Pair pair;
  pair.open(pair.left);
  pair.right.out.loss = 1;
  pair.left.channels->onMessage(text("anybody there?"));
  EXPECT_TRUE(pair.until([&] { return !pair.left.closed.empty(); }, 600));
  EXPECT_EQ(pair.left.closed, (Ids{0}));
}

}  // namespace
}  // namespace kms::sctp
