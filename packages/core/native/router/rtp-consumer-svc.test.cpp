// Spatial and temporal layers of VP9 by its own descriptor, from a publisher's session to a
// viewer's.
#include "router/test-svc.hpp"

#include <kms/rtp/vp9-descriptor.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

using media::Medium;

class Vp9SvcTest : public SvcTest {
 protected:
  explicit Vp9SvcTest(bool keyOnly = false) : SvcTest("VP9", false), m_keyOnly(keyOnly) {}

  void layerFrame(std::uint8_t spatial, bool key) override {
    for (const bool last : {false, true}) {
      Vp9Packet packet;
      packet.spatial = spatial;
      packet.interPredicted = !key;
      packet.interLayer = spatial > 0 && (key || !m_keyOnly);
      packet.notReferenced = spatial == 2 || (m_keyOnly && !key);
      packet.start = !last;
      packet.end = last;
      packet.pictureId = static_cast<std::uint16_t>((32760 + m_picture) & 0x7FFFU);
      packet.tl0 = static_cast<std::uint8_t>(m_picture);
      packet.size = kSizes[spatial] / 2;
      auto payload = vp9Payload(packet);
      payload.back() = spatial;
      const bool marker = last && spatial == 2;
      m_publisher.session.receiveRtp(
          rtpPacket(m_lane, {98, marker, m_sequence++, m_picture * 3000U, 1}, payload));
    }
  }

  const bool m_keyOnly;
};

class Vp9KeySvcTest : public Vp9SvcTest {
 protected:
  Vp9KeySvcTest() : Vp9SvcTest(true) {}
};

TEST_F(Vp9SvcTest, aLimitTakesAViewersUpperLayersAndNobodyElses) {
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{0, 1, 2}));
  limit(400'000);
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{0, 1}));
  limit(100'000);
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{0}));
  const auto asked = m_publisher.outlet.plis().size();
  limit(0);
  pictures(120);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{0, 1, 2}));
  EXPECT_GT(m_publisher.outlet.plis().size(), asked) << "the way up leads over a keyframe";
  expectContinuous(m_viewer);
  expectContinuous(m_other);
  for (const auto& [timestamp, picture] : sent(m_other, 0))
    ASSERT_EQ(picture.layers, (Layers{0, 1, 2}));
}

TEST_F(Vp9SvcTest, theWayDownNeedsNoKeyframe) {
  pictures(60);
  const auto asked = m_publisher.outlet.plis().size();
  const std::size_t before = m_viewer.outlet.rtp.size();
  limit(400'000);
  pictures(1);
  EXPECT_EQ(sent(m_viewer, before).begin()->second.layers, (Layers{0, 1}));
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked);
}

TEST_F(Vp9SvcTest, theWayDownLeadsOverAKeyframeWhereTheWayGotNarrow) {
  pictures(60);
  const auto asked = m_publisher.outlet.plis().size();
  const std::size_t before = m_viewer.outlet.rtp.size();
  rtp::RtcpWriter writer;
  writer.addRemb(3, 400'000, {});
  m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked + 1);
  pictures(30);
  for (const auto& [timestamp, picture] : sent(m_viewer, before))
    EXPECT_EQ(picture.layers, (Layers{0, 1}));
}

TEST_F(Vp9SvcTest, theWayDownLeadsOverAKeyframeWherePacketsWereLost) {
  pictures(60);
  const auto asked = m_publisher.outlet.plis().size();
  const auto lost = m_viewer.outlet.view(m_viewer.outlet.rtp.size() - 1).header().sequence;
  rtp::RtcpWriter writer;
  writer.addNack(3, m_viewer.session.localSsrc(Medium::kVideo), {{lost}});
  m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  pictures(3);
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked);
  limit(400'000);
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked + 1);
}

TEST_F(Vp9KeySvcTest, aViewerGetsOneLayerBetweenKeyframes) {
  expectOneLayerByLimit();
}

TEST_F(Vp9KeySvcTest, ratesAreOfWhatAViewerWouldGet) {
  pictures(60);
  std::array<EncodingRate, kSpatialLayers> rates;
  const auto producer = m_publisher.session.producer(Medium::kVideo);
  ASSERT_EQ(producer->layerRates(rates, m_lane.clock.now()), 3U);
  EXPECT_NEAR(static_cast<double>(rates[0].whole()), 81'000, 15'000);
  EXPECT_NEAR(static_cast<double>(rates[1].whole()), 225'000, 40'000);
  EXPECT_NEAR(static_cast<double>(rates[2].whole()), 490'000, 60'000);
  EXPECT_EQ(producer->bitrateHint(), 0U) << "no viewer holds the others back";
}

TEST_F(Vp9KeySvcTest, retransmissionsRepeatTheMarkerThatWasSet) {
  pictures(30);
  limit(400'000);
  pictures(60);
  const auto last = m_viewer.outlet.view(m_viewer.outlet.rtp.size() - 1);
  ASSERT_TRUE(last.header().marker);
  const auto sequence = last.header().sequence;
  rtp::RtcpWriter writer;
  writer.addNack(3, m_viewer.session.localSsrc(Medium::kVideo), {{sequence}});
  m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  const auto again = m_viewer.outlet.view(m_viewer.outlet.rtp.size() - 1);
  EXPECT_EQ(again.header().payloadType, 99);
  EXPECT_TRUE(again.header().marker);
  EXPECT_EQ(again.payload().back(), 1);
}

TEST_F(Vp9SvcTest, pictureNumbersGoOnOverAnotherSource) {
  pictures(10);
  const std::size_t before = m_viewer.outlet.rtp.size();
  SvcSession second(m_lane, "VP9", false);
  m_viewer.session.setSource(Medium::kVideo, second.session.producer(Medium::kVideo));
  Vp9Packet packet;
  packet.pictureId = 77;
  packet.tl0 = 200;
  second.session.receiveRtp(rtpPacket(m_lane, {98, true, 5, 5, 2}, vp9Payload(packet)));
  m_lane.deliver();
  ASSERT_EQ(m_viewer.outlet.rtp.size(), before + 1);
  const auto last = rtp::Vp9Descriptor::parse(m_viewer.outlet.view(before - 1).payload());
  const auto next = rtp::Vp9Descriptor::parse(m_viewer.outlet.view(before).payload());
  ASSERT_TRUE(last && next);
  EXPECT_EQ(next->pictureId, (*last->pictureId + 1) & 0x7FFF);
  EXPECT_EQ(next->tl0PictureIndex, static_cast<std::uint8_t>(*last->tl0PictureIndex + 1));
  m_viewer.session.setSource(Medium::kVideo, nullptr);
}

}  // namespace
}  // namespace kms::router
