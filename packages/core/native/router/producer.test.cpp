#include "router/test-producer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

TEST_F(ProducerTest, dropsDuplicatesAndUnknownPayloadTypes) {
  EXPECT_TRUE(give(1));
  EXPECT_FALSE(give(1));
  EXPECT_FALSE(router::give(m_lane, *m_producer, {2, 0, false, 1, 97}));
  EXPECT_EQ(m_producer->counters().duplicates, 1U);
  EXPECT_EQ(m_producer->counters().unknownPayloadType, 1U);
  EXPECT_EQ(m_producer->statistics().packets(), 1U);
}

TEST_F(ProducerTest, keyframeRequestsAreMergedAndThrottled) {
  m_producer->attach(m_consumer);
  EXPECT_EQ(m_requests, 1) << "a new consumer needs one";
  for (int i = 0; i < 20; ++i) m_producer->requestKeyframe();
  EXPECT_EQ(m_requests, 1);
  m_lane.advance(300ms);
  EXPECT_EQ(m_requests, 2);
  give(1, true);
  m_lane.advance(2s);
  EXPECT_EQ(m_requests, 2) << "it came";
}

TEST_F(ProducerTest, asksAgainUntilAKeyframeComes) {
  m_producer->attach(m_consumer);
  m_lane.advance(1900ms);
  EXPECT_EQ(m_requests, 1 + 3);
  give(1, true);
  m_lane.advance(2s);
  EXPECT_EQ(m_requests, 1 + 3);
}

TEST_F(ProducerTest, nobodyWatchingMeansNobodyIsAskedAgain) {
  m_producer->attach(m_consumer);
  m_producer->detach(m_consumer);
  m_lane.advance(5s);
  EXPECT_EQ(m_requests, 1);
}

TEST_F(ProducerTest, tellsOfMissingPacketsAndWhichToAskFor) {
  give(1);
  give(4);
  EXPECT_EQ(m_nacksDue, 1);
  const auto due = m_producer->takeNacks(m_lane.clock.now());
  EXPECT_EQ((std::vector<std::uint16_t>(due.begin(), due.end())),
            (std::vector<std::uint16_t>{2, 3}));
  EXPECT_EQ(m_producer->counters().nacksSent, 2U);
}

TEST_F(ProducerTest, asksForAKeyframeWhenPacketsAreLostForGood) {
  give(1);
  give(3);
  while (m_producer->nextNack() != TimePoint::max()) {
    m_lane.advance(20ms);
    static_cast<void>(m_producer->takeNacks(m_lane.clock.now()));
  }
  EXPECT_EQ(m_requests, 1);
}

TEST_F(ProducerTest, tellsOfCodecChanges) {
  m_producer->attach(m_consumer);
  EXPECT_TRUE(m_producer->format().codec.empty());
  give(1);
  router::give(m_lane, *m_producer, {2, 6000, false, 1, 102});
  EXPECT_EQ(m_formats, (std::vector<std::string>{"VP8", "H264"}));
  EXPECT_EQ(m_consumer.formats, m_formats);
  EXPECT_EQ(m_producer->format().codec, "H264");
  EXPECT_EQ(m_consumer.sequences, std::vector<std::uint16_t>{1})
      << "those before the change were given before";
}

TEST_F(ProducerTest, asksForTheFormatThatIsExpected) {
  m_producer->expect(102);
  EXPECT_EQ(m_producer->format().codec, "H264");
}

TEST_F(ProducerTest, asASecondSsrcWaitsUntilTheFirstIsGone) {
  give(1, true);
  const auto generation = m_producer->generation();
  EXPECT_FALSE(router::give(m_lane, *m_producer, {9, 0, true, 2}));
  EXPECT_EQ(m_producer->counters().strayed, 1U);
  m_lane.advance(500ms);
  EXPECT_TRUE(router::give(m_lane, *m_producer, {9, 0, true, 2}));
  EXPECT_EQ(m_producer->ssrc(), 2U);
  EXPECT_NE(m_producer->generation(), generation);
}

TEST_F(ProducerTest, aSsrcThatSaidGoodbyeMakesRoomAtOnce) {
  give(1, true);
  m_producer->onBye(1);
  EXPECT_TRUE(router::give(m_lane, *m_producer, {9, 0, true, 2}));
}

TEST_F(ProducerTest, followsASourceThatRestartsItsNumbers) {
  give(1, true);
  const auto generation = m_producer->generation();
  EXPECT_FALSE(give(30000));
  EXPECT_TRUE(give(30001));
  EXPECT_NE(m_producer->generation(), generation);
  EXPECT_EQ(m_producer->statistics().lost(), 0);
}

TEST_F(ProducerTest, closingTellsConsumersAndFreesAllPackets) {
  m_producer->attach(m_consumer);
  for (std::uint16_t i = 0; i < 100; ++i) give(i);
  m_producer->close();
  EXPECT_TRUE(m_consumer.closed);
  EXPECT_EQ(m_lane.pool.inUse(), 0U);
  EXPECT_FALSE(give(200));
  EXPECT_EQ(m_lane.drops.get(DropReason::kAfterEnd), 1U);
  RecordingConsumer late;
  m_producer->attach(late);
  EXPECT_TRUE(late.closed);
  m_lane.deliver();
}

/// What a producer gives is given to its mirror, as MirrorExports and MirrorImports do it.
class ToMirror final : public Consumer {
 public:
  explicit ToMirror(Producer& mirror) : m_mirror(mirror) {}
  void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                 TimePoint) override {
    for (const auto& packet : packets) {
      m_mirror.receiveMirrored(packet, producer.generation(), producer.capture(packet.timestamp));
    }
  }
  void onFormat(const media::Format& format) override {
    CodecParameters codec;
    codec.format = format;
    m_mirror.setCodecs({codec});
    m_mirror.expect(0);
  }
  void onProducerClosed() override { m_mirror.close(); }

 private:
  Producer& m_mirror;
};

class MirroredProducerTest : public ProducerTest {
 protected:
  MirroredProducerTest() { m_producer->attach(m_relay); }
  ~MirroredProducerTest() override {
    m_producer->detach(m_relay);
    m_mirror->close();
  }

  std::shared_ptr<Producer> m_mirror = std::make_shared<Producer>(
      Medium::kVideo, m_lane.environment, ProducerOrigin{}, std::make_shared<rtp::SenderClock>());
  ToMirror m_relay{*m_mirror};
};

TEST_F(MirroredProducerTest, givesItsConsumersTheSamePackets) {
  m_mirror->attach(m_consumer);
  give(1, true);
  give(2);
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences, (std::vector<std::uint16_t>{1, 2}));
  EXPECT_EQ(m_consumer.formats, std::vector<std::string>{"VP8"});
  EXPECT_EQ(m_mirror->clockRate(), 90000U);
  EXPECT_EQ(m_mirror->capture(3000), m_producer->capture(3000));
  EXPECT_NE(m_mirror->find(m_producer->statistics().highest()), nullptr) << "for retransmission";
  m_mirror->detach(m_consumer);
}

TEST_F(MirroredProducerTest, countsWhatItDoesNotTake) {
  give(1, true);
  m_lane.deliver();
  const rtp::MediaPacket packet = *m_producer->find(m_producer->statistics().highest());
  m_mirror->receiveMirrored(packet, m_mirror->generation(), {});
  EXPECT_EQ(m_lane.drops.get(DropReason::kDuplicate), 1U);
  EXPECT_EQ(m_mirror->counters().duplicates, 1U);
  m_mirror->close();
  m_mirror->receiveMirrored(packet, m_mirror->generation(), {});
  EXPECT_EQ(m_lane.drops.get(DropReason::kAfterEnd), 1U);
}

TEST_F(MirroredProducerTest, followsARestartOfItsOrigin) {
  give(1, true);
  m_lane.deliver();
  const auto generation = m_mirror->generation();
  EXPECT_EQ(generation, m_producer->generation());
  m_producer->onBye(1);
  EXPECT_TRUE(router::give(m_lane, *m_producer, {1, 77, true, 2}));
  m_lane.deliver();
  EXPECT_NE(m_mirror->generation(), generation);
  EXPECT_EQ(m_mirror->generation(), m_producer->generation());
}

TEST_F(MirroredProducerTest, replaysAKeyframeOnItsOwn) {
  give(1, true);
  give(2);
  m_lane.deliver();
  Late late;
  m_mirror->attach(late);
  EXPECT_EQ(late.sequences, (std::vector<std::uint16_t>{1, 2}));
  m_mirror->detach(late);
}

TEST_F(MirroredProducerTest, leavesThePacketsAsTheyAre) {
  // Padding is the origin's business: the bytes belong to another thread.
  for (std::uint16_t i = 1; i < 5; ++i) {
    router::give(m_lane, *m_producer, {i, 0, false, 1, 96, false, 1000U + i % 2});
  }
  m_lane.deliver();
  for (const std::int64_t back : {0, 1, 2, 3}) {
    const std::int64_t number = m_producer->statistics().highest() - back;
    EXPECT_EQ(m_mirror->find(number)->padding, m_producer->find(number)->padding);
  }
}

TEST_F(ProducerTest, holdsOnlyASecondOfPackets) {
  for (std::uint16_t i = 0; i < 300; ++i) {
    give(i);
    m_lane.advance(10ms);
  }
  EXPECT_LE(m_lane.pool.inUse(), 102U);
}

}  // namespace
}  // namespace kms::router
