// Feed to Tap, through a real I/O thread.
#include "router/test-peer.hpp"

#include <kms/base/error.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;

class BridgeTest : public ::testing::Test {
 protected:
  SystemClock m_clock;
  Router m_router{RouterConfig{{{}}, {"lo"}}, m_clock};
};

TEST_F(BridgeTest, whatIsPushedArrivesWithItsCaptureTime) {
  TestMedia video(m_router, 0, Medium::kVideo, 40ms);
  EXPECT_EQ(video.producer()->format().codec, "VP8") << "known before the first packet";
  TestTap tap(m_router, 0, video.producer());
  video.start(2ms);
  ASSERT_TRUE(tap.await(50));
  EXPECT_EQ(tap.missing(), 0U);
  EXPECT_TRUE(tap.startsAtKeyframe());
  EXPECT_TRUE(tap.awaitCaptureError(0ms));
}

TEST_F(BridgeTest, aTapThatSwitchesSeesOneStream) {
  TestMedia one(m_router, 0, Medium::kVideo);
  TestMedia two(m_router, 0, Medium::kVideo);
  TestTap tap(m_router, 0, one.producer());
  one.start(2ms);
  two.start(2ms);
  for (std::size_t i = 1; i < 5; ++i) {
    ASSERT_TRUE(tap.await(40 * i));
    tap.setSource(i % 2 == 0 ? one.producer() : two.producer());
  }
  ASSERT_TRUE(tap.await(200));
  EXPECT_EQ(tap.missing(), 0U);
  EXPECT_TRUE(tap.sourcesSwitchAtKeyframes());
  EXPECT_EQ(tap.sourcesSeen(), 2U);
}

TEST_F(BridgeTest, keyframeRequestsReachTheFeed) {
  TestMedia video(m_router, 0, Medium::kVideo);
  TestTap tap(m_router, 0, video.producer());
  EXPECT_TRUE(video.awaitKeyframeRequests(1)) << "by attaching";
  video.start(20ms);  // a keyframe by itself each second
  ASSERT_TRUE(tap.await(10));
  tap.requestKeyframe();
  EXPECT_TRUE(video.awaitKeyframeRequests(2));
}

TEST_F(BridgeTest, refusesWhatIsNoPacketOfTheFeed) {
  FeedConfig config;
  config.format = {"VP8", 90000, 0, {}};
  config.payloadType = 96;
  config.ssrc = 5;
  const auto feed = m_router.createFeed(0, config);
  const std::vector<std::uint8_t> good = {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0x10, 0};
  auto wrongSsrc = good;
  wrongSsrc[11] = 6;
  auto wrongType = good;
  wrongType[1] = 97;
  std::vector<std::uint8_t> tooLong(1600);
  std::copy(good.begin(), good.end(), tooLong.begin());
  for (const auto& packet : {wrongSsrc, wrongType, tooLong, std::vector<std::uint8_t>(5)}) {
    feed->push(packet, m_clock.now());
  }
  feed->push(good, m_clock.now());
  EXPECT_EQ(feed->stats().dropped, 4U);
  EXPECT_EQ(feed->stats().pushed, 1U);
}

TEST_F(BridgeTest, dropsAndCountsWhenTheThreadDoesNotKeepUp) {
  FeedConfig config;
  config.format = {"VP8", 90000, 0, {}};
  config.payloadType = 96;
  config.ssrc = 5;
  const auto feed = m_router.createFeed(0, config);
  std::promise<void> release;
  m_router.executor(0).post([&, future = std::make_shared<std::shared_future<void>>(
                                    release.get_future())] { future->wait(); });
  for (int i = 0; i < 400; ++i) {
    const std::uint8_t packet[] = {0x80,
                                   96,
                                   static_cast<std::uint8_t>(i >> 8),
                                   static_cast<std::uint8_t>(i),
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   0,
                                   5,
                                   0x10,
                                   0};
    feed->push(packet, m_clock.now());
  }
  release.set_value();
  // The thread may have drained some before it was held up.
  EXPECT_GE(feed->stats().dropped, 1U);
  EXPECT_LE(feed->stats().dropped, 400U - 256U);
}

TEST_F(BridgeTest, nothingComesAfterATapIsGone) {
  TestMedia video(m_router, 0, Medium::kVideo);
  video.start(1ms);
  for (int i = 0; i < 20; ++i) {
    TestTap tap(m_router, 0, video.producer());
    ASSERT_TRUE(tap.await(2));
  }
}

TEST_F(BridgeTest, mayGoInAnyOrder) {
  auto video = std::make_unique<TestMedia>(m_router, 0, Medium::kVideo);
  TestTap tap(m_router, 0, video->producer());
  const auto producer = video->producer();
  video->start(1ms);
  ASSERT_TRUE(tap.await(10));
  video.reset();
  TestTap late(m_router, 0, producer);
  late.requestKeyframe();
  m_router.close();
}

TEST_F(BridgeTest, anIoThreadThatDoesNotExistIsNamed) {
  try {
    static_cast<void>(m_router.createTap(7, {}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40107);
    EXPECT_NE(std::string(error.what()).find('7'), std::string::npos);
  }
}

}  // namespace
}  // namespace kms::router
