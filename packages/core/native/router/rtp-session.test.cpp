// RtpSessions, packet by packet in simulated time: retransmissions, encodings, bandwidth.
#include "router/test-session.hpp"

#include <kms/rtp/transport-feedback.hpp>
#include <kms/rtp/vp8-descriptor.hpp>

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;
using Bytes = std::vector<std::uint8_t>;

class CollectingConsumer final : public Consumer {
 public:
  void onPackets(Producer&, std::span<const rtp::MediaPacket> packets, TimePoint) override {
    for (const auto& packet : packets) {
      sequences.push_back(static_cast<std::uint16_t>(packet.sequence));
      types.insert(packet.payloadType);
    }
  }
  void onFormat(const media::Format&) override {}
  void onProducerClosed() override {}

  std::vector<std::uint16_t> sequences;
  std::set<std::uint8_t> types;
};

/// The retransmission of `what` on `ssrc` under number `sequence`.
io::PacketRef retransmission(TestLane& lane, const Vp8Packet& what, std::uint32_t ssrc,
                             std::uint16_t sequence, std::string_view rid = {}) {
  const Bytes payload = vp8Payload(what);
  Bytes room(payload.size() + rtp::kRtxOverhead);
  const auto wrapped = rtp::wrapRtx(what.sequence, payload, room);
  return rtpPacket(lane, {97, what.marker, sequence, what.timestamp, ssrc}, wrapped, rid, 8);
}

class RtpSessionTest : public ::testing::Test {
 protected:
  void attach(TestSession& of) {
    m_source = of.session.producer(Medium::kVideo);
    m_source->attach(m_consumer);
  }
  void TearDown() override {
    if (m_source) m_source->detach(m_consumer);
  }
  void give(TestSession& to, const Vp8Packet& what) {
    to.session.receiveRtp(rtpPacket(m_lane, what));
    m_lane.deliver();
  }
  [[nodiscard]] static std::optional<StreamStats> inbound(const TestSession& of) {
    for (const StreamStats& each : of.session.stats()) {
      if (each.inbound) return each;
    }
    return {};
  }

  TestLane m_lane;
  CollectingConsumer m_consumer;
  std::shared_ptr<Producer> m_source;
};

TEST_F(RtpSessionTest, aRetransmissionBecomesThePacketThatWasLost) {
  TestSession peer(m_lane, {});
  attach(peer);
  give(peer, {.sequence = 1, .keyframe = true});
  give(peer, {.sequence = 3});
  peer.session.receiveRtp(retransmission(m_lane, {.sequence = 2}, 9, 700));
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences, (std::vector<std::uint16_t>{1, 3, 2}));
  EXPECT_EQ(m_consumer.types, std::set<std::uint8_t>{96});
  ASSERT_TRUE(inbound(peer));
  EXPECT_EQ(inbound(peer)->packetsLost, 1) << "the way lost it all the same";
}

TEST_F(RtpSessionTest, theMediaStateEndsWithTheGoodbyeOfTheLastSource) {
  TestSession peer(m_lane, {});
  const auto goodbye = [&](std::uint32_t ssrc) {
    rtp::RtcpWriter writer;
    ASSERT_TRUE(writer.addBye(ssrc));
    peer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  };
  give(peer, {.sequence = 1, .keyframe = true});
  goodbye(4711);
  EXPECT_TRUE(peer.listener.mediaConnected) << "who says goodbye is not known";
  goodbye(1);
  EXPECT_FALSE(peer.listener.mediaConnected);
}

TEST_F(RtpSessionTest, aRetransmissionOfWhatCameIsADuplicate) {
  TestSession peer(m_lane, {});
  attach(peer);
  give(peer, {.sequence = 1, .keyframe = true});
  peer.session.receiveRtp(retransmission(m_lane, {.sequence = 1}, 9, 700));
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences.size(), 1U);
  EXPECT_EQ(m_source->counters().duplicates, 1U);
}

TEST_F(RtpSessionTest, retransmissionsNeverBeginNorRestartASource) {
  TestSession peer(m_lane, {});
  attach(peer);
  peer.session.receiveRtp(retransmission(m_lane, {.sequence = 1}, 9, 700));
  EXPECT_EQ(peer.session.counters().unknownStream, 1U);
  give(peer, {.sequence = 1, .keyframe = true});
  const auto generation = m_source->generation();
  for (std::uint16_t i = 0; i < 5; ++i) {
    const auto far = static_cast<std::uint16_t>(30'000 + i);
    peer.session.receiveRtp(retransmission(m_lane, {.sequence = far}, 9, 701 + i));
  }
  m_lane.deliver();
  EXPECT_EQ(m_source->generation(), generation);
  EXPECT_EQ(m_consumer.sequences.size(), 1U);
}

TEST_F(RtpSessionTest, aRetransmissionWithoutContentIsAProbe) {
  TestSession peer(m_lane, {});
  give(peer, {.sequence = 1, .keyframe = true});
  peer.session.receiveRtp(rtpPacket(m_lane, {97, false, 5, 0, 9}, {}));
  EXPECT_EQ(peer.session.counters().probes, 1U);
}

TEST_F(RtpSessionTest, encodingsAreToldApartByTheirRidAndThenTheirSsrc) {
  TestSession peer(m_lane, {"h", "l"});
  const auto high = peer.session.producer(Medium::kVideo);
  ASSERT_EQ(high->otherEncodings().size(), 1U);
  const auto low = high->otherEncodings().front();
  give(peer, {.ssrc = 11, .sequence = 1, .keyframe = true, .rid = "l"});
  give(peer, {.ssrc = 10, .sequence = 1, .keyframe = true, .rid = "h"});
  give(peer, {.ssrc = 11, .sequence = 2});
  EXPECT_EQ(high->ssrc(), 10U);
  EXPECT_EQ(low->ssrc(), 11U);
  EXPECT_EQ(low->statistics().packets(), 2U);
  give(peer, {.ssrc = 12, .sequence = 1, .rid = "unknown"});
  give(peer, {.ssrc = 13, .sequence = 1});
  EXPECT_EQ(peer.session.counters().unknownStream, 2U);
}

TEST_F(RtpSessionTest, retransmissionsOfEncodingsAreFoundByTheRepairedRid) {
  TestSession peer(m_lane, {"h", "l"});
  const auto low = peer.session.producer(Medium::kVideo)->otherEncodings().front();
  low->attach(m_consumer);
  give(peer, {.ssrc = 11, .sequence = 1, .keyframe = true, .rid = "l"});
  give(peer, {.ssrc = 11, .sequence = 4});
  peer.session.receiveRtp(retransmission(m_lane, {.sequence = 2}, 21, 1, "l"));
  peer.session.receiveRtp(retransmission(m_lane, {.sequence = 3}, 21, 2));
  m_lane.deliver();
  EXPECT_EQ(m_consumer.sequences, (std::vector<std::uint16_t>{1, 4, 2, 3}));
  low->detach(m_consumer);
}

TEST_F(RtpSessionTest, theFormatIsKnownWhicheverEncodingComes) {
  TestSession peer(m_lane, {"h", "l"});
  give(peer, {.ssrc = 11, .sequence = 1, .keyframe = true, .rid = "l"});
  EXPECT_EQ(peer.listener.formats, std::vector<std::string>{"VP8"});
  give(peer, {.ssrc = 10, .sequence = 1, .keyframe = true, .rid = "h"});
  EXPECT_EQ(peer.listener.formats.size(), 1U);
}

TEST_F(RtpSessionTest, fewerRidsAfterARenegotiationCloseTheRest) {
  TestSession peer(m_lane, {"h", "m", "l"});
  const auto last = peer.session.producer(Medium::kVideo)->otherEncodings().back();
  peer.parameters.rids = {"h", "m"};
  peer.session.configure({peer.parameters});
  EXPECT_TRUE(last->closed());
  EXPECT_EQ(peer.session.producer(Medium::kVideo)->otherEncodings().size(), 1U);
}

TEST_F(RtpSessionTest, twoMediaMayShareASsrcByAccident) {
  TestSession peer(m_lane, {});
  StreamParameters audio;
  audio.medium = Medium::kAudio;
  audio.receive = true;
  audio.codecs = {laneCodecs().front()};
  audio.codecs[0].payloadType = 111;
  audio.codecs[0].format = {"OPUS", 48000, 2, {}};
  peer.session.configure({peer.parameters, audio});
  peer.session.receiveRtp(rtpPacket(m_lane, {111, false, 1, 0, 1}, Bytes{1, 2}));
  give(peer, {.ssrc = 1, .sequence = 5, .keyframe = true});
  peer.session.receiveRtp(rtpPacket(m_lane, {111, false, 2, 960, 1}, Bytes{1, 2}));
  EXPECT_EQ(peer.session.producer(Medium::kAudio)->statistics().packets(), 2U);
  EXPECT_EQ(peer.session.producer(Medium::kVideo)->statistics().packets(), 1U);
}

/// RFC 3550 8.2. Sources that were agreed on by SDP keep their SSRC: each direction has keys and
/// statistics of its own.
TEST_F(RtpSessionTest, aPeerThatSendsWithOurSsrcIsHeardAndSentTo) {
  TestSession peer(m_lane, {});
  const std::uint32_t ours = peer.session.localSsrc(Medium::kVideo);
  TestSession source(m_lane, {});
  attach(peer);
  peer.session.setSource(Medium::kVideo, source.session.producer(Medium::kVideo));
  give(peer, {.ssrc = ours, .sequence = 1, .keyframe = true});
  give(source, {.sequence = 1, .keyframe = true});
  give(peer, {.ssrc = ours, .sequence = 2});
  EXPECT_EQ(m_consumer.sequences, (std::vector<std::uint16_t>{1, 2}));
  ASSERT_FALSE(peer.outlet.rtp.empty());
  EXPECT_EQ(peer.outlet.view(0).header().ssrc, ours);
  rtp::RtcpWriter writer;
  ASSERT_TRUE(writer.addPli(ours, ours));
  peer.session.receiveRtcp(writer.bytes(), m_lane.clock.now());
  for (const StreamStats& each : peer.session.stats())
    EXPECT_EQ(each.pliCount, each.inbound ? 0U : 1U) << "asked of what we send, not of what comes";
}

TEST_F(RtpSessionTest, feedbackBeginsWithAReportUnlessReducedSizeWasAgreed) {
  for (const bool reduced : {true, false}) {
    TestSession peer(m_lane, {});
    peer.parameters.rtcpReducedSize = reduced;
    peer.session.configure({peer.parameters});
    give(peer, {.sequence = 1});
    peer.session.requestKeyframe();
    ASSERT_FALSE(peer.outlet.rtcp.empty());
    const auto first = rtp::RtcpReader(peer.outlet.rtcp.front()).next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->type,
              reduced ? rtp::RtcpType::kPayloadFeedback : rtp::RtcpType::kReceiverReport);
    EXPECT_EQ(peer.outlet.plis(), std::vector<std::uint32_t>{1});
  }
}

/// A publisher and a viewer.
class BandwidthTest : public RtpSessionTest {
 protected:
  void connect(const std::vector<std::string>& rids, bool transportCc) {
    m_publisher.emplace(m_lane, rids, transportCc);
    m_viewer.emplace(m_lane, std::vector<std::string>(), transportCc);
    m_viewer->session.setSource(Medium::kVideo, m_publisher->session.producer(Medium::kVideo));
  }
  void TearDown() override {
    if (m_viewer) m_viewer->session.setSource(Medium::kVideo, nullptr);
    RtpSessionTest::TearDown();
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

}  // namespace
}  // namespace kms::router
