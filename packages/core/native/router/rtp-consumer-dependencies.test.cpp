// Layers by dependency descriptors, from a publisher's session to a viewer's.
#include "router/test-svc.hpp"

#include <gtest/gtest.h>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

/// AV1 with three spatial layers, joined in keyframes only; each picture is of temporal layer 0.
class Av1KeySvcTest : public SvcTest {
 protected:
  Av1KeySvcTest() : SvcTest("AV1", true) {}

  void layerFrame(std::uint8_t spatial, bool key) override {
    const rtp::TestStructure structure = frames();
    for (const bool last : {false, true}) {
      rtp::TestDescriptor what;
      what.number = m_frame;
      what.templateId = static_cast<std::uint8_t>(2 * spatial + (key ? 0 : 1));
      what.start = !last;
      what.end = last;
      if (key && spatial == 0 && !last) what.structure = &structure;
      std::vector<std::uint8_t> payload(kSizes[spatial] / 2, spatial);
      payload[0] = key && spatial == 0 && !last ? 0x08 : 0;  // N
      const bool marker = last && spatial == 2;
      if (m_lost == spatial) {
        ++m_sequence;
        continue;
      }
      m_publisher.session.receiveRtp(
          describedPacket(m_lane, {98, marker, m_sequence++, m_picture * 3000U, 1}, payload,
                          rtp::descriptor(what)));
    }
    ++m_frame;
    if (m_lost == spatial) m_lost.reset();
  }
  static rtp::TestStructure frames() {
    return {0,
            3,
            3,
            {{0, 0, "SSS", {}, {0, 0, 0}},
             {0, 0, "S--", {3}, {3, 2, 1}},
             {1, 0, "-SS", {1}, {1, 1, 1}},
             {1, 0, "-S-", {3}, {1, 3, 2}},
             {2, 0, "--S", {1}, {2, 1, 1}},
             {2, 0, "--S", {3}, {2, 1, 3}}}};
  }

  std::uint16_t m_frame = 65500;
  std::optional<std::uint8_t> m_lost;  // of the next picture: spatial layer that does not come
};

TEST_F(Av1KeySvcTest, aLimitTakesAViewersUpperLayersAndNobodyElses) {
  expectOneLayerByLimit();
}

TEST_F(Av1KeySvcTest, aViewerGetsTheDescriptorsOfWhatItGets) {
  pictures(60);
  limit(400'000);
  pictures(60);
  rtp::DependencyStructure structure;
  std::set<std::uint16_t> frames;
  int structures = 0;
  for (std::size_t i = 0; i < m_viewer.outlet.rtp.size(); ++i) {
    const auto view = m_viewer.outlet.view(i);
    const auto data = view.extension(kDependencyId);
    if (isPadding(view)) continue;
    ASSERT_TRUE(data) << i;
    const auto read = rtp::DependencyDescriptor::parse(*data, structure);
    ASSERT_TRUE(read) << i;
    EXPECT_EQ(read->frame.layer.spatial, view.payload().back());
    structures += read->hasStructure ? 1 : 0;
    // Each reference was sent.
    for (std::uint16_t back = 1; back <= 4; ++back) {
      if (((read->frame.references >> (back - 1U)) & 1U) == 0) continue;
      EXPECT_TRUE(frames.contains(static_cast<std::uint16_t>(read->frameNumber - back))) << i;
    }
    frames.insert(read->frameNumber);
  }
  EXPECT_GE(structures, 2) << "at the start and with the switch";
}

TEST_F(Av1KeySvcTest, oneWhoComesLateStartsWithTheStructure) {
  pictures(10);
  SvcSession late(m_lane, "AV1");
  late.session.setSource(Medium::kVideo, m_publisher.session.producer(Medium::kVideo));
  pictures(20);
  ASSERT_GT(late.outlet.rtp.size(), 10U);
  rtp::DependencyStructure structure;
  const auto first = late.outlet.view(0).extension(kDependencyId);
  ASSERT_TRUE(first);
  const auto read = rtp::DependencyDescriptor::parse(*first, structure);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->hasStructure);
  EXPECT_EQ(read->frameNumber, 1);
  late.session.setSource(Medium::kVideo, nullptr);
}

TEST_F(Av1KeySvcTest, oneWhoTakesNoDescriptorsGetsTheLowestLayer) {
  SvcSession plain(m_lane, "AV1", false);
  plain.session.setSource(Medium::kVideo, m_publisher.session.producer(Medium::kVideo));
  pictures(30);
  for (const auto& [timestamp, picture] : sent(plain, 0)) ASSERT_EQ(picture.layers, (Layers{0}));
  for (std::size_t i = 0; i < plain.outlet.rtp.size(); ++i)
    ASSERT_FALSE(plain.outlet.view(i).extension(kDependencyId));
  expectContinuous(plain);
  plain.session.setSource(Medium::kVideo, nullptr);
}

TEST_F(Av1KeySvcTest, frameNumbersGoOnOverAnotherSource) {
  pictures(10);
  const std::size_t before = m_viewer.outlet.rtp.size();
  SvcSession second(m_lane, "AV1");
  m_viewer.session.setSource(Medium::kVideo, second.session.producer(Medium::kVideo));
  const rtp::TestStructure structure = frames();
  rtp::TestDescriptor what{.number = 9, .structure = &structure};
  const std::vector<std::uint8_t> payload(20, 0x08);
  second.session.receiveRtp(
      describedPacket(m_lane, {98, true, 5, 5, 2}, payload, rtp::descriptor(what)));
  m_lane.deliver();
  ASSERT_EQ(m_viewer.outlet.rtp.size(), before + 1);
  const auto last = *m_viewer.outlet.view(before - 1).extension(kDependencyId);
  const auto next = *m_viewer.outlet.view(before).extension(kDependencyId);
  EXPECT_EQ(rtp::read16(&next[1]), static_cast<std::uint16_t>(rtp::read16(&last[1]) + 1));
  m_viewer.session.setSource(Medium::kVideo, nullptr);
}

TEST_F(Av1KeySvcTest, whatIsMadeFromALostFrameIsNotSentUntilAKeyframe) {
  pictures(30);
  m_keysRefused = true;
  m_lost = 2;
  const std::size_t lost = m_viewer.outlet.rtp.size();
  pictures(20);
  EXPECT_EQ(sent(m_viewer, lost).size(), 19U) << "it may still come";
  pictures(15);
  const std::size_t broken = m_viewer.outlet.rtp.size();
  const auto asked = m_publisher.outlet.plis().size();
  pictures(40);
  EXPECT_TRUE(sent(m_viewer, broken).empty());
  EXPECT_GT(m_publisher.outlet.plis().size(), asked);
  EXPECT_GT(m_viewer.session.drops()[DropReason::kUndecodable], 0U);
  m_keysRefused = false;
  pictures(10);
  EXPECT_EQ(sent(m_viewer, broken).size(), 10U);
}

TEST_F(Av1KeySvcTest, aLowerLayerDoesNotSufferFromALossAboveIt) {
  limit(400'000);
  pictures(60);
  m_keysRefused = true;
  m_lost = 2;
  const std::size_t before = m_viewer.outlet.rtp.size();
  pictures(60);
  EXPECT_EQ(sent(m_viewer, before).size(), 60U);
  EXPECT_EQ(m_viewer.session.drops()[DropReason::kUndecodable], 0U);
  EXPECT_GT(m_other.session.drops()[DropReason::kUndecodable], 0U);
}

/// H264, which tells of no layers itself: T0 T2 T1 T2, and each frame has 1000 bytes.
class H264TemporalTest : public SvcTest {
 protected:
  H264TemporalTest() : SvcTest("H264", true) {}

  void layerFrame(std::uint8_t spatial, bool key) override {
    if (spatial > 0) return;
    constexpr std::array<std::uint8_t, 4> kTemplates{1, 3, 2, 4};
    constexpr std::array<std::uint8_t, 4> kLayers{0, 2, 1, 2};
    if (key) m_phase = 0;
    const rtp::TestStructure structure = rtp::structureL1T3();
    rtp::TestDescriptor what;
    what.number = m_frame++;
    what.templateId = key ? 0 : kTemplates[m_phase];
    if (key) what.structure = &structure;
    std::vector<std::uint8_t> payload(1000, kLayers[m_phase]);
    payload[0] = key ? 0x65 : 0x41;  // a slice of an IDR picture, of another
    m_publisher.session.receiveRtp(describedPacket(
        m_lane, {98, true, m_sequence++, m_picture * 3000U, 1}, payload, rtp::descriptor(what)));
    m_phase = (m_phase + 1) % 4;
  }

  std::uint16_t m_frame = 1;
  std::size_t m_phase = 0;
};

TEST_F(H264TemporalTest, aLimitTakesAViewersTemporalLayersAndNobodyElses) {
  pictures(60);
  limit(140'000);  // of 240 kbit/s; T0 and T1 take half
  pictures(8);
  const std::size_t before = m_viewer.outlet.rtp.size();
  const std::size_t others = m_other.outlet.rtp.size();
  const auto asked = m_publisher.outlet.plis().size();
  pictures(60);
  const auto thinned = sent(m_viewer, before);
  EXPECT_EQ(thinned.size(), 30U);
  for (const auto& [timestamp, picture] : thinned) EXPECT_EQ(picture.layers.count(2), 0U);
  EXPECT_EQ(sent(m_other, others).size(), 60U);
  limit(0);
  pictures(80);
  const std::size_t whole = m_viewer.outlet.rtp.size();
  pictures(40);
  EXPECT_EQ(sent(m_viewer, whole).size(), 40U);
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked) << "both ways lead over no keyframe";
  expectContinuous(m_viewer);
  expectContinuous(m_other);
}

}  // namespace
}  // namespace kms::router
