// Channels over a socket that does what the test says.
#include "sctp/channels.hpp"

#include <gtest/gtest.h>

namespace kms::sctp {
namespace {

using Ids = std::vector<std::uint16_t>;

class FakeSocket final : public StreamSocket {
 public:
  SendResult send(const OutgoingMessage& message) override {
    if (sendResult == SendResult::kTaken) {
      sent.push_back({message.payload.begin(), message.payload.end()});
      last = message;
    }
    return sendResult;
  }
  SendResult reset(std::span<const std::uint16_t> streams) override {
    if (resetResult == SendResult::kTaken) resets.emplace_back(streams.begin(), streams.end());
    return resetResult;
  }
  SendResult sendResult = SendResult::kTaken;
  SendResult resetResult = SendResult::kTaken;
  std::vector<Bytes> sent;
  OutgoingMessage last;
  std::vector<Ids> resets;
};

class ChannelsTest : public ::testing::Test, protected ChannelsListener {
 protected:
  void onOpened(std::uint16_t channel) override { opened.push_back(channel); }
  void onClosed(std::uint16_t channel) override { closed.push_back(channel); }
  void onMessage(media::DataMessage message) override { messages.push_back(std::move(message)); }
  void onDrop(Drop reason) override { ++dropped[reason]; }
  void openByPeer(std::uint16_t stream, const ChannelOptions& options = {}) {
    channels.onMessage(stream, 50, writeOpen(options));
  }

  FakeSocket socket;
  Channels channels{false, 1000, *this};
  Ids opened;
  Ids closed;
  std::vector<media::DataMessage> messages;
  Drops dropped;
};

media::DataMessage message(std::size_t size) {
  return {std::make_shared<const Bytes>(size), false, {}, {}};
}

TEST_F(ChannelsTest, AnnouncesAChannelOfOursWithItsAck) {
  channels.onUp(socket, 64);
  EXPECT_EQ(channels.open({.label = "l"}), 1);
  EXPECT_EQ(socket.sent, std::vector<Bytes>{writeOpen({.label = "l"})});
  EXPECT_TRUE(opened.empty());
  channels.onMessage(1, 50, writeAck());
  channels.onMessage(1, 50, writeAck());
  EXPECT_EQ(opened, Ids{1});
}

TEST_F(ChannelsTest, TakesDataThatOvertakesTheAck) {
  channels.onUp(socket, 64);
  channels.open({.label = "l"});
  channels.onMessage(1, 53, Bytes{1, 2});
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].label, "l");
}

TEST_F(ChannelsTest, AcknowledgesInOrderAndSendsAsTheChannelSays) {
  channels.onUp(socket, 64);
  socket.sendResult = SendResult::kLater;
  openByPeer(0, {.label = "x", .ordered = false, .maxRetransmits = 2});
  channels.send(message(5));
  socket.sendResult = SendResult::kTaken;
  channels.onWritable();
  ASSERT_EQ(socket.sent.size(), 2U);
  EXPECT_EQ(socket.sent[0], writeAck());
  EXPECT_FALSE(socket.last.ordered);
  EXPECT_EQ(socket.last.maxRetransmits, 2);
  EXPECT_FALSE(socket.last.maxPacketLifeTime);
}

TEST_F(ChannelsTest, AsksForOneResetAfterTheOther) {
  channels.onUp(socket, 64);
  for (const std::uint16_t id : {0, 2, 4}) openByPeer(id);
  channels.close(0);
  channels.close(2);
  channels.close(4);
  EXPECT_EQ(socket.resets, std::vector<Ids>{Ids{0}});
  channels.onReset(Ids{0}, true);
  EXPECT_EQ(socket.resets, (std::vector<Ids>{Ids{0}, Ids{2, 4}}));
}

TEST_F(ChannelsTest, AsksAgainWhenAResetIsNotTakenOrRefused) {
  channels.onUp(socket, 64);
  openByPeer(0);
  socket.resetResult = SendResult::kLater;
  channels.close(0);
  socket.resetResult = SendResult::kTaken;
  channels.onWritable();
  EXPECT_EQ(socket.resets.size(), 1U);
  for (int i = 0; i < 10; ++i) channels.onReset(Ids{0}, false);
  EXPECT_EQ(socket.resets.size(), 3U) << "but not for ever";
  channels.onPeerReset(Ids{0});
  EXPECT_EQ(closed, Ids{0});
  EXPECT_TRUE(channels.stats().channels.empty());
}

TEST_F(ChannelsTest, ClosesAloneWhenThePeerKnowsNoResets) {
  channels.onUp(socket, 64);
  openByPeer(0);
  socket.resetResult = SendResult::kFailed;
  channels.close(0);
  EXPECT_EQ(closed, Ids{0});
  EXPECT_TRUE(channels.stats().channels.empty());
}

TEST_F(ChannelsTest, LosesAllChannelsWhenThePeerBeginsAnew) {
  channels.onUp(socket, 64);
  openByPeer(0);
  openByPeer(2);
  channels.onUp(socket, 64);
  EXPECT_EQ(closed, (Ids{0, 2}));
  openByPeer(0);
  EXPECT_EQ(opened, (Ids{0, 2, 0}));
}

TEST_F(ChannelsTest, LosesAllChannelsByAResetThatNamesNone) {
  channels.onUp(socket, 64);
  openByPeer(0);
  openByPeer(2);
  channels.onPeerReset({});
  EXPECT_EQ(closed, (Ids{0, 2}));
}

TEST_F(ChannelsTest, KeepsToTheStreamsThatWereAgreedOn) {
  for (int i = 0; i < 5; ++i) channels.open({});
  channels.onUp(socket, 4);
  EXPECT_EQ(channels.stats().channels.size(), 2U) << "1 and 3";
  EXPECT_THROW(channels.open({}), Error);
  openByPeer(6);
  EXPECT_EQ(channels.stats().drops[Drop::kRefused], 1U);
}

TEST_F(ChannelsTest, CountsWhatSctpRefuses) {
  channels.onUp(socket, 64);
  openByPeer(0);
  socket.sendResult = SendResult::kFailed;
  channels.send(message(1));
  EXPECT_EQ(channels.stats().drops[Drop::kFailed], 1U);
  EXPECT_EQ(dropped[Drop::kFailed], 1U) << "is told of";
  EXPECT_EQ(channels.stats().channels[0].messagesSent, 0U);
}

TEST_F(ChannelsTest, RefusesNamesThatDoNotFit) {
  EXPECT_THROW(channels.open({.label = std::string(65'536, 'x')}), Error);
  EXPECT_THROW(channels.open({.protocol = std::string(65'536, 'x')}), Error);
  EXPECT_EQ(channels.open({.label = std::string(65'535, 'x')}), 1);
}

}  // namespace
}  // namespace kms::sctp
