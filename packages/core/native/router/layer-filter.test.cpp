#include <kms/router/layer-filter.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::router {
namespace {

using rtp::LayerPair;
using rtp::MediaPacket;

constexpr LayerPair kAll{3, 3};

/// Pictures of three spatial layers, one packet each.
class LayerFilterTest : public ::testing::Test {
 protected:
  LayerFilterTest() { m_filter.begin(kAll); }

  MediaPacket layer(std::uint8_t spatial, bool key = false) {
    MediaPacket packet;
    packet.sequence = m_sequence++;
    packet.timestamp = m_picture;
    packet.spatial = spatial;
    packet.keyframe = key && spatial == 0;
    packet.frameStart = packet.frameEnd = true;
    packet.interPredicted = !key;
    packet.standsAlone = m_kSvc ? !key : spatial == 2 && !key;
    packet.marker = spatial == 2;
    return packet;
  }
  /// The layers of a picture that are kept; their last must be where the picture ends.
  std::vector<int> picture(LayerPair wanted, bool key = false) {
    ++m_picture;
    std::vector<int> kept;
    std::vector<int> ends;
    for (std::uint8_t spatial = 0; spatial < 3; ++spatial) {
      const MediaPacket packet = layer(spatial, key);
      if (!m_filter.keeps(packet, wanted)) continue;
      kept.push_back(spatial);
      if (packet.marker || m_filter.endsPicture(packet)) ends.push_back(spatial);
    }
    EXPECT_EQ(ends, std::vector<int>{kept.empty() ? -1 : kept.back()});
    return kept;
  }

  using Layers = std::vector<int>;
  bool m_kSvc = false;
  LayerFilter m_filter;
  std::int64_t m_sequence = 100;
  std::uint32_t m_picture = 0;
};

TEST_F(LayerFilterTest, fullSvcGoesDownAtTheNextPictureAndUpAtAKeyframe) {
  EXPECT_EQ(picture(kAll, true), (Layers{0, 1, 2}));
  EXPECT_EQ(picture(kAll), (Layers{0, 1, 2}));
  EXPECT_EQ(picture({1, 3}), (Layers{0, 1}));
  EXPECT_FALSE(m_filter.wantsKeyframe({1, 3}));
  EXPECT_EQ(picture(kAll), (Layers{0, 1}));
  EXPECT_TRUE(m_filter.wantsKeyframe(kAll));
  EXPECT_EQ(picture(kAll, true), (Layers{0, 1, 2}));
  EXPECT_FALSE(m_filter.wantsKeyframe(kAll));
}

TEST_F(LayerFilterTest, aPictureIsNeverCutInItsMidst) {
  picture(kAll, true);
  ++m_picture;
  EXPECT_TRUE(m_filter.keeps(layer(0), kAll));
  EXPECT_TRUE(m_filter.keeps(layer(1), {0, 3}));
  EXPECT_TRUE(m_filter.keeps(layer(2), {0, 3}));
  EXPECT_EQ(picture({0, 3}), (Layers{0}));
}

TEST_F(LayerFilterTest, aLayerWithoutPredictionFromThePastMayBeginAnywhere) {
  picture({0, 3}, true);
  ++m_picture;
  EXPECT_TRUE(m_filter.keeps(layer(0), kAll));
  MediaPacket refreshed = layer(1);
  refreshed.interPredicted = false;
  EXPECT_TRUE(m_filter.keeps(refreshed, kAll));
  EXPECT_FALSE(m_filter.keeps(layer(2), kAll));
}

TEST_F(LayerFilterTest, kSvcSendsOneLayerBetweenKeyframes) {
  m_kSvc = true;
  EXPECT_EQ(picture(kAll, true), (Layers{0, 1, 2}));
  EXPECT_EQ(picture(kAll), (Layers{2}));
  EXPECT_EQ(picture({1, 3}), (Layers{2})) << "layer 1 was not sent, so nothing can go on from it";
  EXPECT_TRUE(m_filter.wantsKeyframe({1, 3}));
  EXPECT_EQ(picture({1, 3}, true), (Layers{0, 1}));
  EXPECT_EQ(picture({1, 3}), (Layers{1}));
  EXPECT_FALSE(m_filter.wantsKeyframe({1, 3}));
  EXPECT_EQ(picture(kAll), (Layers{1}));
  EXPECT_TRUE(m_filter.wantsKeyframe(kAll));
}

TEST_F(LayerFilterTest, aTopLayerThatCeasesIsFoundOut) {
  m_kSvc = true;
  picture(kAll, true);
  picture(kAll);
  for (int i = 0; i < 2; ++i) {
    ++m_picture;
    static_cast<void>(m_filter.keeps(layer(0), kAll));
    static_cast<void>(m_filter.keeps(layer(1), kAll));
  }
  picture(kAll);
  EXPECT_TRUE(m_filter.wantsKeyframe(kAll));
  picture(kAll, true);
  EXPECT_FALSE(m_filter.wantsKeyframe(kAll));
}

TEST_F(LayerFilterTest, temporalLayersRiseAtSwitchingPoints) {
  const auto send = [&](std::uint8_t temporal, LayerPair wanted, bool after, bool up) {
    ++m_picture;
    MediaPacket packet = layer(0);
    packet.temporal = temporal;
    packet.switchAfter = after;
    packet.switchUp = up;
    return m_filter.keeps(packet, wanted);
  };
  EXPECT_TRUE(send(2, kAll, false, false));
  EXPECT_FALSE(send(1, {3, 0}, false, false));
  EXPECT_FALSE(send(1, kAll, false, false));
  EXPECT_FALSE(send(1, kAll, true, false)) << "after it, had it been sent";
  EXPECT_TRUE(send(0, kAll, true, false));
  EXPECT_TRUE(send(2, kAll, false, false)) << "VP9: after a picture";
  EXPECT_TRUE(send(0, {3, 0}, false, false));
  EXPECT_TRUE(send(1, kAll, false, true)) << "VP8: at a picture";
  EXPECT_FALSE(send(2, kAll, false, false));
}

}  // namespace
}  // namespace kms::router
