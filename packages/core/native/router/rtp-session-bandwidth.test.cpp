// RtpSessions in simulated time: encodings by bandwidth, what is asked of publishers.
#include "router/test-session.hpp"

#include <kms/rtp/transport-feedback.hpp>
#include <kms/rtp/vp8-descriptor.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

/// A publisher and a viewer.
class BandwidthTest : public ::testing::Test {
 protected:
  void connect(const std::vector<std::string>& rids, bool transportCc) {
    m_publisher.emplace(m_lane, rids, transportCc);
    m_viewer.emplace(m_lane, std::vector<std::string>(), transportCc);
    m_viewer->session.setSource(Medium::kVideo, m_publisher->session.producer(Medium::kVideo));
  }
  void TearDown() override {
    if (m_viewer) m_viewer->session.setSource(Medium::kVideo, nullptr);
  }
  /// 30 frames a second of each encoding for `time`; a keyframe whenever one is asked for.
  void stream(Duration time) {
    for (Duration left = time; left > 0ms; left -= 33ms, m_lane.advance(33ms)) {
      for (std::size_t i = 0; i < m_encodings.size(); ++i) sendFrame(i);
      m_lane.deliver();
      answer();
    }
  }
  void sendFrame(std::size_t index) {
    Encoding& each = m_encodings[index];
    const auto asked = m_publisher->outlet.plis();
    const bool keyframe = std::ranges::count(asked, each.ssrc) > each.answered;
    each.answered = std::ranges::count(asked, each.ssrc);
    ++each.picture;
    const std::size_t packets = each.rate * 33 / 8000 / 1000 + 1;
    for (std::size_t i = 0; i < packets; ++i) {
      Vp8Packet packet{.ssrc = each.ssrc, .sequence = each.sequence++};
      packet.timestamp = each.picture * 2970U;
      packet.keyframe = keyframe && i == 0;
      packet.pictureId = each.picture;
      packet.marker = i + 1 == packets;
      packet.size = std::max<std::size_t>(each.rate * 33 / 8000 / packets, 20);
      packet.rid = m_encodings.size() > 1 ? each.rid : "";
      m_publisher->session.receiveRtp(rtpPacket(m_lane, packet));
    }
  }
  /// The viewer's transport-wide feedback, over a way that is wide enough.
  void answer() {
    for (; m_seen < m_viewer->outlet.rtp.size(); ++m_seen) {
      const auto number = m_viewer->outlet.view(m_seen).extension(5);
      if (number) m_receiver.onPacket(rtp::read16(number->data()), m_lane.clock.now());
    }
    rtp::RtcpWriter writer;
    while (m_receiver.build(writer, 3, 4)) {
      m_viewer->session.receiveRtcp(writer.bytes(), m_lane.clock.now());
      writer.clear();
    }
  }
  void viewerSays(std::uint64_t remb) {
    rtp::RtcpWriter writer;
    writer.addRemb(3, remb, {});
    m_viewer->session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  }
  [[nodiscard]] StreamStats outbound() const {
    for (const StreamStats& each : m_viewer->session.stats()) {
      if (!each.inbound) return each;
    }
    return {};
  }
  /// Bytes of payload the viewer got within `time`, as bit/s.
  double rateWithin(Duration time) {
    const std::size_t before = m_viewer->outlet.rtp.size();
    stream(time);
    std::size_t bytes = 0;
    for (std::size_t i = before; i < m_viewer->outlet.rtp.size(); ++i)
      bytes += m_viewer->outlet.view(i).payload().size();
    return static_cast<double>(bytes) * 8 / std::chrono::duration<double>(time).count();
  }

  struct Encoding {
    std::string rid;
    std::uint32_t ssrc;
    std::uint64_t rate;
    std::uint16_t sequence = 100;
    std::uint16_t picture = 1;
    std::int64_t answered = 0;
  };
  std::vector<Encoding> m_encodings{{"h", 10, 2'000'000}, {"m", 11, 500'000}, {"l", 12, 150'000}};
  TestLane m_lane;
  std::optional<TestSession> m_publisher;
  std::optional<TestSession> m_viewer;
  rtp::TransportFeedback m_receiver;
  std::size_t m_seen = 0;
};

TEST_F(BandwidthTest, withoutAnEstimateAViewerGetsTheBestEncoding) {
  connect({"h", "m", "l"}, false);
  stream(2s);
  EXPECT_NEAR(rateWithin(2s), 2e6, 0.4e6);
}

TEST_F(BandwidthTest, aLimitChoosesTheEncodingThatFits) {
  connect({"h", "m", "l"}, false);
  stream(2s);
  m_viewer->session.setBandwidth({.maxSend = 600'000});
  stream(1s);
  EXPECT_NEAR(rateWithin(2s), 500e3, 100e3);
  m_viewer->session.setBandwidth({});
  stream(4s);
  EXPECT_NEAR(rateWithin(2s), 2e6, 0.4e6);
}

TEST_F(BandwidthTest, theRemotesLimitCountsToo) {
  connect({"h", "m", "l"}, false);
  m_viewer->parameters.bandwidth = 200'000;
  m_viewer->session.configure({m_viewer->parameters});
  stream(3s);
  EXPECT_NEAR(rateWithin(2s), 150e3, 40e3);
}

TEST_F(BandwidthTest, switchesAreContinuousForTheViewer) {
  connect({"h", "m", "l"}, false);
  for (const std::uint64_t limit : {0ULL, 600'000ULL, 0ULL, 200'000ULL}) {
    m_viewer->session.setBandwidth({.maxSend = limit});
    stream(5s);
  }
  std::optional<rtp::Header> last;
  std::optional<std::uint16_t> picture;
  for (std::size_t i = 0; i < m_viewer->outlet.rtp.size(); ++i) {
    const auto view = m_viewer->outlet.view(i);
    const auto descriptor = rtp::Vp8Descriptor::parse(view.payload());
    ASSERT_TRUE(descriptor && descriptor->pictureId);
    if (last) {
      ASSERT_EQ(view.header().sequence, static_cast<std::uint16_t>(last->sequence + 1));
      ASSERT_LT(view.header().timestamp - last->timestamp, 90'000U);
      const auto step = static_cast<std::uint16_t>((*descriptor->pictureId - *picture) & 0x7FFFU);
      ASSERT_EQ(step, view.header().timestamp == last->timestamp ? 0 : 1);
    }
    last = view.header();
    picture = descriptor->pictureId;
  }
}

TEST_F(BandwidthTest, probesFindRoomForTheBestEncoding) {
  connect({"h", "m", "l"}, true);
  stream(1s);
  stream(8s);
  EXPECT_NEAR(rateWithin(2s), 2e6, 0.6e6);
}

TEST_F(BandwidthTest, anEncodingThatCeasesIsLeft) {
  connect({"h", "m", "l"}, false);
  stream(2s);
  m_encodings.erase(m_encodings.begin());
  stream(2s);
  EXPECT_NEAR(rateWithin(2s), 500e3, 100e3);
}

TEST_F(BandwidthTest, aViewersEstimateIsToldToThePublisher) {
  m_encodings = {{"", 10, 800'000}};
  connect({}, false);
  m_viewer->session.setBandwidth({.minSend = 100'000, .maxSend = 500'000});
  stream(1s);
  viewerSays(400'000);
  viewerSays(250'000);
  stream(1s);
  ASSERT_TRUE(m_publisher->outlet.remb());
  EXPECT_NEAR(static_cast<double>(*m_publisher->outlet.remb()), 250e3, 2e3);
  viewerSays(20'000);
  stream(1s);
  EXPECT_NEAR(static_cast<double>(*m_publisher->outlet.remb()), 100e3, 1e3) << "the least";
  viewerSays(5'000'000);
  stream(20s);
  EXPECT_NEAR(static_cast<double>(*m_publisher->outlet.remb()), 500e3, 5e3) << "the most";
}

TEST_F(BandwidthTest, aViewerOfASimulcastSourceDoesNotLimitIt) {
  connect({"h", "m", "l"}, true);
  stream(1s);
  viewerSays(200'000);
  stream(2s);
  EXPECT_FALSE(m_publisher->outlet.remb());
}

TEST_F(BandwidthTest, withTransportWideFeedbackRembCarriesOnlyLimits) {
  m_encodings = {{"", 10, 800'000}};
  connect({}, true);
  stream(1s);
  m_publisher->session.setBandwidth({.maxReceive = 300'000});
  stream(1s);
  ASSERT_TRUE(m_publisher->outlet.remb());
  EXPECT_NEAR(static_cast<double>(*m_publisher->outlet.remb()), 300e3, 3e3);
}

TEST_F(BandwidthTest, tellsWhatAnEncoderMayMakeForThePeer) {
  m_encodings = {{"", 10, 800'000}};
  connect({}, false);
  stream(1s);
  EXPECT_EQ(m_viewer->session.videoRoom(), 0U) << "nothing heard of the viewer";
  viewerSays(400'000);
  stream(1s);
  EXPECT_EQ(m_viewer->session.videoRoom(), 400'000U);
  EXPECT_EQ(m_publisher->session.videoRoom(), 0U) << "nothing is sent there";
}

TEST_F(BandwidthTest, statisticsTellOfWhatIsAvailable) {
  m_encodings = {{"", 10, 800'000}};
  connect({}, false);
  stream(1s);
  EXPECT_EQ(m_viewer->session.bandwidthStats().outgoing, 0U) << "nothing heard of the viewer";
  EXPECT_NEAR(static_cast<double>(outbound().targetBitrate), 800e3, 100e3) << "no limit";
  m_viewer->session.setBandwidth({.maxSend = 700'000});
  EXPECT_EQ(outbound().targetBitrate, 700'000U);
  viewerSays(400'000);
  stream(1s);
  EXPECT_EQ(m_viewer->session.bandwidthStats().outgoing, 400'000U);
  EXPECT_EQ(outbound().targetBitrate, 400'000U);
  EXPECT_EQ(m_viewer->session.bandwidthStats().incoming, 0U) << "it sends nothing";
  ASSERT_TRUE(m_publisher->outlet.remb());
  EXPECT_NEAR(static_cast<double>(m_publisher->session.bandwidthStats().incoming),
              static_cast<double>(*m_publisher->outlet.remb()), 2e3);
}

TEST_F(BandwidthTest, aLimitThatWasTakenBackIsNotWhatIsAvailable) {
  m_encodings = {{"", 10, 800'000}};
  connect({}, true);
  m_publisher->session.setBandwidth({.maxReceive = 300'000});
  stream(1s);
  EXPECT_EQ(m_publisher->session.bandwidthStats().incoming, 300'000U);
  m_publisher->session.setBandwidth({});
  stream(2s);
  EXPECT_EQ(m_publisher->session.bandwidthStats().incoming, 0U);
}

}  // namespace
}  // namespace kms::router
