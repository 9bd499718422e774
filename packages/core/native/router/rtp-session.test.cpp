// RtpSessions, packet by packet in simulated time: retransmissions, encodings.
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

TEST_F(RtpSessionTest, countsWhatComesAfterItsEnd) {
  TestSession peer(m_lane, {});
  give(peer, {.sequence = 1, .keyframe = true});
  peer.session.close();
  give(peer, {.sequence = 2});
  peer.session.receiveRtcp(Bytes(8), m_lane.clock.now());
  EXPECT_EQ(peer.session.drops()[DropReason::kAfterEnd], 2U);
  EXPECT_EQ(m_lane.drops.get(DropReason::kAfterEnd), 2U);
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

}  // namespace
}  // namespace kms::router
