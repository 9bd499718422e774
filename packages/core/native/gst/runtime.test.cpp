#include <kms/gst/flow-monitor.hpp>
#include <kms/testing/media-bench.hpp>

#include <gmock/gmock.h>

namespace kms::gst {
namespace {

using ::testing::ElementsAre;
using testing::MediaBench;

TEST(Runtime, RunsTasksInOrderOnItsLoop) {
  MediaBench bench;
  std::vector<int> seen;
  for (int i = 0; i < 3; ++i) bench.runtime.loop().post([&, i] { seen.push_back(i); });
  EXPECT_TRUE(bench.onLoop([&] { return bench.runtime.loop().isCurrent(); }));
  EXPECT_FALSE(bench.runtime.loop().isCurrent());
  EXPECT_THAT(seen, ElementsAre(0, 1, 2));
}

TEST(Runtime, RunsWhatItAcceptedBeforeItEnds) {
  int ran = 0;
  {
    MediaBench bench;
    bench.runtime.loop().post([&] {
      bench.runtime.loop().post([&] { ++ran; });
      ++ran;
    });
  }
  EXPECT_EQ(ran, 2);
}

TEST(Runtime, MapsMomentsToRunningTimeAndBack) {
  ManualClock clock;
  const Runtime runtime(clock);
  const TimePoint base = clock.now();
  EXPECT_EQ(runtime.runningTime(base + std::chrono::seconds(2)), 2 * GST_SECOND);
  EXPECT_EQ(runtime.runningTime(base - std::chrono::seconds(2)), 0U);
  EXPECT_EQ(runtime.momentOf(GST_SECOND), base + std::chrono::seconds(1));
}

TEST(Runtime, AnswersACallThatIsStuckAndServesTheNextOnes) {
  MediaBench bench;
  std::promise<void> unblock;
  const std::shared_future<void> blocked = unblock.get_future().share();
  testing::Arrivals<bool> answers;
  for (int i = 0; i < 4; ++i) {  // more than the pool has threads
    bench.runtime.run([blocked] { return blocked.wait(), true; }, std::chrono::milliseconds(20),
                      [&](bool ok) { answers.add(ok); });
  }
  ASSERT_TRUE(answers.awaitCount(4));
  bench.runtime.run([] { return true; }, std::chrono::seconds(20),
                    [&](bool ok) { answers.add(ok); });
  ASSERT_TRUE(answers.awaitCount(5));
  EXPECT_THAT(answers.all(), ElementsAre(false, false, false, false, true));
  unblock.set_value();
}

TEST(Runtime, GivesAllPipelinesTheSameRunningTime) {
  MediaBench bench;
  const auto collector = std::make_shared<testing::Collector>();
  auto origin =
      bench.origin(media::Medium::kVideo,
                   "videotestsrc is-live=true ! video/x-raw,width=16,height=16,framerate=30/1");
  origin.frames->attach(collector);
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(collector->samples.awaitCount(1));
  const GstClockTime now = bench.runtime.runningTime(bench.clock.now());
  const GstClockTime first = collector->times().front();
  EXPECT_LE(first, now);
  EXPECT_LT(now - first, 5 * GST_SECOND);
  bench.stop(origin);
}

TEST(Runtime, TakesDownPipelinesThatAreDroppedAtItsEnd) {
  GWeakRef pipeline;
  {
    MediaBench bench;
    const auto collector = std::make_shared<testing::Collector>();
    auto origin = bench.origin(media::Medium::kVideo, "videotestsrc is-live=true");
    origin.frames->attach(collector);
    ASSERT_TRUE(bench.play(origin));
    ASSERT_TRUE(collector->samples.awaitCount(1));
    g_weak_ref_init(&pipeline, origin.pipeline->get());
    bench.runtime.loop().post([held = std::move(origin.pipeline)]() mutable { held.reset(); });
  }
  EXPECT_EQ(g_weak_ref_get(&pipeline), nullptr);
  g_weak_ref_clear(&pipeline);
}

TEST(Pipeline, ReportsErrorsWithTheirKurentoType) {
  MediaBench bench;
  testing::Arrivals<BusError> errors;
  auto pipeline = bench.onLoop([&] {
    PipelineHandlers handlers;
    handlers.onError = [&](const BusError& error) { errors.add(error); };
    return std::make_unique<Pipeline>(bench.runtime, "broken",
                                      "videotestsrc num-buffers=5 ! filesink location=/nowhere/x",
                                      handlers);
  });
  bench.onLoop([&] { pipeline->setState(GST_STATE_PLAYING, [](bool) {}); });
  ASSERT_TRUE(errors.awaitCount(1));
  EXPECT_EQ(errors.all()[0].type, "RESOURCE_ERROR_OPEN");
  const Value event(errors.all()[0].toEvent("id-1"));
  EXPECT_NE(event.at("description").text().find("element: id-1"), std::string::npos);
  bench.onLoop([&] { pipeline.reset(); });
}

TEST(Pipeline, NamesTheElementThatIsNotInstalled) {
  MediaBench bench;
  const auto message = bench.onLoop([&]() -> std::string {
    try {
      const Pipeline pipeline(bench.runtime, "p", "nosuchelement ! fakesink", {});
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), 40108);
      return error.what();
    }
  });
  EXPECT_NE(message.find("nosuchelement"), std::string::npos);
}

TEST(FlowMonitor, ReportsTheFirstTouchAndTheSilenceAfterwards) {
  ManualClock clock;
  Runtime runtime(clock);
  testing::Arrivals<bool> reports;
  std::unique_ptr<FlowMonitor> monitor;
  std::promise<void> made;
  runtime.loop().post([&] {
    monitor = std::make_unique<FlowMonitor>(runtime, [&](bool flowing) { reports.add(flowing); });
    made.set_value();
  });
  made.get_future().get();
  const auto touch = monitor->toucher();
  touch();
  touch();
  ASSERT_TRUE(reports.awaitCount(1));
  runtime.loop().post([&] { clock.advance(FlowMonitor::kSilence); });
  ASSERT_TRUE(reports.awaitCount(2));
  touch();
  ASSERT_TRUE(reports.awaitCount(3));
  EXPECT_THAT(reports.all(), ElementsAre(true, false, true));
  std::promise<void> gone;
  runtime.loop().post([&] {
    monitor.reset();
    gone.set_value();
  });
  gone.get_future().get();
}

TEST(Runtime, NamesThePluginThatCannotBeLoaded) {
  MediaBench bench;
  for (const char* path : {"/nowhere/libgstnone.so", "/proc/self/exe"}) {
    try {
      bench.runtime.loadPlugin(path);
      FAIL() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), 40108);
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace kms::gst
