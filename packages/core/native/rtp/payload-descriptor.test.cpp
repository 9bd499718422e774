#include <kms/rtp/layers.hpp>
#include <kms/rtp/vp8-descriptor.hpp>
#include <kms/rtp/vp9-descriptor.hpp>

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace kms::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Vp8Descriptor, readsAllFields) {
  // X, N, S; I, L, T, K; picture id 0x1234, TL0 index 9, layer 2 with sync; an inter frame.
  const Bytes payload{0xB0, 0xF0, 0x92, 0x34, 9, 0xA0, 0x01};
  const auto found = Vp8Descriptor::parse(payload);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->frameStart);
  EXPECT_FALSE(found->keyframe);
  EXPECT_TRUE(found->nonReference);
  EXPECT_EQ(found->pictureId, 0x1234);
  EXPECT_TRUE(found->longPictureId);
  EXPECT_EQ(found->tl0PictureIndex, 9);
  EXPECT_EQ(found->temporal, 2);
  EXPECT_TRUE(found->layerSync);
  EXPECT_EQ(found->size, 6U);
  LayerId layer;
  layer.temporal = 2;
  layer.switchUp = true;
  EXPECT_EQ(layerReader("VP8")(payload), layer);
}

TEST(Vp8Descriptor, aKeyframeBeginsInPartitionZeroOnly) {
  EXPECT_TRUE(Vp8Descriptor::parse(Bytes{0x10, 0x00})->keyframe);
  EXPECT_FALSE(Vp8Descriptor::parse(Bytes{0x10, 0x01})->keyframe);
  EXPECT_FALSE(Vp8Descriptor::parse(Bytes{0x11, 0x00})->keyframe);
  EXPECT_FALSE(Vp8Descriptor::parse(Bytes{0x00, 0x00})->keyframe);
}

TEST(Vp8Descriptor, renumbersInPlaceInTheSameWidths) {
  for (const Bytes& original : {Bytes{0x90, 0xE0, 0x80, 5, 7, 0x40, 0x00, 0xEE},
                                Bytes{0x90, 0xE0, 5, 7, 0x40, 0x00, 0xEE}}) {
    Bytes payload = original;
    const auto found = Vp8Descriptor::parse(payload);
    ASSERT_TRUE(found);
    found->renumber(payload, 0x4001, 200);
    auto wanted = *found;
    wanted.pictureId = found->longPictureId ? 0x4001 : 1;
    wanted.tl0PictureIndex = 200;
    EXPECT_EQ(Vp8Descriptor::parse(payload), wanted);
    EXPECT_EQ(payload.back(), 0xEE);
  }
}

TEST(Vp8Descriptor, renumbersNothingThatIsNotThere) {
  Bytes payload{0x90, 0x20, 0x40, 0x00};
  const Bytes before = payload;
  Vp8Descriptor::parse(payload)->renumber(payload, 1, 1);
  EXPECT_EQ(payload, before);
}

TEST(Vp8Descriptor, isEmptyWhenCutShort) {
  const Bytes payload{0xB0, 0xF0, 0x92, 0x34, 9, 0xA0, 0x01};
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(Vp8Descriptor::parse(std::span(payload).first(size))) << size;
  }
}

TEST(Vp9Descriptor, readsLayersAndPictureId) {
  // I, P, L, B, E, Z; picture id 0x0102; temporal 2, switch-up, spatial 1, inter-layer; TL0 7.
  const Bytes payload{0xED, 0x81, 0x02, 0x53, 0x07, 0x00};
  const auto found = Vp9Descriptor::parse(payload);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->frameStart);
  EXPECT_TRUE(found->frameEnd);
  EXPECT_TRUE(found->interPredicted);
  EXPECT_TRUE(found->notReferenced);
  EXPECT_EQ(found->pictureId, 0x0102);
  EXPECT_EQ(found->temporal, 2);
  EXPECT_EQ(found->spatial, 1);
  EXPECT_TRUE(found->switchingUp);
  EXPECT_TRUE(found->interLayer);
  EXPECT_FALSE(found->keyframe());
  EXPECT_EQ(found->tl0PictureIndex, 7);
  EXPECT_EQ(found->size, 5U);
  LayerId layer;
  layer.temporal = 2;
  layer.spatial = 1;
  layer.frameStart = layer.frameEnd = layer.switchAfter = true;
  layer.interPredicted = layer.standsAlone = true;
  EXPECT_EQ(layerReader("VP9")(payload), layer);
}

TEST(Vp9Descriptor, aKeyframeIsItsLowestLayersStart) {
  EXPECT_TRUE(Vp9Descriptor::parse(Bytes{0x28, 0x00, 0})->keyframe());
  EXPECT_FALSE(Vp9Descriptor::parse(Bytes{0x28, 0x02, 0})->keyframe()) << "spatial layer 1";
  EXPECT_FALSE(Vp9Descriptor::parse(Bytes{0x68, 0x00, 0})->keyframe()) << "inter-predicted";
  EXPECT_FALSE(Vp9Descriptor::parse(Bytes{0x20, 0x00, 0})->keyframe()) << "in the midst";
}

TEST(Vp9Descriptor, renumbersInTheWidthsThatAreThere) {
  Bytes wide{0xA8, 0x81, 0x02, 0x00, 0x07, 0xEE};
  Vp9Descriptor::parse(wide)->renumber(wide, 0x1234, 9);
  EXPECT_EQ(wide, (Bytes{0xA8, 0x92, 0x34, 0x00, 0x09, 0xEE}));
  Bytes narrow{0xA8, 0x02, 0x00, 0x07, 0xEE};
  Vp9Descriptor::parse(narrow)->renumber(narrow, 0x1234, 9);
  EXPECT_EQ(narrow, (Bytes{0xA8, 0x34, 0x00, 0x09, 0xEE}));
  Bytes flexible{0xB8, 0x02, 0x00, 0x07, 0xEE};
  Vp9Descriptor::parse(flexible)->renumber(flexible, 3, 9);
  EXPECT_EQ(flexible, (Bytes{0xB8, 0x03, 0x00, 0x07, 0xEE})) << "no TL0 index there";
}

TEST(Vp9Descriptor, isEmptyWhenCutShort) {
  const Bytes payload{0xA8, 0x81, 0x02, 0x53, 0x07};
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(Vp9Descriptor::parse(std::span(payload).first(size))) << size;
  }
}

TEST(Layers, aCodecThatTellsNothingHasOne) {
  EXPECT_EQ(layerReader("H264")(Bytes{0x65, 0xFF}), LayerId{});
}

TEST(Layers, surviveRandomPayloads) {
  std::mt19937 random(7741);
  for (int round = 0; round < 100'000; ++round) {
    Bytes payload(random() % 8);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
    ASSERT_LE(layerReader("VP8")(payload).temporal, 3);
    ASSERT_LE(layerReader("VP9")(payload).spatial, 7);
    if (const auto found = Vp8Descriptor::parse(payload)) {
      ASSERT_LT(found->size, payload.size());
      found->renumber(payload, 0x7FFF, 0xFF);
    }
  }
}

}  // namespace
}  // namespace kms::rtp
