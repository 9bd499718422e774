#include "objects/player-endpoint.hpp"
#include "objects/test-recorder.hpp"

#include <gmock/gmock.h>

namespace kms::elements {
namespace {

using namespace testing_recorder;
using ::testing::ElementsAre;
using RecorderEndpointTest = RecorderTest;

TEST_F(RecorderEndpointTest, RefusesBadParams) {
  EXPECT_THROW(make(folder.uri("a.webm"), "AVI"), Error);
  EXPECT_THROW(bench.onLoop([&] {
    return std::make_unique<RecorderEndpoint>(bench.context("r"), Value(Map{}));
  }),
               Error);
  RecorderPtr recorder = make(folder.uri("a.webm"), "WEBM_AUDIO_ONLY");
  EXPECT_EQ(recorder->sink(Medium::kVideo), nullptr);
  EXPECT_NE(recorder->sink(Medium::kAudio), nullptr);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, WritesAWholeFileInFoldersThatItMakes) {
  RecorderPtr recorder = make(folder.uri("deep/er/a.webm"));
  Live video = live(Medium::kVideo, kRed);
  Live audio = live(Medium::kAudio, kTone);
  awaitFrames(video.frames, 10);  // the next keyframe comes only if it is asked for
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  link(*recorder, Medium::kAudio, std::make_shared<Stream>(audio.origin.frames));
  bench.invoke(*recorder, "record");
  awaitState("START");
  awaitFrames(video.frames, 60);
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_THAT(states(), ElementsAre("START", "STOP"));

  const Pulled frames = track("deep/er/a.webm", "video_0");
  const Pulled blocks = track("deep/er/a.webm", "audio_0");
  ASSERT_TRUE(frames.hasEnded);
  ASSERT_GE(frames.samples.size(), 58U);
  EXPECT_TRUE(isKeyframe(frames.samples.front()));
  EXPECT_EQ(ptsOf(frames.samples.front()), 0U);
  ASSERT_FALSE(blocks.samples.empty());
  EXPECT_LT(ptsOf(blocks.samples.front()), GST_SECOND / 4);
  EXPECT_NEAR(spanOf(frames), spanOf(blocks), 0.3);
  EXPECT_NEAR(seconds(frames.duration), spanOf(frames), 0.3);
  EXPECT_NEAR(spanOf(frames), static_cast<double>(frames.samples.size() - 1) / 30, 0.2);
  const auto colour = testing::colourOf(pictures("deep/er/a.webm").samples.back().get());
  EXPECT_NEAR(colour.v, 240, 8);
  bench.stop(video.origin);
  bench.stop(audio.origin);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, WritesTheTracksOfItsProfileAlone) {
  for (const auto& [profile, medium, description] :
       {std::tuple("WEBM_VIDEO_ONLY", Medium::kVideo, kRed),
        std::tuple("WEBM_AUDIO_ONLY", Medium::kAudio, kTone)}) {
    RecorderPtr recorder = make(folder.uri("a.webm"), profile);
    Live source = live(medium, description);
    link(*recorder, medium, std::make_shared<Stream>(source.origin.frames));
    bench.invoke(*recorder, "record");
    awaitState("START");
    awaitFrames(source.frames, 20);
    bench.invoke(*recorder, "stopAndWait");
    const Pulled frames = track("a.webm", medium == Medium::kVideo ? "video_0" : "audio_0");
    EXPECT_TRUE(frames.hasEnded);
    EXPECT_GE(frames.samples.size(), 18U);
    EXPECT_EQ(ptsOf(frames.samples.front()), 0U);
    bench.stop(source.origin);
    bench.close(recorder);
    bench.events.clear();
  }
}

TEST_F(RecorderEndpointTest, WaitsForEveryTrackThatHasASource) {
  RecorderPtr recorder = make(folder.uri("a.webm"), "WEBM", false, 60'000);
  Live video = live(Medium::kVideo, kRed);
  auto silent = bench.origin(Medium::kAudio, kTone);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  link(*recorder, Medium::kAudio, std::make_shared<Stream>(silent.frames));
  bench.invoke(*recorder, "record");
  awaitFrames(video.frames, 45);
  EXPECT_TRUE(states().empty());
  ASSERT_TRUE(bench.play(silent));
  awaitState("START");
  awaitFrames(video.frames, 30);
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_TRUE(track("a.webm", "audio_0").hasEnded);
  EXPECT_GE(track("a.webm", "video_0").samples.size(), 28U);
  bench.stop(video.origin);
  bench.stop(silent);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, LosesNothingWhileItWaitsForASecondSource) {
  RecorderPtr recorder = make(folder.uri("a.webm"));
  Live audio = live(Medium::kAudio, kTone);
  link(*recorder, Medium::kAudio, std::make_shared<Stream>(audio.origin.frames));
  bench.invoke(*recorder, "record");
  awaitState("START");  // without video, after the grace
  bench.invoke(*recorder, "stopAndWait");
  const Pulled blocks = track("a.webm", "audio_0");
  EXPECT_TRUE(blocks.hasEnded);
  EXPECT_NEAR(spanOf(blocks), 1.0, 0.2);
  bench.stop(audio.origin);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, TakesOutThePauses) {
  RecorderPtr recorder = make(folder.uri("a.webm"));
  Live video = live(Medium::kVideo, kRed);
  Live audio = live(Medium::kAudio, kTone);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  link(*recorder, Medium::kAudio, std::make_shared<Stream>(audio.origin.frames));
  bench.invoke(*recorder, "record");
  awaitState("START");
  awaitFrames(video.frames, 30);
  bench.invoke(*recorder, "pause");
  awaitState("PAUSE");
  awaitFrames(video.frames, 60);
  bench.invoke(*recorder, "record");
  awaitState("START", 2);
  awaitFrames(video.frames, 31);
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_THAT(states(), ElementsAre("START", "PAUSE", "START", "STOP"));
  const Pulled frames = track("a.webm", "video_0");
  const Pulled blocks = track("a.webm", "audio_0");
  EXPECT_NEAR(spanOf(frames), 2.0, 0.4);
  EXPECT_NEAR(spanOf(blocks), 2.0, 0.4);
  EXPECT_TRUE(std::any_of(frames.samples.begin(), frames.samples.end(), [](const auto& sample) {
    return isKeyframe(sample) && seconds(ptsOf(sample)) > 0.7 && seconds(ptsOf(sample)) < 1.4;
  })) << "it goes on at a keyframe";
  for (std::size_t i = 1; i < frames.samples.size(); ++i) {
    EXPECT_LE(ptsOf(frames.samples[i]) - ptsOf(frames.samples[i - 1]), GST_SECOND / 8);
  }
  bench.stop(video.origin);
  bench.stop(audio.origin);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, KeepsSoundAndPictureTogether) {
  // The tone begins with the second second, as does the white picture.
  ASSERT_TRUE(testing::runToEnd(
      "concat name=v ! vp8enc deadline=1 ! queue ! webmmux name=m ! filesink location=" +
      folder.path("in.webm") + " videotestsrc num-buffers=30 pattern=black ! " +
      testing::kSmallVideo + " ! v. videotestsrc num-buffers=30 pattern=white ! " +
      testing::kSmallVideo +
      " ! v. concat name=a ! opusenc ! queue ! m. audiotestsrc num-buffers=50 samplesperbuffer=960 "
      "wave=silence ! " +
      testing::kStereo + " ! a. audiotestsrc num-buffers=50 samplesperbuffer=960 ! " +
      testing::kStereo + " ! a."));
  RecorderPtr recorder = make(folder.uri("out.webm"), "WEBM", true);
  auto player = bench.onLoop([&] {
    return std::make_unique<PlayerEndpoint>(bench.context("p"),
                                            Value(Map{{"uri", folder.uri("in.webm")}}));
  });
  for (const Medium medium : media::kMedia) link(*recorder, medium, player->source(medium));
  bench.invoke(*recorder, "record");
  bench.invoke(*player, "play");
  EXPECT_TRUE(bench.events.await([](const auto& all) {
    return std::any_of(all.begin(), all.end(), [](const auto& event) {
      return event.id == "r" && event.type == "state" && event.data.at("state").text() == "STOP";
    });
  })) << "the end of the stream stops it";
  EXPECT_EQ(track("out.webm", "video_0").samples.size(), 60U);
  double white = -1;
  for (const auto& sample : pictures("out.webm").samples) {
    if (white < 0 && testing::colourOf(sample.get()).y > 128) white = seconds(ptsOf(sample));
  }
  double loud = -1;
  for (const auto& sample : sound("out.webm").samples) {
    GstMapInfo map;
    ASSERT_TRUE(gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ));
    const auto* values = reinterpret_cast<const std::int16_t*>(map.data);
    const auto peak = *std::max_element(values, values + map.size / 2);
    gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
    if (loud < 0 && peak > 5000) loud = seconds(ptsOf(sample));
  }
  EXPECT_NEAR(white, 1.0, 0.05);
  EXPECT_NEAR(loud, 1.0, 0.05);
  bench.close(player);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, GoesOnWhenASourceFallsSilentOrChanges) {
  RecorderPtr recorder = make(folder.uri("a.webm"));
  Live video = live(Medium::kVideo, kRed);
  Live audio = live(Medium::kAudio, kTone);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  link(*recorder, Medium::kAudio, std::make_shared<Stream>(audio.origin.frames));
  bench.invoke(*recorder, "record");
  awaitState("START");
  bench.stop(audio.origin);
  Live larger =
      live(Medium::kVideo,
           "videotestsrc is-live=true pattern=blue ! "
           "video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! vp8enc deadline=1");
  awaitFrames(video.frames, 20);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(larger.origin.frames));
  awaitFrames(larger.frames, 60);
  bench.invoke(*recorder, "stopAndWait");
  const Pulled shown = pictures("a.webm");
  EXPECT_TRUE(shown.hasEnded);
  EXPECT_GT(shown.samples.size(), 70U);
  EXPECT_LT(testing::colourOf(shown.samples.back().get()).v, 130);
  EXPECT_NEAR(spanOf(track("a.webm", "audio_0")), spanOf(track("a.webm", "video_0")), 1.2);
  bench.stop(video.origin);
  bench.stop(larger.origin);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, FinishesTheFileWhenItIsReleased) {
  RecorderPtr recorder = make(folder.uri("a.webm"), "WEBM_VIDEO_ONLY");
  Live video = live(Medium::kVideo, kRed);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  bench.invoke(*recorder, "record");
  awaitState("START");
  awaitFrames(video.frames, 30);
  bench.close(recorder);
  const Pulled frames = track("a.webm", "video_0");
  EXPECT_TRUE(frames.hasEnded);
  EXPECT_NEAR(seconds(frames.duration), spanOf(frames), 0.2);
  bench.stop(video.origin);
}

TEST_F(RecorderEndpointTest, RecordsAgainIntoAnotherFile) {
  RecorderPtr recorder = make(folder.uri("a.webm"), "WEBM_VIDEO_ONLY");
  bench.invoke(*recorder, "stop");  // nothing to stop, nothing spoilt
  bench.invoke(*recorder, "pause");
  Live video = live(Medium::kVideo, kRed);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  for (const char* name : {"a.webm", "a-2.webm", "a-3.webm"}) {
    bench.events.clear();
    bench.invoke(*recorder, "record");
    awaitState("START");
    awaitFrames(video.frames, 10);
    bench.invoke(*recorder, "stop");
    bench.invoke(*recorder, "stop");
    bench.invoke(*recorder, "stopAndWait");
    EXPECT_THAT(states(), ElementsAre("START", "STOP"));
    const Pulled frames = track(name, "video_0");
    EXPECT_TRUE(frames.hasEnded) << name;
    EXPECT_GE(frames.samples.size(), 5U);
    EXPECT_EQ(ptsOf(frames.samples.front()), 0U);
  }
  bench.stop(video.origin);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, ClosesInEveryState) {
  Live video = live(Medium::kVideo, kRed);
  const auto stream = std::make_shared<Stream>(video.origin.frames);
  RecorderPtr fresh = make(folder.uri("a.webm"));
  bench.close(fresh);
  RecorderPtr waiting = make(folder.uri("b.webm"));
  bench.invoke(*waiting, "record");
  bench.close(waiting);
  RecorderPtr paused = make(folder.uri("c.webm"), "WEBM_VIDEO_ONLY");
  link(*paused, Medium::kVideo, stream);
  bench.invoke(*paused, "record");
  awaitState("START");
  bench.invoke(*paused, "pause");
  bench.close(paused);
  EXPECT_TRUE(track("c.webm", "video_0").hasEnded);
  RecorderPtr stopping = make(folder.uri("d.webm"), "WEBM_VIDEO_ONLY");
  link(*stopping, Medium::kVideo, stream);
  bench.invoke(*stopping, "record");
  awaitState("START", 2);
  bench.invoke(*stopping, "stop");
  bench.close(stopping);
  EXPECT_TRUE(track("d.webm", "video_0").hasEnded);
  bench.stop(video.origin);
}

TEST_F(RecorderEndpointTest, TellsThatAFileCannotBeOpened) {
  folder.write("file", "x");
  for (const std::string& uri :
       {folder.uri("file/below.webm"), "file://" + folder.path(""),
        std::string("http://127.0.0.1:1/a.webm"), std::string("nonsense"),
        std::string("file:///a%00b"), std::string("file://elsewhere/a.webm")}) {
    RecorderPtr recorder = make(uri);
    bench.invoke(*recorder, "record");
    awaitError("RESOURCE_ERROR_OPEN");
    bench.invoke(*recorder, "stopAndWait");
    EXPECT_EQ(bench.eventsOf("error").size(), 1U) << uri;
    EXPECT_TRUE(states().empty());
    bench.close(recorder);
    bench.events.clear();
  }
}

TEST_F(RecorderEndpointTest, StaysBelowItsRoots) {
  folder.write("inside/x", "");
  std::filesystem::create_directories(folder.path("inside"));
  std::filesystem::create_directory_symlink("/tmp", folder.path("inside/away"));
  const List roots{folder.path("inside/")};
  for (const char* name :
       {"a.webm", "inside/../a.webm", "inside/away/kms-a.webm", "insider/a.webm"}) {
    RecorderPtr recorder = make(folder.uri(name), "WEBM", false, 2000, roots);
    bench.invoke(*recorder, "record");
    awaitError("RESOURCE_ERROR_OPEN");
    EXPECT_FALSE(std::filesystem::exists(folder.path(name))) << name;
    bench.close(recorder);
    bench.events.clear();
  }
  RecorderPtr allowed = make(folder.uri("inside/deep/a.webm"), "WEBM", false, 2000, roots);
  bench.invoke(*allowed, "record");
  EXPECT_TRUE(bench.awaitEvent("r", "file"));
  EXPECT_TRUE(std::filesystem::exists(folder.path("inside/deep/a.webm")));
  bench.close(allowed);
}

TEST_F(RecorderEndpointTest, TellsThatThereIsNoSpaceLeft) {
  RecorderPtr recorder = make("file:///dev/full", "WEBM_VIDEO_ONLY");
  Live video = live(Medium::kVideo,
                    "videotestsrc is-live=true pattern=snow ! video/x-raw,format=I420,width=320,"
                    "height=240,framerate=30/1 ! vp8enc deadline=1 target-bitrate=4000000");
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  bench.invoke(*recorder, "record");
  EXPECT_TRUE(bench.awaitEvent("r", "error", [](const Value& data) {
    const std::string& type = data.at("type").text();
    return type == "RESOURCE_ERROR_NO_SPACE_LEFT" || type == "RESOURCE_ERROR_WRITE";
  }));
  awaitState("STOP");
  bench.invoke(*recorder, "stopAndWait");
  bench.stop(video.origin);
  bench.close(recorder);
}

TEST_F(RecorderEndpointTest, TellsThatACodecDoesNotFit) {
  RecorderPtr recorder = make(folder.uri("a.webm"), "WEBM_VIDEO_ONLY");
  Live video = live(Medium::kVideo,
                    "videotestsrc is-live=true ! video/x-raw,width=160,height=120 ! "
                    "x264enc tune=zerolatency");
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  bench.invoke(*recorder, "record");
  EXPECT_TRUE(bench.awaitEvent("r", "error"));
  bench.stop(video.origin);
  bench.close(recorder);
}

}  // namespace
}  // namespace kms::elements
