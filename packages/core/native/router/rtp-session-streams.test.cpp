// An RtpSession with several streams of one medium (m-lines in one bundle), packet by packet.
#include "router/test-session.hpp"

#include <kms/base/error.hpp>

#include <gtest/gtest.h>

#include <set>

namespace kms::router {
namespace {

using media::Medium;

/// A VP8 stream with its mid in extension 9.
StreamParameters videoLine(std::size_t number, std::string mid) {
  StreamParameters video;
  video.number = number;
  video.mid = std::move(mid);
  video.send = true;
  video.receive = true;
  video.codecs = {laneCodecs().front()};
  video.codecs[0].remb = true;
  video.rtcpReducedSize = true;
  video.extensions = {{9, "urn:ietf:params:rtp-hdrext:sdes:mid"}};
  return video;
}

class SeveralStreamsTest : public ::testing::Test {
 protected:
  SeveralStreamsTest() {
    m_second = m_peer.session.addStream(Medium::kVideo);
    configure();
  }
  void configure() { m_peer.session.configure({videoLine(0, "camera"), videoLine(1, "screen")}); }
  void give(std::uint32_t ssrc, std::string_view mid, std::uint16_t sequence = 1) {
    m_peer.session.receiveRtp(
        rtpPacket(m_lane, {96, true, sequence, 0, ssrc}, vp8Payload({.keyframe = true}), mid, 9));
    m_lane.deliver();
  }

  TestLane m_lane;
  TestSession m_peer{m_lane, {}};
  StreamId m_second{Medium::kVideo};
};

TEST_F(SeveralStreamsTest, eachHasSsrcsOfItsOwn) {
  EXPECT_EQ(m_second, (StreamId{Medium::kVideo, 1}));
  const RtpSession& session = m_peer.session;
  const std::set<std::uint32_t> ssrcs{
      session.localSsrc(Medium::kAudio), session.localSsrc(Medium::kVideo),
      session.localSsrc(m_second), session.localRtxSsrc(Medium::kVideo),
      session.localRtxSsrc(m_second)};
  EXPECT_EQ(ssrcs.size(), 5U);
  EXPECT_THROW((void)session.localSsrc({Medium::kAudio, 1}), Error);
  for (auto i = session.kMostStreams - 3; i > 0; --i) m_peer.session.addStream(Medium::kAudio);
  EXPECT_THROW(m_peer.session.addStream(Medium::kAudio), Error);
}

TEST_F(SeveralStreamsTest, whatComesGoesWhereItsMidSays) {
  give(5, "screen");
  give(6, "camera");
  EXPECT_EQ(m_peer.session.producer(m_second)->ssrc(), 5U);
  EXPECT_EQ(m_peer.session.producer(Medium::kVideo)->ssrc(), 6U);
  give(5, "", 2);
  EXPECT_EQ(m_peer.session.producer(m_second)->statistics().packets(), 2U);
  EXPECT_EQ(m_peer.listener.flowingOut, (std::vector<StreamId>{m_second, Medium::kVideo}));
  std::set<std::string> mids;
  for (const StreamStats& each : m_peer.session.stats()) mids.insert(each.mid);
  EXPECT_EQ(mids, (std::set<std::string>{"camera", "screen"}));
}

TEST_F(SeveralStreamsTest, aPayloadTypeOfSeveralTellsNothing) {
  give(5, "");
  EXPECT_EQ(m_peer.session.counters().unknownStream, 1U);
  m_peer.session.configure({videoLine(1, "screen")});
  give(5, "");
  EXPECT_EQ(m_peer.session.producer(m_second)->ssrc(), 5U) << "only one has it now";
}

TEST_F(SeveralStreamsTest, keyframesAreAskedOfTheStreamThatLacksThem) {
  give(5, "screen");
  give(6, "camera");
  m_peer.outlet.rtcp.clear();
  m_peer.session.producer(m_second)->requestKeyframe();
  EXPECT_EQ(m_peer.outlet.plis(), std::vector<std::uint32_t>{5});
}

TEST_F(SeveralStreamsTest, eachIsSentUnderItsSsrcAndMid) {
  TestSession source(m_lane, {});
  m_peer.session.setSource(m_second, source.session.producer(Medium::kVideo));
  source.session.receiveRtp(rtpPacket(m_lane, {.sequence = 1, .keyframe = true}));
  m_lane.deliver();
  ASSERT_EQ(m_peer.outlet.rtp.size(), 1U);
  const auto view = m_peer.outlet.view(0);
  EXPECT_EQ(view.header().ssrc, m_peer.session.localSsrc(m_second));
  const auto mid = view.extension(9);
  ASSERT_TRUE(mid);
  EXPECT_EQ(std::string(mid->begin(), mid->end()), "screen");
  EXPECT_EQ(m_peer.listener.flowingIn, std::vector<StreamId>{m_second});
  m_peer.session.setSource(m_second, nullptr);
}

TEST_F(SeveralStreamsTest, anUnknownStreamIsRefusedAndChangesNothing) {
  EXPECT_THROW(m_peer.session.configure({videoLine(2, "other")}), Error);
  give(5, "screen");
  EXPECT_EQ(m_peer.session.producer(m_second)->ssrc(), 5U);
}

/// Two videos that go to one viewer, each from a publisher of its own.
class TwoVideosSentTest : public SeveralStreamsTest {
 protected:
  TwoVideosSentTest() {
    m_peer.session.setSource(Medium::kVideo, m_camera.session.producer(Medium::kVideo));
    m_peer.session.setSource(m_second, m_screen.session.producer(Medium::kVideo));
  }
  ~TwoVideosSentTest() override {
    m_peer.session.setSource(Medium::kVideo, nullptr);
    m_peer.session.setSource(m_second, nullptr);
  }
  void sendOf(TestSession& source) {
    source.session.receiveRtp(rtpPacket(m_lane, {.sequence = m_sequence++, .keyframe = true}));
    m_lane.deliver();
  }
  /// A second of both, in kbit/s.
  void stream(std::size_t camera, std::size_t screen) {
    for (int i = 0; i < 200; ++i, ++m_sequence) {
      for (auto [source, rate] : {std::pair(&m_camera, camera), std::pair(&m_screen, screen)}) {
        source->session.receiveRtp(rtpPacket(
            m_lane, {.sequence = m_sequence, .keyframe = true, .size = rate * 5 / 8 - 12}));
      }
      m_lane.deliver();
      m_lane.advance(std::chrono::milliseconds(5));
    }
  }
  void viewerTakes(std::uint64_t bitrate) {
    const std::uint32_t ssrc = m_peer.session.localSsrc(Medium::kVideo);
    rtp::RtcpWriter writer;
    ASSERT_TRUE(writer.addRemb(1, bitrate, {&ssrc, 1}));
    m_peer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  }
  static std::uint64_t hintTo(const TestSession& source) {
    return source.session.producer(Medium::kVideo)->bitrateHint();
  }

  TestSession m_camera{m_lane, {}};
  TestSession m_screen{m_lane, {}};
  std::uint16_t m_sequence = 1;
};

TEST_F(TwoVideosSentTest, shareWhatTheViewerTakes) {
  sendOf(m_camera);
  viewerTakes(1'000'000);
  EXPECT_EQ(hintTo(m_camera), 1'000'000U) << "the other one sends nothing yet";
  sendOf(m_screen);
  viewerTakes(1'000'000);
  EXPECT_EQ(hintTo(m_camera), 500'000U);
  EXPECT_EQ(hintTo(m_screen), 500'000U);
}

TEST_F(TwoVideosSentTest, whatOneLeavesGoesToTheOther) {
  stream(1500, 200);
  viewerTakes(1'000'000);
  EXPECT_NEAR(static_cast<double>(hintTo(m_camera)), 780e3, 30e3) << "1 Mbit/s less 220 kbit/s";
  EXPECT_GE(hintTo(m_screen), 500'000U) << "it may still grow";
  stream(1500, 1500);
  viewerTakes(1'000'000);
  EXPECT_EQ(hintTo(m_camera), 500'000U);
  EXPECT_EQ(hintTo(m_screen), 500'000U);
}

TEST_F(TwoVideosSentTest, whereThereIsEnoughForBothTheyMayGrowByAsMuch) {
  stream(800, 200);
  viewerTakes(2'000'000);
  EXPECT_NEAR(static_cast<double>(hintTo(m_camera)), 1'330e3, 60e3);
}

TEST_F(TwoVideosSentTest, aLimitOfOneMLineIsNotTheOthers) {
  auto limited = videoLine(1, "screen");
  limited.bandwidth = 200'000;
  m_peer.session.configure({videoLine(0, "camera"), limited});
  sendOf(m_camera);
  sendOf(m_screen);
  viewerTakes(2'000'000);
  EXPECT_EQ(hintTo(m_camera), 1'000'000U);
  EXPECT_EQ(hintTo(m_screen), 200'000U);
}

}  // namespace
}  // namespace kms::router
