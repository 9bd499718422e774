// What an RtpConsumer makes of its budget: retransmissions on their own SSRC, temporal layers,
// pacing.
#include "router/test-session.hpp"

#include <kms/rtp/vp8-descriptor.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

class LayeredConsumerTest : public ::testing::Test {
 protected:
  LayeredConsumerTest() : m_publisher(m_lane, {}), m_viewer(m_lane, {}) {
    m_viewer.session.setSource(Medium::kVideo, m_publisher.session.producer(Medium::kVideo));
  }
  ~LayeredConsumerTest() override { m_viewer.session.setSource(Medium::kVideo, nullptr); }

  void give(const Vp8Packet& what) {
    m_publisher.session.receiveRtp(rtpPacket(m_lane, what));
    m_lane.deliver();
  }
  /// Frames of three temporal layers (0 2 1 2), `size` bytes each, 30 a second.
  void layered(int frames, std::size_t size = 1000) {
    constexpr std::array<std::uint8_t, 4> kPattern{0, 2, 1, 2};
    for (int i = 0; i < frames; ++i, ++m_frame) {
      Vp8Packet packet{.sequence = static_cast<std::uint16_t>(m_frame + 1)};
      packet.timestamp = m_frame * 3000U;
      packet.keyframe = m_frame == 0;
      packet.pictureId = static_cast<std::uint16_t>(m_frame + 1);
      packet.temporal = kPattern[m_frame % 4];
      packet.sync = packet.temporal > 0 && m_frame % 4 < 3;
      packet.tl0 = static_cast<std::uint8_t>(m_frame / 4);
      packet.size = size;
      give(packet);
      m_lane.advance(33ms);
    }
  }
  void nack(std::uint16_t sequence) {
    rtp::RtcpWriter writer;
    writer.addNack(3, m_viewer.session.localSsrc(Medium::kVideo), {{sequence}});
    m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  }
  void limit(std::uint64_t rate) { m_viewer.session.setBandwidth({.maxSend = rate}); }
  [[nodiscard]] std::size_t sent() const { return m_viewer.outlet.rtp.size(); }

  TestLane m_lane;
  TestSession m_publisher;
  TestSession m_viewer;
  unsigned m_frame = 0;
};

TEST_F(LayeredConsumerTest, aNackIsAnsweredOnTheSsrcOfRetransmissions) {
  layered(3);
  const auto original = m_viewer.outlet.view(1);
  const auto sequence = original.header().sequence;
  const std::vector payload(original.payload().begin(), original.payload().end());
  nack(sequence);
  m_lane.advance(300ms);
  nack(sequence);
  ASSERT_EQ(sent(), 5U);
  const auto ssrc = m_viewer.session.localRtxSsrc(Medium::kVideo);
  for (const std::size_t i : {3U, 4U}) {
    const auto view = m_viewer.outlet.view(i);
    EXPECT_EQ(view.header().ssrc, ssrc);
    EXPECT_EQ(view.header().payloadType, 97);
    EXPECT_EQ(rtp::read16(view.payload().data()), sequence);
    EXPECT_TRUE(std::ranges::equal(view.payload().subspan(rtp::kRtxOverhead), payload));
  }
  EXPECT_EQ(m_viewer.outlet.view(4).header().sequence,
            static_cast<std::uint16_t>(m_viewer.outlet.view(3).header().sequence + 1));
}

TEST_F(LayeredConsumerTest, retransmissionsStayWithinWhatTheViewerCanTake) {
  layered(60);
  rtp::RtcpWriter writer;
  writer.addRemb(3, 400'000, {});
  m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  const auto first = m_viewer.outlet.view(0).header().sequence;
  std::size_t before = sent();
  const auto askForAll = [&] {
    for (std::uint16_t i = 0; i < 60; ++i) nack(static_cast<std::uint16_t>(first + i));
  };
  askForAll();
  EXPECT_NEAR(static_cast<double>(sent() - before), 13, 1) << "100 ms of 1 Mbit/s";
  m_lane.advance(300ms);
  before = sent();
  askForAll();
  EXPECT_NEAR(static_cast<double>(sent() - before), 13, 1) << "and more later";
}

TEST_F(LayeredConsumerTest, temporalLayersAreLeftOutWhereRetransmissionsTakeTheRoom) {
  layered(60);
  limit(260'000);  // of 240 kbit/s
  layered(10);
  std::size_t before = sent();
  layered(40);
  ASSERT_EQ(sent() - before, 40U) << "there is room for all";
  before = sent();
  std::size_t repeated = 0;
  for (int i = 0; i < 60; ++i) {
    const std::size_t last = sent();
    nack(m_viewer.outlet.view(last - 1).header().sequence);
    repeated += sent() - last;
    layered(1);
  }
  EXPECT_GT(repeated, 20U);
  EXPECT_LT(sent() - before - repeated, 55U);
}

TEST_F(LayeredConsumerTest, temporalLayersAreLeftOutToFitTheBudget) {
  layered(60);
  EXPECT_EQ(sent(), 60U);
  limit(140'000);  // of 240 kbit/s; layers 0 and 1 take half
  layered(60);
  const std::size_t thinned = sent() - 60;
  EXPECT_NEAR(static_cast<double>(thinned), 30, 4);
  for (std::size_t i = 62; i < sent(); ++i) {
    const auto before = m_viewer.outlet.view(i - 1);
    const auto after = m_viewer.outlet.view(i);
    EXPECT_EQ(after.header().sequence, static_cast<std::uint16_t>(before.header().sequence + 1));
    const auto one = rtp::Vp8Descriptor::parse(before.payload());
    const auto two = rtp::Vp8Descriptor::parse(after.payload());
    ASSERT_TRUE(one && two);
    EXPECT_EQ(two->pictureId, *one->pictureId + 1);
    EXPECT_LE(two->temporal.value_or(0), 1);
  }
  limit(0);
  layered(20);
  const std::size_t before = sent();
  layered(40);
  EXPECT_EQ(sent() - before, 40U);
}

TEST_F(LayeredConsumerTest, retransmissionsOfThinnedStreamsRepeatWhatWasSent) {
  layered(20);
  limit(140'000);
  layered(40);
  const auto view = m_viewer.outlet.view(sent() - 3);
  const std::vector payload(view.payload().begin(), view.payload().end());
  nack(view.header().sequence);
  const auto again = m_viewer.outlet.view(sent() - 1);
  EXPECT_TRUE(std::ranges::equal(again.payload().subspan(rtp::kRtxOverhead), payload));
}

TEST_F(LayeredConsumerTest, aBurstBeyondTheEstimateLeavesInSmallerOnes) {
  layered(2);
  rtp::RtcpWriter writer;
  writer.addRemb(3, 400'000, {});
  m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  const std::size_t before = sent();
  for (std::uint16_t i = 0; i < 60; ++i) {
    m_publisher.session.receiveRtp(
        rtpPacket(m_lane, Vp8Packet{.sequence = static_cast<std::uint16_t>(3 + i),
                                    .timestamp = 9000,
                                    .marker = i == 59,
                                    .size = 1000}));
  }
  m_lane.deliver();
  const std::size_t atOnce = sent() - before;
  EXPECT_GE(atOnce, 4U);
  EXPECT_LE(atOnce, 10U) << "40 ms of 1 Mbit/s";
  m_lane.advance(5ms);
  EXPECT_LE(sent() - before - atOnce, 2U) << "what 5 ms are worth";
  m_lane.advance(600ms);
  EXPECT_EQ(sent() - before, 60U) << "within half a second all is gone";
  for (std::size_t i = before + 1; i < sent(); ++i) {
    ASSERT_EQ(m_viewer.outlet.view(i).header().sequence,
              static_cast<std::uint16_t>(m_viewer.outlet.view(i - 1).header().sequence + 1));
  }
}

TEST_F(LayeredConsumerTest, aViewerWithoutAnEstimateIsNotPaced) {
  layered(1);
  for (std::uint16_t i = 0; i < 60; ++i)
    m_publisher.session.receiveRtp(
        rtpPacket(m_lane, Vp8Packet{.sequence = static_cast<std::uint16_t>(2 + i), .size = 1000}));
  m_lane.deliver();
  EXPECT_EQ(sent(), 61U);
}

}  // namespace
}  // namespace kms::router
