// Whole calls over 127.0.0.1: publisher -> server -> viewer, each a WebRtcTransport, with ICE, DTLS
// and SRTP.
#include "router/lossy-relay.hpp"
#include "router/test-peer.hpp"

#include <kms/rtp/packet-view.hpp>

#include <gtest/gtest.h>

#include <set>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

/// Publisher and viewer on I/O thread 0, the server's two endpoints on thread 1.
class Call : public ::testing::Test {
 protected:
  void connectPublisher(Address* via = nullptr) { TestPeer::connect(m_publisher, m_ingest, via); }
  void connectViewer(Address* via = nullptr) { TestPeer::connect(m_egress, m_viewer, via); }
  void route() {
    m_egress.setSource(Medium::kVideo, m_ingest.producer(Medium::kVideo));
    m_egress.setSource(Medium::kAudio, m_ingest.producer(Medium::kAudio));
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}, {}}, {"lo"}}, m_clock};
  TestPeer m_publisher{m_router, 0, "publisher"};
  TestPeer m_viewer{m_router, 0, "viewer"};
  TestPeer m_ingest{m_router, 1, "ingest"};
  TestPeer m_egress{m_router, 1, "egress"};
};

TEST_F(Call, connectsAndTellsItsStates) {
  connectPublisher();
  EXPECT_TRUE(m_ingest.await("ice READY"));
  EXPECT_TRUE(m_publisher.await("ice READY"));
  EXPECT_TRUE(m_ingest.await("dtls CONNECTED"));
  EXPECT_TRUE(m_publisher.await("dtls CONNECTED"));
  EXPECT_TRUE(m_ingest.await("pair"));
  const TransportStats stats = m_ingest.stats();
  ASSERT_TRUE(stats.selectedPair);
  EXPECT_EQ(stats.selectedPair->remote.address.port, m_router.udpPort(0));
  EXPECT_EQ(stats.dtlsState, dtls::State::kConnected);
}

TEST_F(Call, forwardsMediaFromPublisherToViewer) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestMedia audio(m_router, 0, Medium::kAudio);
  m_publisher.setSource(Medium::kVideo, video.producer());
  m_publisher.setSource(Medium::kAudio, audio.producer());
  TestTap videoTap(m_router, 0, m_viewer.producer(Medium::kVideo));
  TestTap audioTap(m_router, 0, m_viewer.producer(Medium::kAudio));
  connectPublisher();
  connectViewer();
  route();
  video.start(5ms);
  audio.start(20ms);
  ASSERT_TRUE(videoTap.await(100));
  ASSERT_TRUE(audioTap.await(20));
  EXPECT_TRUE(m_ingest.await("format video VP8"));
  EXPECT_TRUE(m_ingest.await("format audio OPUS"));
  EXPECT_TRUE(m_ingest.await("flow video out true"));
  EXPECT_TRUE(m_egress.await("flow video in true"));
  EXPECT_TRUE(m_ingest.await("media true"));
  EXPECT_TRUE(m_egress.await("media true")) << "by the viewer's receiver reports";
  EXPECT_TRUE(videoTap.startsAtKeyframe());
  EXPECT_EQ(videoTap.missing(), 0U);
  EXPECT_EQ(audioTap.missing(), 0U);

  const auto inbound = m_ingest.streamStats(Medium::kVideo, true);
  ASSERT_TRUE(inbound);
  EXPECT_GT(inbound->packets, 50U);
  EXPECT_EQ(inbound->packetsLost, 0);
  const auto outbound = m_egress.streamStats(Medium::kVideo, false);
  ASSERT_TRUE(outbound);
  EXPECT_EQ(outbound->ssrc, m_egress.local().videoSsrc);
  EXPECT_GT(outbound->packets, 50U);
}

TEST_F(Call, repairsLossByRetransmissionOnBothLegs) {
  LossyRelay first({*Address::parse("127.0.0.1", m_router.udpPort(1))}, 10);
  LossyRelay second({*Address::parse("127.0.0.1", m_router.udpPort(1))}, 7);
  TestMedia video(m_router, 0, Medium::kVideo);
  m_publisher.setSource(Medium::kVideo, video.producer());
  TestTap tap(m_router, 0, m_viewer.producer(Medium::kVideo));
  Address ingestVia = first.address();
  TestPeer::connect(m_publisher, m_ingest, &ingestVia);
  Address egressVia = second.address();
  TestPeer::connect(m_viewer, m_egress, &egressVia);
  route();
  video.start(3ms);
  ASSERT_TRUE(tap.awaitUnbroken(400));
  EXPECT_GT(first.dropped(), 10U);
  EXPECT_GT(second.dropped(), 10U);
  const auto inbound = m_ingest.streamStats(Medium::kVideo, true);
  const auto outbound = m_egress.streamStats(Medium::kVideo, false);
  ASSERT_TRUE(inbound && outbound);
  EXPECT_GT(inbound->nackCount, 10U);
  EXPECT_GT(outbound->nackCount, 5U);
}

TEST_F(Call, marksItsMediaAsTheEndpointIsToldTo) {
  WebRtcTransportOptions expedited;
  expedited.dscp = 46;
  GatherOptions udp;
  udp.tcp = false;
  TestPeer marked(m_router, 0, "marked", udp, expedited);
  LossyRelay relay({*Address::parse("127.0.0.1", m_router.udpPort(1))}, 1'000'000);
  TestMedia video(m_router, 0, Medium::kVideo);
  marked.setSource(Medium::kVideo, video.producer());
  TestTap tap(m_router, 1, m_ingest.producer(Medium::kVideo));
  const Address via = relay.address();
  TestPeer::connect(marked, m_ingest, &via);
  video.start(5ms);
  ASSERT_TRUE(tap.await(10));
  EXPECT_EQ(relay.dscp(), 46);
}

TEST_F(Call, aViewersKeyframeRequestReachesThePublisher) {
  TestMedia video(m_router, 0, Medium::kVideo);
  m_publisher.setSource(Medium::kVideo, video.producer());
  TestTap tap(m_router, 0, m_viewer.producer(Medium::kVideo));
  connectPublisher();
  connectViewer();
  route();
  video.start(20ms);  // a keyframe by itself each second
  ASSERT_TRUE(tap.await(20));
  const unsigned before = video.keyframeRequests();
  tap.requestKeyframe();
  EXPECT_TRUE(video.awaitKeyframeRequests(before + 1));
  ASSERT_TRUE(tap.awaitKeyframes(2));
  EXPECT_GT(m_egress.streamStats(Medium::kVideo, false)->pliCount, 0U);
}

TEST_F(Call, senderReportsStateCaptureTime) {
  TestMedia video(m_router, 0, Medium::kVideo, 80ms);
  TestMedia audio(m_router, 0, Medium::kAudio, 0ms);
  m_publisher.setSource(Medium::kVideo, video.producer());
  m_publisher.setSource(Medium::kAudio, audio.producer());
  TestTap videoTap(m_router, 0, m_viewer.producer(Medium::kVideo));
  TestTap audioTap(m_router, 0, m_viewer.producer(Medium::kAudio));
  connectPublisher();
  connectViewer();
  route();
  video.start(10ms);
  audio.start(20ms);
  // Video arrives 80 ms after its capture, audio at once: by arrival they would be 80 ms apart.
  EXPECT_TRUE(videoTap.awaitCaptureError(15ms))
      << videoTap.lastCaptureError().count() / 1e6 << " ms";
  EXPECT_TRUE(audioTap.awaitCaptureError(15ms))
      << audioTap.lastCaptureError().count() / 1e6 << " ms";
}

TEST_F(Call, switchingSourcesKeepsSequenceNumbersContinuous) {
  TestMedia one(m_router, 1, Medium::kVideo);
  TestMedia two(m_router, 1, Medium::kVideo);
  TestTap tap(m_router, 0, m_viewer.producer(Medium::kVideo));
  connectViewer();
  one.start(4ms);
  two.start(4ms);
  std::size_t seen = 0;
  for (int i = 0; i < 6; ++i) {
    m_egress.setSource(Medium::kVideo, i % 2 == 0 ? one.producer() : two.producer());
    seen += 60;
    ASSERT_TRUE(tap.await(seen));
  }
  EXPECT_EQ(tap.missing(), 0U);
  EXPECT_TRUE(tap.sourcesSwitchAtKeyframes());
  EXPECT_GE(tap.sourcesSeen(), 2U);
}

TEST_F(Call, aWrongFingerprintMeansNoMedia) {
  TestMedia video(m_router, 0, Medium::kVideo);
  m_publisher.setSource(Medium::kVideo, video.producer());
  TestPeer::connect(m_publisher, m_ingest, nullptr, [](RemoteParameters& toIngest) {
    toIngest.fingerprints[0].value.replace(
        0, 2, toIngest.fingerprints[0].value.starts_with("AB") ? "CD" : "AB");
  });
  video.start(5ms);
  EXPECT_TRUE(m_ingest.await("dtls FAILED"));
  EXPECT_FALSE(m_ingest.streamStats(Medium::kVideo, true));
  EXPECT_FALSE(m_ingest.has("media true"));
}

TEST_F(Call, closingSaysGoodbye) {
  connectPublisher();
  ASSERT_TRUE(m_ingest.await("dtls CONNECTED"));
  ASSERT_TRUE(m_publisher.await("dtls CONNECTED"));
  m_publisher.close();
  EXPECT_TRUE(m_ingest.await("dtls CLOSED"));
}

TEST_F(Call, routerMayEndWhileTransportsAreConnected) {
  TestMedia video(m_router, 0, Medium::kVideo);
  m_publisher.setSource(Medium::kVideo, video.producer());
  connectPublisher();
  connectViewer();
  route();
  video.start(5ms);
  ASSERT_TRUE(m_ingest.await("flow video out true"));
  m_router.close();
  EXPECT_EQ(std::get<std::int64_t>(m_router.counters(1).at("transports").data()), 0);
  EXPECT_LE(std::get<std::int64_t>(m_router.counters(1).at("packetsInUse").data()), 0);
}

}  // namespace
}  // namespace kms::router
