#include "objects/player-endpoint.hpp"

#include "objects/test-media.hpp"
#include "objects/test-web-server.hpp"

#include <gmock/gmock.h>

namespace kms::elements {
namespace {

using media::Medium;
using ::testing::ElementsAre;
using testing::runToEnd;
using testing::TimedCollector;
using Items = std::vector<TimedCollector::Item>;

constexpr GstClockTime kFrame = GST_SECOND / 30;

class PlayerEndpointTest : public ::testing::Test {
 protected:
  using PlayerPtr = std::unique_ptr<PlayerEndpoint>;

  PlayerPtr make(const std::string& uri) {
    return bench.onLoop([&] {
      const Map params{{"ioThread", 0}, {"uri", uri}, {"networkCache", 2000}};
      return std::make_unique<PlayerEndpoint>(bench.context("p"), Value(params));
    });
  }
  std::shared_ptr<TimedCollector> collect(PlayerEndpoint& player, Medium medium) {
    auto collector = std::make_shared<TimedCollector>(bench.runtime);
    player.source(medium)->frames->attach(collector);
    return collector;
  }
  // Two seconds: red, then blue after one; a keyframe at least each second and a tone.
  std::string redAndBlue() {
    EXPECT_TRUE(runToEnd(
        "concat name=c ! vp8enc deadline=1 keyframe-max-dist=30 ! queue ! webmmux name=m ! "
        "filesink location=" +
        folder.path("two.webm") + " videotestsrc num-buffers=30 pattern=red ! " +
        testing::kSmallVideo + " ! c. videotestsrc num-buffers=30 pattern=blue ! " +
        testing::kSmallVideo + " ! c. audiotestsrc num-buffers=100 samplesperbuffer=960 ! " +
        testing::kStereo + " ! opusenc ! queue ! m."));
    return folder.uri("two.webm");
  }
  std::string h264AndAac() {
    EXPECT_TRUE(runToEnd(
        std::string("videotestsrc num-buffers=45 ! ") + testing::kSmallVideo +
        " ! x264enc key-int-max=15 bframes=2 ! queue ! mp4mux name=m ! filesink location=" +
        folder.path("a.mp4") + " audiotestsrc num-buffers=70 ! " + testing::kStereo +
        " ! avenc_aac ! queue ! m."));
    return folder.uri("a.mp4");
  }
  void awaitState(const std::string& state, std::size_t times = 1) {
    EXPECT_TRUE(bench.events.await([&](const auto& all) {
      const auto fits = [&](const auto& event) {
        return event.type == "state" && event.data.at("state").text() == state;
      };
      return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), fits)) >= times;
    })) << state;
  }
  std::vector<std::string> states() {
    std::vector<std::string> states;
    for (const auto& event : bench.eventsOf("state"))
      states.push_back(event.data.at("state").text());
    return states;
  }
  void awaitError(const std::string& type) {
    EXPECT_TRUE(bench.awaitEvent("p", "error", [&](const Value& data) {
      return data.at("type").text() == type;
    })) << type;
  }
  static std::size_t reallyShown(const Items& items) {
    return static_cast<std::size_t>(std::count_if(
        items.begin(), items.end(), [](const auto& item) { return !item.isDecodeOnly(); }));
  }
  static void expectIncreasing(const Items& items) {
    for (std::size_t i = 1; i < items.size(); ++i) EXPECT_GT(items[i].pts(), items[i - 1].pts());
  }
  static void expectOnTime(const Items& items) {
    for (const auto& item : items) {
      EXPECT_NEAR(static_cast<double>(item.arrival), static_cast<double>(item.pts()),
                  0.2 * GST_SECOND);
    }
  }

  testing::MediaBench bench;
  testing::TestFolder folder;
};

TEST_F(PlayerEndpointTest, GivesTheFramesOfTheFileAtTheirTime) {
  PlayerPtr player = make(redAndBlue());
  const auto video = collect(*player, Medium::kVideo);
  const auto audio = collect(*player, Medium::kAudio);
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  const Items frames = video->items.all();
  const Items blocks = audio->items.all();
  ASSERT_EQ(frames.size(), 60U);
  EXPECT_TRUE(frames.front().isKeyframe());
  EXPECT_NEAR(static_cast<double>(frames.back().pts() - frames.front().pts()), 59.0 * kFrame, 5e6);
  EXPECT_NEAR(static_cast<double>(blocks.size()), 100, 2);
  expectIncreasing(frames);
  expectIncreasing(blocks);
  expectOnTime(frames);
  expectOnTime(blocks);
  EXPECT_EQ(video->formats.all().front().codec, "VP8");
  EXPECT_EQ(audio->formats.all().front().codec, "OPUS");
  EXPECT_EQ(video->ends.all().size(), 1U);
  EXPECT_THAT(states(), ElementsAre("START", "STOP"));
  EXPECT_EQ(bench.events.all().back().type, "endOfStream");
  bench.close(player);
}

TEST_F(PlayerEndpointTest, TellsItsFormatsBeforeItPlays) {
  PlayerPtr player = make(redAndBlue());
  bench.invoke(*player, "pause");
  awaitState("PAUSE");
  for (const auto& [medium, codec] : {std::pair("video", "VP8"), std::pair("audio", "OPUS")}) {
    EXPECT_TRUE(bench.awaitEvent(
        "p", "sourceFormat", [&, medium = medium, codec = codec](const Value& data) {
          return data.at("medium").text() == medium && data.at("kind").text() == "frames" &&
                 data.at("format").at("codec").text() == codec;
        }));
  }
  bench.close(player);
}

TEST_F(PlayerEndpointTest, PlaysAgainAfterTheEnd) {
  PlayerPtr player = make(redAndBlue());
  const auto video = collect(*player, Medium::kVideo);
  bench.invoke(*player, "play");
  awaitState("STOP");
  bench.invoke(*player, "play");
  awaitState("STOP", 2);
  const Items frames = video->items.all();
  EXPECT_EQ(frames.size(), 120U);
  expectIncreasing(frames);
  expectOnTime(frames);
  bench.close(player);
}

TEST_F(PlayerEndpointTest, GoesOnWhereItPausedWithTimesOfThen) {
  PlayerPtr player = make(redAndBlue());
  const auto video = collect(*player, Medium::kVideo);
  bench.invoke(*player, "play");
  ASSERT_TRUE(video->items.awaitCount(15));
  bench.invoke(*player, "pause");
  awaitState("PAUSE");
  const auto resumed = bench.runtime.runningTime(bench.clock.now());
  const auto before = video->items.all().size();
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  const Items frames = video->items.all();
  ASSERT_EQ(frames.size(), 60U);
  EXPECT_GE(frames[before].pts() + kFrame, resumed);
  expectIncreasing(frames);
  EXPECT_THAT(states(), ElementsAre("START", "PAUSE", "START", "STOP"));
  bench.close(player);
}

TEST_F(PlayerEndpointTest, SeeksToTheFrameAtThePosition) {
  PlayerPtr player = make(redAndBlue());
  auto decoder = testing::makeDecoder(bench, "d", "video");
  bench.onLoop([&] { decoder->setSource(player->source(Medium::kVideo)); });
  const auto video = collect(*player, Medium::kVideo);
  const auto decoded = std::make_shared<TimedCollector>(bench.runtime);
  decoder->source(Medium::kVideo)->frames->attach(decoded);
  bench.invoke(*player, "play");
  ASSERT_TRUE(decoded->items.awaitCount(5));
  bench.invoke(*player, "setPosition", {{"position", 1600}});
  EXPECT_NEAR(bench.invoke(*player, "position").as<std::int64_t>(), 1600, 350);
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  const Items frames = video->items.all();
  const auto early = std::find_if(frames.begin(), frames.end(),
                                  [](const auto& item) { return item.isDecodeOnly(); });
  ASSERT_NE(early, frames.end());
  const auto shown =
      std::find_if(early, frames.end(), [](const auto& item) { return !item.isDecodeOnly(); });
  EXPECT_TRUE(early->isKeyframe());
  EXPECT_NEAR(static_cast<double>(std::distance(shown, frames.end())), 12, 1);
  expectIncreasing(frames);
  EXPECT_LT(testing::colourOf(decoded->items.all().back().sample.get()).v, 130);  // blue
  bench.close(player);
  bench.close(decoder);
}

TEST_F(PlayerEndpointTest, SeeksBackWhileItIsPaused) {
  PlayerPtr player = make(redAndBlue());
  const auto video = collect(*player, Medium::kVideo);
  bench.invoke(*player, "play");
  ASSERT_TRUE(video->items.awaitCount(40));
  bench.invoke(*player, "pause");
  bench.invoke(*player, "setPosition", {{"position", 0}});
  EXPECT_EQ(bench.invoke(*player, "position").as<std::int64_t>(), 0);
  const auto before = video->items.all().size();
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  EXPECT_EQ(video->items.all().size() - before, 60U);
  expectIncreasing(video->items.all());
  EXPECT_THAT(states(), ElementsAre("START", "PAUSE", "START", "STOP"));
  bench.close(player);
}

TEST_F(PlayerEndpointTest, TellsWhatIsKnownAboutTheMedia) {
  PlayerPtr player = make(redAndBlue());
  const Value nothing = bench.invoke(*player, "videoInfo");
  EXPECT_FALSE(nothing.at("isSeekable").as<bool>());
  EXPECT_EQ(nothing.at("duration").as<int>(), 0);
  EXPECT_EQ(bench.invoke(*player, "position").as<int>(), 0);
  bench.invoke(*player, "pause");
  awaitState("PAUSE");
  const Value info = bench.invoke(*player, "videoInfo");
  EXPECT_TRUE(info.at("isSeekable").as<bool>());
  EXPECT_EQ(info.at("seekableInit").as<int>(), 0);
  EXPECT_NEAR(info.at("seekableEnd").as<int>(), 2000, 50);
  EXPECT_NEAR(info.at("duration").as<int>(), 2000, 50);
  bench.close(player);
}

TEST_F(PlayerEndpointTest, RefusesAPositionThatIsNot) {
  PlayerPtr player = make(redAndBlue());
  const auto refuses = [&](std::int64_t position) {
    try {
      bench.invoke(*player, "setPosition", {{"position", position}});
    } catch (const Error& error) {
      return error.code() == 40700 && std::string(error.what()) == "Seek fails";
    }
    return false;
  };
  EXPECT_TRUE(refuses(0)) << "without media";
  bench.invoke(*player, "pause");
  EXPECT_TRUE(refuses(-1));
  EXPECT_TRUE(refuses(INT64_MAX));
  EXPECT_THROW(bench.invoke(*player, "setPosition", {{"position", "soon"}}), Error);
  bench.close(player);
}

TEST_F(PlayerEndpointTest, GivesH264AsByteStreamWithItsParameterSets) {
  PlayerPtr player = make(h264AndAac());
  const auto video = collect(*player, Medium::kVideo);
  const auto audio = collect(*player, Medium::kAudio);
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  const Items frames = video->items.all();
  ASSERT_EQ(frames.size(), 45U);
  for (const auto& frame : frames) {
    GstMapInfo map;
    ASSERT_TRUE(gst_buffer_map(frame.buffer(), &map, GST_MAP_READ));
    const std::string bytes(reinterpret_cast<const char*>(map.data), map.size);
    gst_buffer_unmap(frame.buffer(), &map);
    EXPECT_EQ(bytes.substr(0, 4), std::string("\0\0\0\1", 4));
    const bool hasSps = bytes.find(std::string("\0\0\1\x67", 4)) != std::string::npos;
    EXPECT_EQ(hasSps, frame.isKeyframe());
  }
  EXPECT_EQ(video->formats.all().front().codec, "H264");
  EXPECT_EQ(audio->formats.all().front().codec, "AAC");
  expectIncreasing(audio->items.all());
  bench.close(player);
}

TEST_F(PlayerEndpointTest, DecodesAFormatThatIsNotPassedOn) {
  ASSERT_TRUE(runToEnd("audiotestsrc num-buffers=30 ! vorbisenc ! oggmux ! filesink location=" +
                       folder.path("a.ogg")));
  PlayerPtr player = make(folder.uri("a.ogg"));
  const auto audio = collect(*player, Medium::kAudio);
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  ASSERT_FALSE(audio->items.all().empty());
  EXPECT_EQ(audio->formats.all().front().codec, "RAW");
  bench.close(player);
}

TEST_F(PlayerEndpointTest, PlaysFromAWebServer) {
  redAndBlue();
  std::ifstream file(folder.path("two.webm"), std::ios::binary);
  const testing::WebServer server(std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_TRUE(server.isUp());
  PlayerPtr player = make(server.uri("/media"));
  const auto video = collect(*player, Medium::kVideo);
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  EXPECT_EQ(video->items.all().size(), 60U);
  expectOnTime(video->items.all());
  bench.close(player);
  PlayerPtr lost = make(server.uri("/elsewhere"));
  bench.invoke(*lost, "play");
  awaitError("INVALID_URI");
  bench.close(lost);
}

TEST_F(PlayerEndpointTest, TellsThatASourceCannotBeOpened) {
  for (const std::string& uri : {folder.uri("missing.webm"), "file://" + folder.path(""),
                                 std::string("nonsense://host/file"), std::string("no uri at all"),
                                 std::string("http://127.0.0.1:1/file")}) {
    PlayerPtr player = make(uri);
    bench.invoke(*player, "play");
    awaitError("INVALID_URI");
    bench.invoke(*player, "stop");
    bench.close(player);
    const auto errors = bench.eventsOf("error");
    ASSERT_EQ(errors.size(), 1U) << uri;
    EXPECT_EQ(errors[0].data.at("description").text(), "Invalid URI");
    EXPECT_EQ(errors[0].data.at("code").as<int>(), 0);
    bench.events.clear();
  }
}

TEST_F(PlayerEndpointTest, TellsThatAFileHasNoMedia) {
  folder.write("text.txt", std::string(2000, 'a') + "\n");
  folder.write("noise.bin", std::string(20000, '\x9b'));
  folder.write("empty.webm", "");
  for (const char* name : {"text.txt", "noise.bin", "empty.webm"}) {
    PlayerPtr player = make(folder.uri(name));
    bench.invoke(*player, "play");
    awaitError("INVALID_MEDIA");
    bench.close(player);
    const auto errors = bench.eventsOf("error");
    ASSERT_EQ(errors.size(), 1U) << name;
    EXPECT_EQ(errors[0].data.at("description").text(), "Invalid Media");
    bench.events.clear();
  }
}

TEST_F(PlayerEndpointTest, PlaysOnAfterAFailure) {
  PlayerPtr player = make(folder.uri("two.webm"));
  bench.invoke(*player, "play");
  awaitError("INVALID_URI");
  redAndBlue();
  bench.invoke(*player, "play");
  EXPECT_TRUE(bench.awaitEvent("p", "endOfStream"));
  bench.close(player);
}

TEST_F(PlayerEndpointTest, TellsThatAFileBreaksOff) {
  redAndBlue();
  std::filesystem::resize_file(folder.path("two.webm"), 3000);
  PlayerPtr player = make(folder.uri("two.webm"));
  bench.invoke(*player, "play");
  EXPECT_TRUE(bench.events.await([](const auto& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& event) {
      return event.type == "error" || event.type == "endOfStream";
    });
  }));
  awaitState("STOP");
  bench.close(player);
}

TEST_F(PlayerEndpointTest, StopsTwiceAndPlaysFromTheBeginning) {
  PlayerPtr player = make(redAndBlue());
  const auto video = collect(*player, Medium::kVideo);
  bench.invoke(*player, "play");
  ASSERT_TRUE(video->items.awaitCount(15));
  bench.invoke(*player, "stop");
  bench.invoke(*player, "stop");
  awaitState("STOP");
  EXPECT_EQ(bench.invoke(*player, "position").as<int>(), 0);
  const auto before = video->items.all().size();
  bench.invoke(*player, "play");
  ASSERT_TRUE(bench.awaitEvent("p", "endOfStream"));
  EXPECT_EQ(video->items.all().size() - before, 60U);
  EXPECT_THAT(states(), ElementsAre("START", "STOP", "START", "STOP"));
  bench.close(player);
}

TEST_F(PlayerEndpointTest, ClosesInEveryState) {
  const std::string uri = redAndBlue();
  PlayerPtr fresh = make(uri);
  bench.close(fresh);
  PlayerPtr starting = make(uri);
  bench.invoke(*starting, "play");
  bench.close(starting);
  PlayerPtr paused = make(uri);
  bench.invoke(*paused, "pause");
  awaitState("PAUSE");
  bench.close(paused);
  PlayerPtr playing = make(uri);
  const auto video = collect(*playing, Medium::kVideo);
  bench.invoke(*playing, "play");
  ASSERT_TRUE(video->items.awaitCount(3));
  bench.close(playing);
  const auto count = video->items.all().size();
  PlayerPtr stopping = make(uri);
  bench.invoke(*stopping, "play");
  bench.invoke(*stopping, "stop");
  bench.close(stopping);
  EXPECT_EQ(video->items.all().size(), count) << "nothing comes after the close";
}

TEST_F(PlayerEndpointTest, TellsWhetherMediaFlows) {
  PlayerPtr player = make(redAndBlue());
  bench.invoke(*player, "play");
  for (const bool flowing : {true, false}) {
    EXPECT_TRUE(bench.awaitEvent("p", "flow", [&](const Value& data) {
      return data.at("medium").text() == "video" && data.at("direction").text() == "out" &&
             data.at("flowing").as<bool>() == flowing;
    }));
  }
  bench.close(player);
}

}  // namespace
}  // namespace kms::elements
