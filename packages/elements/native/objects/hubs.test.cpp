#include "objects/alpha-blending.hpp"
#include "objects/composite.hpp"
#include "objects/hub-port.hpp"
#include "objects/mixer.hpp"
#include "objects/test-sound.hpp"

namespace kms::elements {
namespace {

using media::Medium;
using media::Stream;
using testing::Collector;
using testing::Colour;
using Origin = testing::MediaBench::Origin;

constexpr Colour kBlack{16, 128, 128};
constexpr Colour kRed{81, 90, 240};
constexpr Colour kGreen{145, 54, 34};
constexpr Colour kBlue{41, 240, 110};
constexpr Colour kWhite{235, 128, 128};

struct Point {
  double x;
  double y;
  Colour colour;
};

/// Whether an I420 frame has these colours at these places (parts of its width and height).
bool shows(GstSample* sample, const std::vector<Point>& points) {
  GstVideoInfo info;
  GstVideoFrame frame;
  EXPECT_TRUE(gst_video_info_from_caps(&info, gst_sample_get_caps(sample)));
  EXPECT_TRUE(gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ));
  const auto value = [&](const Point& point, int plane) {
    const int x = static_cast<int>(point.x * GST_VIDEO_FRAME_COMP_WIDTH(&frame, plane));
    const int y = static_cast<int>(point.y * GST_VIDEO_FRAME_COMP_HEIGHT(&frame, plane));
    const auto* data = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, plane));
    return int{data[y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, plane) + x]};
  };
  const bool isSo = std::ranges::all_of(points, [&](const Point& point) {
    return std::abs(value(point, 0) - point.colour.y) < 12 &&
           std::abs(value(point, 1) - point.colour.u) < 12 &&
           std::abs(value(point, 2) - point.colour.v) < 12;
  });
  gst_video_frame_unmap(&frame);
  return isSo;
}

int widthOf(GstSample* sample) {
  int width = 0;
  gst_structure_get_int(gst_caps_get_structure(gst_sample_get_caps(sample), 0), "width", &width);
  return width;
}

class HubsTest : public ::testing::Test {
 protected:
  ~HubsTest() override {
    for (auto& origin : origins) bench.stop(origin);
    for (auto& [name, port] : ports) bench.close(port);
    if (hub) bench.close(hub);
  }

  template <typename Hub, typename... Args>
  void makeHub(Args&&... args) {
    hub = bench.onLoop([&]() -> std::unique_ptr<host::Object> {
      return std::make_unique<Hub>(bench.context("hub"), std::forward<Args>(args)..., hubs);
    });
  }
  HubPort& port(const std::string& name) {
    if (!ports.contains(name)) {
      ports[name] = bench.onLoop([&] {
        return std::make_unique<HubPort>(bench.context(name), Value(Map{{"hub", "hub"}}), *hubs);
      });
    }
    return *ports[name];
  }
  void leave(const std::string& name) {
    bench.close(ports.at(name));
    ports.erase(name);
  }
  void feed(const std::string& to, Medium medium, const std::string& description) {
    Origin& origin = origins.emplace_back(bench.origin(medium, description));
    ASSERT_TRUE(bench.play(origin));
    link(to, medium, std::make_shared<Stream>(origin.frames));
  }
  void link(const std::string& to, Medium medium, std::shared_ptr<Stream> stream) {
    HubPort& sink = port(to);
    bench.onLoop([&] { sink.sink(medium)->setSource(std::move(stream)); });
  }
  void show(const std::string& to, const std::string& pattern, int width = 160, int height = 120,
            const std::string& more = "") {
    feed(to, Medium::kVideo,
         "videotestsrc is-live=true pattern=" + pattern +
             " ! video/x-raw,format=I420,width=" + std::to_string(width) +
             ",height=" + std::to_string(height) + ",framerate=15/1" + more);
  }
  void sing(const std::string& to, int hertz) {
    feed(to, Medium::kAudio,
         "audiotestsrc is-live=true samplesperbuffer=960 volume=0.2 freq=" + std::to_string(hertz) +
             " ! audio/x-raw,format=S16LE,rate=48000,channels=2");
  }

  /// Awaits a picture with these colours.
  bool awaitPicture(const std::vector<Point>& points, int width = 0) {
    if (!picture) {
      picture = std::make_shared<Collector>();
      hub->source(Medium::kVideo)->frames->attach(picture);
    }
    picture->samples.clear();
    return picture->samples.await([&](const auto& samples) {
      return !samples.empty() && shows(samples.back().get(), points) &&
             (width == 0 || widthOf(samples.back().get()) == width);
    });
  }
  /// Awaits that a port hears these tones and none of the others.
  bool awaitTones(const std::string& name, const std::vector<int>& heard,
                  const std::vector<int>& unheard) {
    const auto sound = std::make_shared<Collector>();
    const auto stream = port(name).source(Medium::kAudio);
    stream->frames->attach(sound);
    const bool isSo = sound->samples.await([&](const auto& samples) {
      const auto newest = testing::newestSound(samples, 9600);
      if (newest.empty()) return false;
      const auto amplitude = [&](int hertz) { return testing::amplitudeOf(newest, hertz); };
      return std::ranges::all_of(heard, [&](int hertz) { return amplitude(hertz) > 0.15; }) &&
             std::ranges::all_of(unheard, [&](int hertz) { return amplitude(hertz) < 0.01; });
    });
    stream->frames->detach(sound.get());
    return isSo;
  }

  testing::MediaBench bench;
  std::shared_ptr<HubTable> hubs = std::make_shared<HubTable>();
  std::unique_ptr<host::Object> hub;
  std::map<std::string, std::unique_ptr<HubPort>> ports;
  std::vector<Origin> origins;
  std::shared_ptr<Collector> picture;
};

Value shape(int width, int height, int framerate) {
  return Value(Map{{"width", width}, {"height", height}, {"framerate", framerate}});
}

TEST_F(HubsTest, CompositeRefusesImpossibleShapes) {
  for (const auto& bad : {shape(-1, 240, 15), shape(320, 100000, 15), shape(320, 240, -5)}) {
    EXPECT_THROW(makeHub<Composite>(bad), Error);
  }
  EXPECT_THROW(hubs->find("hub"), Error);
}

TEST_F(HubsTest, CompositeShowsUsersInAGridWhileTheyJoinAndLeave) {
  makeHub<Composite>(shape(320, 240, 15));
  show("a", "red");
  EXPECT_TRUE(awaitPicture({{.5, .5, kRed}, {.1, .1, kRed}}, 320));
  port("silent");
  show("b", "green");
  EXPECT_TRUE(awaitPicture({{.25, .5, kRed}, {.75, .5, kGreen}}));
  show("c", "blue");
  EXPECT_TRUE(
      awaitPicture({{.25, .25, kRed}, {.75, .25, kGreen}, {.25, .75, kBlue}, {.75, .75, kBlack}}));
  show("d", "white");
  EXPECT_TRUE(awaitPicture({{.25, .75, kBlue}, {.75, .75, kWhite}}));
  leave("b");
  EXPECT_TRUE(awaitPicture({{.25, .25, kRed}, {.75, .25, kBlue}, {.25, .75, kWhite}}));
  for (const char* each : {"a", "c", "d"}) link(each, Medium::kVideo, nullptr);
  EXPECT_TRUE(awaitPicture({{.25, .25, kBlack}, {.75, .25, kBlack}, {.25, .75, kBlack}}));
  EXPECT_TRUE(bench.eventsOf("error").empty());
}

TEST_F(HubsTest, CompositeKeepsTheShapeOfVideosAndTheTimesOfFrames) {
  makeHub<Composite>(shape(320, 240, 15));
  show("a", "red", 320, 120);
  ASSERT_TRUE(awaitPicture({{.5, .5, kRed}, {.5, .05, kBlack}, {.5, .95, kBlack}}));
  const auto now = bench.runtime.runningTime(bench.clock.now());
  const auto times = picture->times();
  EXPECT_LE(times.back(), now);
  EXPECT_GE(times.back() + 3 * GST_SECOND, now);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_GT(times[i], times[i - 1]);
}

TEST_F(HubsTest, CompositeShowsVideoThatIsFarTooLate) {
  makeHub<Composite>(shape(320, 240, 15));
  show("a", "red");
  ASSERT_TRUE(awaitPicture({{.5, .5, kRed}}));
  show("b", "green", 160, 120, " ! identity ts-offset=-1500000000");
  EXPECT_TRUE(awaitPicture({{.25, .5, kRed}, {.75, .5, kGreen}}));
}

TEST_F(HubsTest, CompositeLeavesOutAStreamThatHasEndedUntilItGoesOn) {
  makeHub<Composite>(shape(320, 240, 15));
  show("a", "red");
  show("b", "green");
  ASSERT_TRUE(awaitPicture({{.25, .5, kRed}, {.75, .5, kGreen}}));
  const auto frames = std::make_shared<gst::FrameSource>(gst::FrameSourceConfig{});
  link("b", Medium::kVideo, std::make_shared<Stream>(frames));
  EXPECT_TRUE(awaitPicture({{.25, .5, kRed}, {.75, .5, kRed}}));
  const auto relay = std::make_shared<Collector>();
  origins[1].frames->attach(relay);
  for (int round = 0; round < 2; ++round) {
    relay->samples.clear();
    ASSERT_TRUE(relay->samples.awaitCount(1));
    frames->push(relay->samples.all().back().get());
    EXPECT_TRUE(awaitPicture({{.25, .5, kRed}, {.75, .5, kGreen}})) << round;
    frames->endOfStream();
    EXPECT_TRUE(awaitPicture({{.25, .5, kRed}, {.75, .5, kRed}})) << round;
  }
  origins[1].frames->detach(relay.get());
}

TEST_F(HubsTest, CompositeGivesEachPortTheSoundOfAllOthers) {
  makeHub<Composite>(shape(320, 240, 15));
  sing("a", 400);
  sing("b", 1000);
  EXPECT_TRUE(awaitTones("a", {1000}, {400}));
  EXPECT_TRUE(awaitTones("listener", {400, 1000}, {3000}));
  sing("c", 3000);
  EXPECT_TRUE(awaitTones("a", {1000, 3000}, {400}));
  EXPECT_TRUE(awaitTones("c", {400, 1000}, {3000}));
  leave("b");
  EXPECT_TRUE(awaitTones("a", {3000}, {400, 1000}));
  for (const char* direction : {"in", "out"}) {
    EXPECT_TRUE(bench.awaitEvent("a", "flow", [&](const Value& data) {
      return data.at("medium").text() == "audio" && data.at("direction").text() == direction &&
             data.at("flowing").as<bool>();
    }));
  }
}

class Letters final : public media::DataSink {
 public:
  void onMessage(const media::DataMessage& message) override {
    texts.add({message.payload->begin(), message.payload->end()});
  }
  testing::Arrivals<std::string> texts;
};

TEST_F(HubsTest, CompositeSendsMessagesToAllPorts) {
  makeHub<Composite>(shape(320, 240, 15));
  const auto letters = std::make_shared<Letters>();
  hub->source(Medium::kData)->data->attach(letters);
  const auto from = std::make_shared<media::DataSource>();
  link("a", Medium::kData, std::make_shared<Stream>(from));
  const auto say = [&](const std::string& text) {
    from->publish({.payload = std::make_shared<const Bytes>(text.begin(), text.end())});
  };
  say("hello");
  link("a", Medium::kData, nullptr);
  say("nobody hears this");
  EXPECT_EQ(letters->texts.all(), std::vector<std::string>{"hello"});
}

TEST_F(HubsTest, PortsTakeFramesOnly) {
  makeHub<Mixer>();
  EXPECT_EQ(port("a").sink(Medium::kVideo), nullptr);
  EXPECT_EQ(port("a").source(Medium::kVideo), nullptr);
  const auto data = std::make_shared<Stream>(std::make_shared<media::DataSource>());
  EXPECT_THROW(link("a", Medium::kAudio, data), Error);
  EXPECT_THROW(bench.onLoop([&] {
    return std::make_unique<HubPort>(bench.context("x"), Value(Map{{"hub", "none"}}), *hubs);
  }),
               Error);
}

TEST_F(HubsTest, MixerMixesTheSoundOfConnectedPorts) {
  makeHub<Mixer>();
  sing("a", 400);
  sing("b", 1000);
  port("c");
  bench.invoke(*hub, "connectAudio", {{"source", "a"}, {"sink", "c"}});
  EXPECT_TRUE(awaitTones("c", {400}, {1000}));
  bench.invoke(*hub, "connectAudio", {{"source", "b"}, {"sink", "c"}});
  EXPECT_TRUE(awaitTones("c", {400, 1000}, {}));
  bench.invoke(*hub, "disconnectAudio", {{"source", "a"}, {"sink", "c"}});
  EXPECT_TRUE(awaitTones("c", {1000}, {400}));
  EXPECT_THROW(bench.invoke(*hub, "connectAudio", {{"source", "x"}, {"sink", "c"}}), Error);
}

Map place(double x, double y, double width, double height, int zOrder) {
  return {{"relativeX", x},           {"relativeY", y},   {"relativeWidth", width},
          {"relativeHeight", height}, {"zOrder", zOrder}, {"port", "b"}};
}

TEST_F(HubsTest, AlphaBlendingLaysVideosOverTheMasters) {
  makeHub<AlphaBlending>();
  show("b", "green", 160, 120);
  EXPECT_TRUE(awaitPicture({{.5, .5, kGreen}}, 160));
  show("a", "red", 320, 240);
  bench.invoke(*hub, "setMaster", {{"source", "a"}, {"zOrder", 1}});
  bench.invoke(*hub, "setPortProperties", place(.5, .5, .25, .25, 5));
  EXPECT_TRUE(awaitPicture({{.25, .25, kRed}, {.6, .6, kGreen}, {.9, .9, kRed}}, 320));
  bench.invoke(*hub, "setPortProperties", place(0, 0, .5, 1, 5));
  EXPECT_TRUE(awaitPicture({{.25, .9, kGreen}, {.25, .1, kGreen}, {.6, .6, kRed}}));
  bench.invoke(*hub, "setPortProperties", place(0, 0, 1, 1, -1));
  EXPECT_TRUE(awaitPicture({{.25, .25, kRed}, {.6, .6, kRed}}));
  bench.invoke(*hub, "setPortProperties", place(2.5, .5, .3, .3, 5));
  leave("a");
  bench.invoke(*hub, "setPortProperties", place(0, 0, 1, 1, 1));
  EXPECT_TRUE(awaitPicture({{.5, .5, kGreen}}, 160));
  EXPECT_THROW(bench.invoke(*hub, "setMaster", {{"source", "a"}, {"zOrder", 1}}), Error);
}

}  // namespace
}  // namespace kms::elements
