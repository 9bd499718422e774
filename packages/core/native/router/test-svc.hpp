// For tests: layered VP9 and AV1 streams from a publisher to two viewers.
#pragma once

#include "router/test-session.hpp"
#include "rtp/test-descriptor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace kms::router {

inline constexpr std::string_view kDependencyUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
inline constexpr std::uint8_t kDependencyId = 9;

/// One packet of a layer frame; by default the frame is one packet.
struct Vp9Packet {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  bool interPredicted = false;
  bool interLayer = false;
  bool notReferenced = false;
  bool switchingUp = false;
  bool start = true;
  bool end = true;
  std::uint16_t pictureId = 0;
  std::uint8_t tl0 = 0;
  std::size_t size = 20;  ///< of the payload
};

inline std::vector<std::uint8_t> vp9Payload(const Vp9Packet& what) {
  std::vector<std::uint8_t> payload(std::max<std::size_t>(what.size, 8));
  payload[0] = static_cast<std::uint8_t>(0xA0U | (what.interPredicted ? 0x40U : 0U) |
                                         (what.start ? 8U : 0U) | (what.end ? 4U : 0U) |
                                         (what.notReferenced ? 1U : 0U));
  rtp::write16(&payload[1], static_cast<std::uint16_t>(0x8000U | what.pictureId));
  payload[3] = static_cast<std::uint8_t>((what.temporal << 5U) | (what.switchingUp ? 0x10U : 0U) |
                                         (what.spatial << 1U) | (what.interLayer ? 1U : 0U));
  payload[4] = what.tl0;
  return payload;
}

/// A packet with a dependency descriptor.
inline io::PacketRef describedPacket(TestLane& lane, const rtp::Header& header,
                                     std::span<const std::uint8_t> payload,
                                     std::span<const std::uint8_t> descriptor) {
  const io::PacketRef packet = lane.pool.allocate();
  rtp::HeaderWriter writer(packet->data, header, descriptor.size() > 16);
  writer.add(kDependencyId, descriptor);
  const std::size_t head = writer.finish();
  std::ranges::copy(payload, &packet->data[head]);
  packet->size = static_cast<std::uint32_t>(head + payload.size());
  packet->received = lane.clock.now();
  return packet;
}

inline CodecParameters svcCodec(std::string_view name) {
  CodecParameters codec = laneCodecs().front();
  codec.payloadType = 98;
  codec.format.codec = name;
  codec.rtx = 99;
  return codec;
}

/// A session with VP9 or AV1 (98, retransmissions 99), descriptors in extension 9 if it takes them.
struct SvcSession {
  SvcSession(TestLane& lane, std::string_view codec, bool described = true)
      : session(lane.environment, outlet, listener) {
    StreamParameters video;
    video.medium = media::Medium::kVideo;
    video.mid = "v";
    video.send = true;
    video.receive = true;
    video.codecs = {svcCodec(codec)};
    video.rtcpReducedSize = true;
    if (described) video.extensions = {{kDependencyId, std::string(kDependencyUri)}};
    session.configure({video});
  }

  TestOutlet outlet;
  TestSessionListener listener;
  RtpSession session;
};

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
      each->session.setSource(media::Medium::kVideo,
                              m_publisher.session.producer(media::Medium::kVideo));
  }
  ~SvcTest() override {
    for (SvcSession* each : {&m_viewer, &m_other})
      each->session.setSource(media::Medium::kVideo, nullptr);
  }

  /// Layer frame `spatial` of the present picture; large ones take two packets.
  virtual void layerFrame(std::uint8_t spatial, bool key) = 0;

  /// A key picture comes when the publisher was asked for one and does not refuse.
  void pictures(int count) {
    for (int i = 0; i < count; ++i, ++m_picture) {
      const std::size_t asked = m_publisher.outlet.plis().size();
      const bool key = m_picture == 0 || (asked > m_asked && !m_keysRefused);
      if (key) m_asked = asked;
      for (std::uint8_t spatial = 0; spatial < 3; ++spatial) layerFrame(spatial, key);
      m_lane.deliver();
      m_lane.advance(std::chrono::milliseconds(33));
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
  /// A viewer of k-SVC gets one layer between keyframes: the best within its limit.
  void expectOneLayerByLimit() {
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

  TestLane m_lane;
  SvcSession m_publisher;
  SvcSession m_viewer;
  SvcSession m_other;
  unsigned m_picture = 0;
  std::uint16_t m_sequence = 65000;
  std::size_t m_asked = 0;
  bool m_keysRefused = false;
};

}  // namespace kms::router
