#include "objects/gstreamer-filter.hpp"

#include <kms/testing/media-bench.hpp>

namespace kms::filters {
namespace {

using media::Medium;
using media::Stream;
using testing::Collector;

constexpr const char* kBars =
    "videotestsrc is-live=true pattern=smpte ! "
    "video/x-raw,format=I420,width=320,height=240,framerate=30/1";
constexpr const char* kTone =
    "audiotestsrc is-live=true samplesperbuffer=960 ! "
    "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2";

class GStreamerFilterTest : public ::testing::Test {
 protected:
  using FilterPtr = std::unique_ptr<GStreamerFilter>;

  FilterPtr make(const std::string& command, const std::string& type = "AUTODETECT") {
    return bench.onLoop([&] {
      const Map params{{"ioThread", 0}, {"command", command}, {"filterType", type}};
      return std::make_unique<GStreamerFilter>(bench.context("f"), Value(params));
    });
  }
  void link(GStreamerFilter& filter, std::shared_ptr<Stream> source) {
    bench.onLoop([&] { filter.setSource(std::move(source)); });
  }
  static std::shared_ptr<Collector> collect(GStreamerFilter& filter, Medium medium) {
    auto collector = std::make_shared<Collector>();
    filter.source(medium)->frames->attach(collector);
    return collector;
  }
  // Blue is the rightmost of the bars.
  static bool isBlueLeft(GstSample* sample) {
    return testing::colourOf(sample, 0.0, 0.12).u > testing::colourOf(sample, 0.88, 1.0).u + 30;
  }
  static int loudest(GstSample* sample) {
    GstMapInfo map;
    EXPECT_TRUE(gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ));
    int peak = 0;
    const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
    for (std::size_t i = 0; i < map.size / 2; ++i) peak = std::max(peak, std::abs(int{samples[i]}));
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    return peak;
  }

  testing::MediaBench bench;
};

TEST_F(GStreamerFilterTest, RefusesBadParams) {
  EXPECT_THROW(make("nosuchelement"), Error);
  EXPECT_THROW(make("videoflip", "SMELL"), Error);
  EXPECT_THROW(bench.onLoop([&] {
    return std::make_unique<GStreamerFilter>(bench.context("f"), Value(Map{}));
  }),
               Error);
}

TEST_F(GStreamerFilterTest, OffersItsMediumAtOnce) {
  FilterPtr filter = make("videoflip method=horizontal-flip");
  EXPECT_EQ(bench.invoke(*filter, "mediaType").text(), "video");
  EXPECT_NE(filter->source(Medium::kVideo), nullptr);
  EXPECT_NE(filter->sink(Medium::kVideo), nullptr);
  EXPECT_EQ(filter->source(Medium::kAudio), nullptr);
  EXPECT_EQ(filter->sink(Medium::kAudio), nullptr);
  EXPECT_TRUE(bench.awaitEvent("f", "sourceFormat", [](const Value& data) {
    return data.at("kind").text() == "frames" && data.at("medium").text() == "video" &&
           data.at("format").at("codec").text() == "RAW";
  }));
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, PutsTheElementToWorkAndKeepsTimes) {
  FilterPtr filter = make("videoflip method=horizontal-flip");
  auto origin = bench.origin(Medium::kVideo, kBars);
  const auto before = std::make_shared<Collector>();
  origin.frames->attach(before);
  const auto after = collect(*filter, Medium::kVideo);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(after->samples.awaitCount(15));
  EXPECT_FALSE(isBlueLeft(before->samples.all().back().get()));
  EXPECT_TRUE(isBlueLeft(after->samples.all().back().get()));
  const auto sent = before->times();
  for (const GstClockTime time : after->times()) {
    EXPECT_NE(std::find(sent.begin(), sent.end(), time), sent.end());
  }
  for (const char* direction : {"in", "out"}) {
    EXPECT_TRUE(bench.awaitEvent("f", "flow", [&](const Value& data) {
      return data.at("direction").text() == direction && data.at("flowing").as<bool>();
    }));
  }
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, ChangesAPropertyWhileMediaFlows) {
  FilterPtr filter = make("videoflip method=none");
  auto origin = bench.origin(Medium::kVideo, kBars);
  const auto after = collect(*filter, Medium::kVideo);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(after->samples.awaitCount(3));
  EXPECT_FALSE(isBlueLeft(after->samples.all().back().get()));
  for (const auto& [method, isFlipped] :
       {std::pair("horizontal-flip", true), std::pair("none", false)}) {
    bench.invoke(*filter, "setElementProperty", {{"name", "method"}, {"value", method}});
    EXPECT_TRUE(after->samples.await([&, flipped = isFlipped](const auto& samples) {
      return isBlueLeft(samples.back().get()) == flipped;
    })) << method;
  }
  EXPECT_THROW(bench.invoke(*filter, "setElementProperty", {{"name", "x"}, {"value", "1"}}), Error);
  EXPECT_THROW(bench.invoke(*filter, "setElementProperty", {{"name", "method"}}), Error);
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, FiltersAudio) {
  FilterPtr filter = make("volume volume=0.0");
  EXPECT_EQ(bench.invoke(*filter, "mediaType").text(), "audio");
  auto origin = bench.origin(Medium::kAudio, kTone);
  const auto after = collect(*filter, Medium::kAudio);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(after->samples.awaitCount(10));
  for (const auto& sample : after->samples.all()) EXPECT_EQ(loudest(sample.get()), 0);
  bench.invoke(*filter, "setElementProperty", {{"name", "volume"}, {"value", "1.0"}});
  EXPECT_TRUE(after->samples.await(
      [](const auto& samples) { return loudest(samples.back().get()) > 10000; }));
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, LeavesFramesOutUnderLoad) {
  FilterPtr filter = make("identity sleep-time=150000", "VIDEO");
  auto origin = bench.origin(Medium::kVideo, kBars);
  const auto before = std::make_shared<Collector>();
  origin.frames->attach(before);
  const auto after = collect(*filter, Medium::kVideo);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(after->samples.awaitCount(10));
  const auto lag = static_cast<std::int64_t>(before->times().back()) -
                   static_cast<std::int64_t>(after->times().back());
  EXPECT_GT(before->samples.all().size(), 2 * after->samples.all().size());
  EXPECT_LT(lag, static_cast<std::int64_t>(GST_SECOND));
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, GoesOnWithAnotherSourceAndAfterAnEnd) {
  FilterPtr filter = make("videoflip video-direction=horiz");
  const auto after = collect(*filter, Medium::kVideo);
  for (std::size_t round = 1; round <= 2; ++round) {
    auto origin = bench.origin(Medium::kVideo,
                               "videotestsrc is-live=true num-buffers=10 pattern=smpte ! "
                               "video/x-raw,format=RGBA,width=160,height=120,framerate=30/1");
    link(*filter, std::make_shared<Stream>(origin.frames));
    ASSERT_TRUE(bench.play(origin));
    ASSERT_TRUE(after->ends.awaitCount(round));
    bench.stop(origin);
  }
  auto origin = bench.origin(Medium::kVideo, kBars);
  const auto before = after->samples.all().size();
  link(*filter, nullptr);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  EXPECT_TRUE(after->samples.awaitCount(before + 5));
  EXPECT_TRUE(isBlueLeft(after->samples.all().back().get()));
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, TellsThatTheElementFailsAndGoesOnAfterwards) {
  FilterPtr filter = make("identity error-after=5", "VIDEO");
  auto origin = bench.origin(Medium::kVideo, kBars);
  const auto after = collect(*filter, Medium::kVideo);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  EXPECT_TRUE(bench.awaitEvent("f", "error", [](const Value& data) {
    return data.at("type").text() == "UNEXPECTED_ELEMENT_ERROR" ||
           data.at("type").text() == "STREAM_ERROR_FAILED";
  }));
  const auto before = after->samples.all().size();
  EXPECT_TRUE(after->samples.awaitCount(before + 2));
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, TellsThatFramesCannotBeConverted) {
  FilterPtr filter = make("capsfilter caps=video/x-raw,width=999", "VIDEO");
  auto origin = bench.origin(Medium::kVideo, kBars);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  EXPECT_TRUE(bench.awaitEvent("f", "error"));
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(GStreamerFilterTest, ClosesInEveryState) {
  auto origin = bench.origin(Medium::kVideo, kBars);
  ASSERT_TRUE(bench.play(origin));
  FilterPtr fresh = make("videoflip");
  bench.close(fresh);
  FilterPtr linked = make("videoflip");
  link(*linked, std::make_shared<Stream>(origin.frames));
  bench.close(linked);
  FilterPtr running = make("videoflip");
  const auto after = collect(*running, Medium::kVideo);
  link(*running, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(after->samples.awaitCount(2));
  bench.close(running);
  const auto count = after->samples.all().size();
  FilterPtr failing = make("identity error-after=1", "VIDEO");
  link(*failing, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.awaitEvent("f", "error"));
  bench.close(failing);
  EXPECT_EQ(after->samples.all().size(), count);
  bench.stop(origin);
}

}  // namespace
}  // namespace kms::filters
