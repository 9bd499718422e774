// Spatial and temporal layers within one stream, from a publisher's session to a viewer's.
#include "router/test-svc.hpp"

#include <kms/rtp/vp9-descriptor.hpp>

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

/// What a viewer got of one picture.
struct SentPicture {
  std::set<int> layers;  ///< by payload size
  int markers = 0;
  bool endsMarked = false;
};

/// A source of 30 pictures a second whose spatial layers have 300, 900 and 2000 bytes: 72, 216 and
/// 480 kbit/s.
class SvcTest : public ::testing::Test {
 protected:
  static constexpr std::array<std::size_t, 3> kSizes{300, 900, 2000};

  SvcTest(std::string_view codec, bool described)
      : m_publisher(m_lane, codec, described),
        m_viewer(m_lane, codec, described),
        m_other(m_lane, codec, described) {
    for (SvcSession* each : {&m_viewer, &m_other})
      each->session.setSource(Medium::kVideo, m_publisher.session.producer(Medium::kVideo));
  }
  ~SvcTest() override {
    for (SvcSession* each : {&m_viewer, &m_other}) each->session.setSource(Medium::kVideo, nullptr);
  }

  /// Layer frame `spatial` of the present picture; large ones take two packets.
  virtual void layerFrame(std::uint8_t spatial, bool key) = 0;

  /// A key picture comes when the publisher was asked for one.
  void pictures(int count) {
    for (int i = 0; i < count; ++i, ++m_picture) {
      const std::size_t asked = m_publisher.outlet.plis().size();
      const bool key = m_picture == 0 || asked > m_asked;
      m_asked = asked;
      for (std::uint8_t spatial = 0; spatial < 3; ++spatial) layerFrame(spatial, key);
      m_lane.deliver();
      m_lane.advance(33ms);
    }
  }
  void limit(std::uint64_t rate) { m_viewer.session.setBandwidth({.maxSend = rate}); }
  static bool isPadding(const rtp::PacketView& view) { return view.payload().empty(); }

  /// Pictures of packets from `first` on.
  static std::map<std::uint32_t, SentPicture> sent(const SvcSession& viewer, std::size_t first) {
    std::map<std::uint32_t, SentPicture> found;
    for (std::size_t i = first; i < viewer.outlet.rtp.size(); ++i) {
      const auto view = viewer.outlet.view(i);
      if (view.header().payloadType != 98 || isPadding(view)) continue;
      SentPicture& picture = found[view.header().timestamp];
      picture.layers.insert(view.payload().back());
      picture.markers += view.header().marker ? 1 : 0;
      picture.endsMarked = view.header().marker;
    }
    return found;
  }
  /// Numbers go on without a gap, and each picture has one marker, at its end.
  static void expectContinuous(const SvcSession& viewer) {
    for (std::size_t i = 1; i < viewer.outlet.rtp.size(); ++i) {
      ASSERT_EQ(viewer.outlet.view(i).header().sequence,
                static_cast<std::uint16_t>(viewer.outlet.view(i - 1).header().sequence + 1));
    }
    for (const auto& [timestamp, picture] : sent(viewer, 0)) {
      EXPECT_EQ(picture.markers, 1);
      EXPECT_TRUE(picture.endsMarked);
    }
  }
  /// The layers of the last picture that was sent.
  static std::set<int> lastLayers(const SvcSession& viewer) {
    const auto all = sent(viewer, 0);
    return all.empty() ? std::set<int>() : all.rbegin()->second.layers;
  }

  using Layers = std::set<int>;
  TestLane m_lane;
  SvcSession m_publisher;
  SvcSession m_viewer;
  SvcSession m_other;
  unsigned m_picture = 0;
  std::uint16_t m_sequence = 65000;
  std::size_t m_asked = 0;
};

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

TEST_F(Vp9SvcTest, theWayDownLeadsOverAKeyframeWhereRetransmissionsWereLost) {
  pictures(60);
  const auto asked = m_publisher.outlet.plis().size();
  const auto lost = m_viewer.outlet.view(m_viewer.outlet.rtp.size() - 1).header().sequence;
  rtp::RtcpWriter writer;
  writer.addNack(3, m_viewer.session.localSsrc(Medium::kVideo), {{lost}});
  for (int i = 0; i < 4; ++i) {
    m_viewer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
    pictures(3);
  }
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked);
  limit(400'000);
  EXPECT_EQ(m_publisher.outlet.plis().size(), asked + 1);
}

TEST_F(Vp9KeySvcTest, aViewerGetsOneLayerBetweenKeyframes) {
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{2}));
  limit(400'000);
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{1}));
  EXPECT_EQ(lastLayers(m_other), (Layers{2}));
  limit(0);
  pictures(120);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{2}));
  expectContinuous(m_viewer);
  expectContinuous(m_other);
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
      m_publisher.session.receiveRtp(
          describedPacket(m_lane, {98, marker, m_sequence++, m_picture * 3000U, 1}, payload,
                          rtp::descriptor(what)));
    }
    ++m_frame;
  }
  static rtp::TestStructure frames() {
    return {0,
            3,
            3,
            {{0, 0, "SSS", {}},
             {0, 0, "S--", {3}},
             {1, 0, "-SS", {1}},
             {1, 0, "-S-", {3}},
             {2, 0, "--S", {1}},
             {2, 0, "--S", {3}}}};
  }

  std::uint16_t m_frame = 65500;
};

TEST_F(Av1KeySvcTest, aLimitTakesAViewersUpperLayersAndNobodyElses) {
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{2}));
  limit(400'000);
  pictures(60);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{1}));
  EXPECT_EQ(lastLayers(m_other), (Layers{2}));
  limit(0);
  pictures(120);
  EXPECT_EQ(lastLayers(m_viewer), (Layers{2}));
  expectContinuous(m_viewer);
  expectContinuous(m_other);
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

}  // namespace
}  // namespace kms::router
