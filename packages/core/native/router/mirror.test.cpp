// Viewers on other I/O threads than their source: mirrors, through real threads.
#include "router/lossy-relay.hpp"
#include "router/test-peer.hpp"

#include <gtest/gtest.h>

#include <future>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

class MirrorTest : public ::testing::Test {
 protected:
  std::int64_t counter(std::size_t thread, const std::string& name) {
    return m_router.counters(thread).at(name).as<std::int64_t>();
  }
  std::int64_t dropped(std::size_t thread) {
    return m_router.counters(thread).at("dropped").at("threadQueueFull").as<std::int64_t>();
  }
  /// Turns `thread` round until `done`, or patience ends.
  bool until(std::size_t thread, const std::function<bool()>& done) {
    for (const auto end = m_clock.now() + kPatience; m_clock.now() < end;) {
      runOn(m_router.executor(thread), [] {});
      if (done()) return true;
    }
    return false;
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}, {}, {}}, {"lo"}}, m_clock};
};

TEST_F(MirrorTest, viewersOnAllThreadsSeeTheSameSource) {
  TestMedia video(m_router, 0, Medium::kVideo, 40ms);
  TestTap here(m_router, 0, video.producer());
  TestTap there(m_router, 1, video.producer());
  TestTap elsewhere(m_router, 2, video.producer());
  video.start(2ms);
  for (TestTap* tap : {&here, &there, &elsewhere}) {
    ASSERT_TRUE(tap->await(200));
    EXPECT_EQ(tap->missing(), 0U);
    EXPECT_TRUE(tap->startsAtKeyframe());
    EXPECT_TRUE(tap->awaitCaptureError(0ms)) << "the mirror knows the capture time";
  }
  EXPECT_EQ(counter(1, "mirrored"), 0);
}

TEST_F(MirrorTest, aPacketCrossesOnceHoweverManyWatchThere) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestTap one(m_router, 1, video.producer());
  TestTap two(m_router, 1, video.producer());
  TestTap three(m_router, 1, video.producer());
  TestTap here(m_router, 0, video.producer());
  video.start(2ms);
  ASSERT_TRUE(one.await(200));
  ASSERT_TRUE(two.await(200));
  ASSERT_TRUE(three.await(200));
  // Published once a round.
  ASSERT_TRUE(until(0, [&] { return counter(0, "mirrored") >= 200; }));
  const std::int64_t crossed = counter(0, "mirrored");
  ASSERT_TRUE(here.await(static_cast<std::size_t>(crossed))) << "no more than there were";
}

TEST_F(MirrorTest, keyframeRequestsReachTheSource) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestTap tap(m_router, 1, video.producer());
  video.start(20ms);  // a keyframe by itself each second
  ASSERT_TRUE(tap.await(10));
  const unsigned before = video.keyframeRequests();
  tap.requestKeyframe();
  EXPECT_TRUE(video.awaitKeyframeRequests(before + 1));
}

TEST_F(MirrorTest, aViewerMaySwitchBetweenSourcesOfAnyThread) {
  TestMedia here(m_router, 1, Medium::kVideo);
  TestMedia there(m_router, 0, Medium::kVideo);
  TestMedia elsewhere(m_router, 2, Medium::kVideo);
  TestTap tap(m_router, 1, there.producer());
  for (TestMedia* each : {&here, &there, &elsewhere}) each->start(2ms);
  const std::array sources{&here, &elsewhere, &there};
  for (std::size_t i = 1; i < 7; ++i) {
    ASSERT_TRUE(tap.await(40 * i));
    tap.setSource(sources[i % 3]->producer());
  }
  ASSERT_TRUE(tap.await(280));
  EXPECT_EQ(tap.missing(), 0U);
  EXPECT_TRUE(tap.sourcesSwitchAtKeyframes());
  EXPECT_EQ(tap.sourcesSeen(), 3U);
}

TEST_F(MirrorTest, viewersComeAndGoWhileMediaFlows) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestTap stays(m_router, 1, video.producer());
  video.start(1ms);
  for (int i = 0; i < 60; ++i) {
    TestTap comes(m_router, static_cast<std::size_t>(i) % 3, video.producer());
    ASSERT_TRUE(comes.await(3));
  }
  ASSERT_TRUE(stays.await(200));
  EXPECT_EQ(stays.missing(), 0U);
}

TEST_F(MirrorTest, aMirrorThatNobodyWatchesGoes) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestTap here(m_router, 0, video.producer());
  video.start(2ms);
  {
    TestTap there(m_router, 1, video.producer());
    ASSERT_TRUE(there.await(10));
  }
  std::size_t more = 100;
  EXPECT_TRUE(until(0, [&] {
    const std::int64_t before = counter(0, "mirrored");
    return here.await(more += 50) && counter(0, "mirrored") == before;
  }));
}

TEST_F(MirrorTest, dropsAndCountsWhenTheOtherThreadDoesNotKeepUp) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestTap tap(m_router, 1, video.producer());
  video.start(std::chrono::microseconds(100));
  ASSERT_TRUE(tap.await(10));
  std::promise<void> release;
  const auto held = std::make_shared<std::shared_future<void>>(release.get_future());
  m_router.executor(1).post([held] { held->wait(); });
  EXPECT_TRUE(until(0, [&] { return dropped(0) > 0; }));
  release.set_value();
  EXPECT_TRUE(tap.await(3000)) << "it goes on";
}

TEST_F(MirrorTest, packetsComeBackToTheirThread) {
  auto video = std::make_unique<TestMedia>(m_router, 0, Medium::kVideo);
  {
    TestTap tap(m_router, 1, video->producer());
    video->start(1ms);
    ASSERT_TRUE(tap.await(500));
    EXPECT_GT(counter(0, "packetsInUse"), 100);
  }
  video.reset();
  EXPECT_TRUE(until(0, [&] { return counter(0, "packetsInUse") <= 2 * 32; }))
      << "more than what the sockets hold";
}

TEST_F(MirrorTest, theEndOfASourceIsSeenEverywhere) {
  auto gone = std::make_unique<TestMedia>(m_router, 0, Medium::kVideo);
  TestMedia next(m_router, 0, Medium::kVideo);
  TestTap tap(m_router, 1, gone->producer());
  gone->start(2ms);
  next.start(2ms);
  ASSERT_TRUE(tap.await(20));
  const auto ended = gone->producer();
  gone.reset();
  TestTap late(m_router, 2, ended);
  tap.setSource(next.producer());
  late.setSource(next.producer());
  EXPECT_TRUE(tap.await(200));
  EXPECT_TRUE(late.await(50));
}

TEST_F(MirrorTest, theRouterMayEndWhileMediaCrosses) {
  TestMedia up(m_router, 0, Medium::kVideo);  // threads end in their order
  TestMedia down(m_router, 2, Medium::kVideo);
  TestTap upTap(m_router, 1, up.producer());
  TestTap downTap(m_router, 1, down.producer());
  up.start(1ms);
  down.start(1ms);
  ASSERT_TRUE(upTap.await(20));
  ASSERT_TRUE(downTap.await(20));
  m_router.close();
}

TEST_F(MirrorTest, theRouterMayEndRightAfterAViewerCame) {
  for (int i = 0; i < 20; ++i) {
    Router router(RouterConfig{{{}, {}}, {"lo"}}, m_clock);
    TestMedia video(router, static_cast<std::size_t>(i) % 2, Medium::kVideo);
    video.start(1ms);
    TestTap tap(router, static_cast<std::size_t>(i + 1) % 2, video.producer());
    if (i % 4 < 2) {
      ASSERT_TRUE(tap.await(1));
    }
    router.close();
  }
}

/// Publisher and viewer on thread 0 and 1, the server's endpoint for each on the other one.
class MirroredCall : public MirrorTest {
 protected:
  TestPeer m_publisher{m_router, 0, "publisher"};
  TestPeer m_ingest{m_router, 1, "ingest"};
  TestPeer m_egress{m_router, 0, "egress"};
  TestPeer m_viewer{m_router, 1, "viewer"};
};

TEST_F(MirroredCall, repairsLossFromTheMirrorsOwnBuffer) {
  LossyRelay relay({*Address::parse("127.0.0.1", m_router.udpPort(0))}, 7);
  TestMedia video(m_router, 0, Medium::kVideo);
  TestMedia audio(m_router, 0, Medium::kAudio);
  m_publisher.setSource(Medium::kVideo, video.producer());
  m_publisher.setSource(Medium::kAudio, audio.producer());
  TestTap videoTap(m_router, 1, m_viewer.producer(Medium::kVideo));
  TestTap audioTap(m_router, 1, m_viewer.producer(Medium::kAudio));
  TestPeer::connect(m_publisher, m_ingest);
  Address via = relay.address();
  TestPeer::connect(m_viewer, m_egress, &via);
  m_egress.setSource(Medium::kVideo, m_ingest.producer(Medium::kVideo));
  m_egress.setSource(Medium::kAudio, m_ingest.producer(Medium::kAudio));
  video.start(3ms);
  audio.start(20ms);
  ASSERT_TRUE(videoTap.awaitUnbroken(400));
  EXPECT_TRUE(videoTap.startsAtKeyframe());
  EXPECT_GT(relay.dropped(), 10U);
  EXPECT_GT(m_egress.streamStats(Medium::kVideo, false)->nackCount, 5U);
  EXPECT_TRUE(audioTap.await(20));
  EXPECT_TRUE(videoTap.awaitCaptureError(15ms)) << "sender reports go by the origin's capture time";
}

}  // namespace
}  // namespace kms::router
