// What consumers of a producer get, and with which keyframe they start.
#include "router/test-producer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

TEST_F(ProducerTest, givesABatchToEachConsumerAtItsEnd) {
  RecordingConsumer other;
  m_producer->attach(m_consumer);
  m_producer->attach(other);
  give(1, true);
  give(2);
  EXPECT_TRUE(m_consumer.sequences.empty());
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences, (std::vector<std::uint16_t>{1, 2}));
  EXPECT_EQ(other.batches, 1);
  m_lane.deliver();
  EXPECT_EQ(other.batches, 1);
  m_producer->detach(other);
  m_producer->detach(m_consumer);
}

TEST_F(ProducerTest, aConsumerThatComesLateSeesNothingOfBefore) {
  RecordingConsumer early;
  m_producer->attach(early);
  give(1, true);
  m_producer->attach(m_consumer);
  m_lane.deliver();
  EXPECT_EQ(early.sequences.size(), 1U);
  EXPECT_TRUE(m_consumer.sequences.empty());
  EXPECT_EQ(m_consumer.formats, std::vector<std::string>{"VP8"});
  m_producer->detach(early);
}

TEST_F(ProducerTest, aConsumerMayLeaveWithinADelivery) {
  class Leaver final : public Consumer {
   public:
    void onPackets(Producer& producer, std::span<const rtp::MediaPacket>, TimePoint) override {
      producer.detach(*this);
    }
    void onFormat(const media::Format&) override {}
    void onProducerClosed() override {}
  } leaver;
  m_producer->attach(leaver);
  m_producer->attach(m_consumer);
  give(1);
  m_lane.deliver();
  give(2);
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences.size(), 2U);
}

TEST_F(ProducerTest, padsPacketsOfABatchThatAreNearlyEqual) {
  class Sizes final : public Consumer {
   public:
    void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                   TimePoint) override {
      for (const auto& packet : packets) {
        sizes.push_back(packet.paddedPayload().size());
        if (packet.padding == 0) continue;
        EXPECT_EQ(packet.paddedPayload().back(), packet.padding);
        EXPECT_EQ(producer.find(packet.sequence)->padding, packet.padding)
            << "it is sent again like this";
      }
    }
    void onFormat(const media::Format&) override {}
    void onProducerClosed() override {}
    std::vector<std::size_t> sizes;
  } sizes;
  m_producer->attach(sizes);
  std::uint16_t sequence = 1;
  for (const std::size_t extra : {1000, 1001, 1000, 1002, 500, 400, 401}) {
    router::give(m_lane, *m_producer, {sequence++, 0, false, 1, 96, false, extra});
  }
  m_lane.deliver();
  EXPECT_EQ(sizes.sizes, (std::vector<std::size_t>{1005, 1005, 1005, 1005, 503, 404, 404}));
  m_producer->detach(sizes);
}

TEST_F(ProducerTest, aConsumerThatWantsItStartsWithTheLastKeyframeAtOnce) {
  give(1, true);
  give(2);
  give(3, true);
  give(5);
  Late late;
  m_producer->attach(late);
  EXPECT_EQ(late.sequences, (std::vector<std::uint16_t>{3, 5}));
  EXPECT_EQ(m_requests, 0);
  give(4);  // recovered
  give(6);
  m_lane.deliver();
  EXPECT_EQ(late.sequences, (std::vector<std::uint16_t>{3, 5, 4, 6}));
  m_producer->detach(late);
}

TEST_F(ProducerTest, asksForAKeyframeWhenTheLastOneIsTooOld) {
  give(1, true);
  m_lane.advance(1100ms);
  give(2);
  Late late;
  m_producer->attach(late);
  EXPECT_TRUE(late.sequences.empty());
  EXPECT_EQ(m_requests, 1);
  m_producer->detach(late);
}

TEST_F(ProducerTest, packetsThatAreReplayedDoNotComeTwice) {
  m_producer->attach(m_consumer);
  give(1, true);
  Late late;
  m_producer->attach(late);
  EXPECT_TRUE(m_producer->replay(late)) << "it asks again, as its transport became ready";
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences.size(), 1U);
  EXPECT_EQ(late.sequences, (std::vector<std::uint16_t>{1, 1}));
  m_producer->detach(late);
  m_producer->detach(m_consumer);
}

TEST_F(ProducerTest, aKeyframeOfAnotherStreamIsNotReplayed) {
  give(1, true);
  m_producer->onBye(1);
  EXPECT_TRUE(router::give(m_lane, *m_producer, {9, 0, false, 2}));
  Late late;
  m_producer->attach(late);
  EXPECT_TRUE(late.sequences.empty());
  m_producer->detach(late);
}

TEST_F(ProducerTest, servesRelaysFirst) {
  class Relay final : public RecordingConsumer {
   public:
    explicit Relay(RecordingConsumer& other) : m_other(other) {}
    void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                   TimePoint now) override {
      EXPECT_EQ(m_other.batches, batches);
      RecordingConsumer::onPackets(producer, packets, now);
    }
    [[nodiscard]] bool isRelay() const noexcept override { return true; }

   private:
    RecordingConsumer& m_other;
  } relay(m_consumer);
  m_producer->attach(m_consumer);
  m_producer->attach(relay);
  give(1, true);
  m_lane.deliver();
  EXPECT_EQ(relay.batches, 1);
  m_producer->detach(relay);
  m_producer->detach(m_consumer);
}

}  // namespace
}  // namespace kms::router
