#include <kms/gst/element-filter.hpp>
#include <kms/testing/media-bench.hpp>

#include <gmock/gmock.h>

namespace kms::gst {
namespace {

using kms::testing::Collector;
using media::Medium;
using media::Stream;
using ::testing::HasSubstr;

constexpr const char* kRed =
    "videotestsrc is-live=true pattern=red ! "
    "video/x-raw,format=I420,width=320,height=240,framerate=30/1";

class ElementFilterTest : public ::testing::Test {
 protected:
  using FilterPtr = std::unique_ptr<ElementFilter>;

  FilterPtr make(const std::string& description, Map properties = {},
                 const std::string& medium = "video") {
    return bench.onLoop([&] {
      return std::make_unique<ElementFilter>(bench.context("f"),
                                             Value(Map{{"description", description},
                                                       {"medium", medium},
                                                       {"properties", std::move(properties)}}));
    });
  }
  void link(ElementFilter& filter, std::shared_ptr<Stream> source) {
    bench.onLoop([&] { filter.setSource(std::move(source)); });
  }
  static std::shared_ptr<Collector> collect(ElementFilter& filter) {
    auto collector = std::make_shared<Collector>();
    filter.source(Medium::kVideo)->frames->attach(collector);
    return collector;
  }
  std::string refusal(const std::string& description, Map properties = {}) {
    try {
      make(description, std::move(properties));
      return {};
    } catch (const Error& error) {
      return std::to_string(error.code()) + " " + error.what();
    }
  }
  static bool isGrey(const auto& samples) {
    const auto colour = kms::testing::colourOf(samples.back().get());
    return std::abs(colour.u - 128) < 10 && std::abs(colour.v - 128) < 10;
  }

  kms::testing::MediaBench bench;
};

TEST_F(ElementFilterTest, NamesWhatCannotBeMade) {
  EXPECT_THAT(refusal("nosuchelement"), HasSubstr("40108 filter element 'nosuchelement'"));
  EXPECT_THAT(refusal(""), HasSubstr("40108"));
  EXPECT_THAT(refusal("videobalance", {{"smell", 1}}), HasSubstr("40001 property 'smell'"));
  EXPECT_THROW(make("videobalance", {}, "smell"), Error);
}

TEST_F(ElementFilterTest, SetsPropertiesAtTheStartAndWhileMediaFlows) {
  FilterPtr filter = make("videobalance", {{"saturation", 0.0}});
  auto origin = bench.origin(Medium::kVideo, kRed);
  const auto after = collect(*filter);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(after->samples.awaitCount(3));
  EXPECT_TRUE(isGrey(after->samples.all()));
  bench.invoke(*filter, "setProperties", {{"saturation", 1.0}});
  EXPECT_TRUE(after->samples.await([](const auto& samples) { return !isGrey(samples); }));
  const Value read = bench.invoke(*filter, "getProperties", {{"names", List{"saturation"}}});
  EXPECT_EQ(read, Value(Map{{"saturation", 1.0}}));
  EXPECT_THROW(bench.invoke(*filter, "setProperties", {{"saturation", 99}}), Error);
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(ElementFilterTest, RunsSeveralElements) {
  FilterPtr filter = make("videobalance name=colour ! videoflip", {{"colour::saturation", 0}});
  auto origin = bench.origin(Medium::kVideo, kRed);
  const auto after = collect(*filter);
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  ASSERT_TRUE(after->samples.awaitCount(3));
  EXPECT_TRUE(isGrey(after->samples.all()));
  bench.stop(origin);
  bench.close(filter);
}

TEST_F(ElementFilterTest, HandsOnTheMessagesOfItsElements) {
  FilterPtr filter = make("audioconvert ! level interval=50000000", {}, "audio");
  auto origin = bench.origin(Medium::kAudio,
                             "audiotestsrc is-live=true samplesperbuffer=960 ! "
                             "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2");
  link(*filter, std::make_shared<Stream>(origin.frames));
  ASSERT_TRUE(bench.play(origin));
  EXPECT_TRUE(bench.awaitEvent("f", "elementMessage", [](const Value& data) {
    return data.at("name").text() == "level" &&
           data.at("fields").at("duration").as<std::int64_t>() > 0;
  }));
  bench.stop(origin);
  bench.close(filter);
}

}  // namespace
}  // namespace kms::gst
