// What Kurento's test_webrtc_data_proto asks for, under its names.
#include "sctp/test-world.hpp"

#include <gtest/gtest.h>

namespace kms::sctp {
namespace {

using namespace testing;

/// A message comes back from an end that sends what it gets.
TEST(KurentoTestWebrtcDataProto, connection) {
  Pair pair;
  pair.open(pair.left, {.label = "echo"});
  pair.right.channels->source()->attach(pair.right.channels);
  pair.left.channels->onMessage(text("there and back"));
  auto& got = pair.left.inbox->messages;
  ASSERT_TRUE(pair.until([&] { return !got.empty(); }));
  EXPECT_EQ(*got[0].payload, *text("there and back").payload);
  EXPECT_TRUE(got[0].isText);
}

/// Each end hears once of a channel that either of them opens, and both know it by the same id.
TEST(KurentoTestWebrtcDataProto, dataSessionEstablished) {
  Pair pair;
  const std::uint16_t ours = pair.open(pair.left);
  const std::uint16_t theirs = pair.open(pair.right);
  EXPECT_NE(ours, theirs);
  for (int i = 0; i < 100; ++i) pair.step();
  for (const End* end : {&pair.left, &pair.right})
    EXPECT_EQ(end->opened, (std::vector<std::uint16_t>{ours, theirs}));
}

/// Channels that one end closes are gone at both, and can be had again.
TEST(KurentoTestWebrtcDataProto, destroyChannels) {
  Pair pair;
  for (int round = 0; round < 5; ++round) {
    const std::uint16_t first = pair.open(pair.left);
    const std::uint16_t second = pair.open(pair.left);
    ASSERT_NE(second, 0xFFFF);
    End& closer = round % 2 == 0 ? pair.left : pair.right;
    for (const std::uint16_t id : {first, second}) closer.channels->close(id);
    for (End* end : {&pair.left, &pair.right}) {
      ASSERT_TRUE(pair.until([end] { return end->closed.size() == 2; }));
      EXPECT_TRUE(pair.stats(*end).channels.empty());
      end->opened.clear();
      end->closed.clear();
    }
  }
}

}  // namespace
}  // namespace kms::sctp
