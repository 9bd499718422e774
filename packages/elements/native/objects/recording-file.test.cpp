#include "objects/test-recorder.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace kms::elements {
namespace {

using namespace testing_recorder;

constexpr const char* kRedH264 =
    "videotestsrc is-live=true pattern=red ! "
    "video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! x264enc tune=zerolatency "
    "speed-preset=ultrafast key-int-max=600 ! "
    "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au";
constexpr const char* kToneAac =
    "audiotestsrc is-live=true samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! "
    "avenc_aac ! aacparse ! audio/mpeg,stream-format=raw";
constexpr const char* kRedJpeg =
    "videotestsrc is-live=true pattern=red ! "
    "video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! jpegenc";

struct Case {
  const char* profile;
  const char* video;  // null: none
  const char* audio;
};

void PrintTo(const Case& what, std::ostream* out) {
  *out << what.profile;
}

const std::vector<Case> kContainers = {{"WEBM", kRed, kTone},
                                       {"MKV", kRedH264, kToneAac},
                                       {"MP4", kRedH264, kToneAac},
                                       {"FLV", kRedH264, kToneAac}};
const std::vector<Case> kSilent = {{"WEBM", kRed, kTone}, {"MP4", kRedH264, kToneAac}};
const std::vector<Case> kSingles = {
    {"WEBM_VIDEO_ONLY", kRed, nullptr},     {"WEBM_AUDIO_ONLY", nullptr, kTone},
    {"MKV_VIDEO_ONLY", kRedH264, nullptr},  {"MKV_AUDIO_ONLY", nullptr, kToneAac},
    {"MP4_VIDEO_ONLY", kRedH264, nullptr},  {"MP4_AUDIO_ONLY", nullptr, kToneAac},
    {"JPEG_VIDEO_ONLY", kRedJpeg, nullptr},
};

class RecordingFileTest : public RecorderTest, public ::testing::WithParamInterface<Case> {
 protected:
  // All decoded video or sound of a file, as any player would find it.
  [[nodiscard]] Pulled decoded(const std::string& name, Medium medium) const {
    const bool isVideo = medium == Medium::kVideo;
    return pullAll("filesrc location=" + folder.path(name) + " ! decodebin name=d d. ! queue ! " +
                   (isVideo ? "videoconvert ! video/x-raw,format=I420"
                            : "audioconvert ! audio/x-raw,format=S16LE") +
                   " ! appsink name=out sync=false");
  }
  void begin(const Case& what) {
    if (what.video != nullptr) video = live(Medium::kVideo, what.video);
    if (what.audio != nullptr) audio = live(Medium::kAudio, what.audio);
    recorder = make(folder.uri("a.file"), what.profile);
    for (const auto& [medium, source] :
         {std::pair(Medium::kVideo, &video), {Medium::kAudio, &audio}})
      if (source->origin.frames)
        link(*recorder, medium, std::make_shared<Stream>(source->origin.frames));
    bench.invoke(*recorder, "record");
    awaitState("START");
  }
  void awaitSeconds(int seconds) {
    const bool isVideo = static_cast<bool>(video.origin.frames);
    awaitFrames(isVideo ? video.frames : audio.frames, static_cast<std::size_t>(seconds) * 30);
  }
  void end() {
    for (Live* source : {&video, &audio})
      if (source->origin.pipeline) bench.stop(source->origin);
    bench.close(recorder);
  }

  Live video;
  Live audio;
  RecorderPtr recorder;
};

class RecordingContainerTest : public RecordingFileTest {};
class RecordingSilenceTest : public RecordingFileTest {};
class RecordingSingleTest : public RecordingFileTest {};

TEST_P(RecordingContainerTest, PlaysAsAWhole) {
  begin(GetParam());
  awaitSeconds(2);
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_TRUE(bench.eventsOf("error").empty());
  const Pulled pictures = decoded("a.file", Medium::kVideo);
  ASSERT_TRUE(pictures.hasEnded);
  ASSERT_GE(pictures.samples.size(), 55U);
  EXPECT_NEAR(spanOf(pictures), static_cast<double>(pictures.samples.size() - 1) / 30, 0.2);
  EXPECT_NEAR(seconds(pictures.duration), spanOf(pictures), 0.4) << "an index tells the duration";
  EXPECT_NEAR(testing::colourOf(pictures.samples.back().get()).v, 240, 8);
  EXPECT_NEAR(spanOf(decoded("a.file", Medium::kAudio)), spanOf(pictures), 0.4);
  end();
}

// A copy of the file is what a crash would leave.
TEST_P(RecordingContainerTest, PlaysAtAnyMomentUpToASecondBefore) {
  begin(GetParam());
  for (int cut = 0; cut < 2; ++cut) {
    awaitSeconds(1);
    const std::size_t shown = video.frames->samples.all().size();
    std::filesystem::copy_file(folder.path("a.file"), folder.path("cut"),
                               std::filesystem::copy_options::overwrite_existing);
    const Pulled whole = decoded("cut", Medium::kVideo);
    EXPECT_TRUE(whole.hasEnded);
    // Frames from before the beginning are not in the file.
    EXPECT_LE(cut + 1 - spanOf(whole), 1.0) << shown << " frames";
    EXPECT_LE(cut + 1 - spanOf(decoded("cut", Medium::kAudio)), 1.0);
  }
  end();
}

TEST_P(RecordingSilenceTest, GoesOnWhenOneOfItsSourcesFallsSilent) {
  begin(GetParam());
  awaitSeconds(1);
  bench.stop(video.origin);
  const std::size_t before = audio.frames->samples.all().size();
  awaitFrames(audio.frames, 100);
  std::filesystem::copy_file(folder.path("a.file"), folder.path("cut"));
  const GstClockTime more =
      ptsOf(audio.frames->samples.all().back()) - ptsOf(audio.frames->samples.all()[before]);
  EXPECT_LE(1 + seconds(more) - spanOf(decoded("cut", Medium::kAudio)), 1.2)
      << "sound is written, not kept for pictures that do not come";
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_TRUE(decoded("a.file", Medium::kVideo).hasEnded);
  EXPECT_GE(spanOf(decoded("a.file", Medium::kAudio)), 1 + seconds(more) - 0.4);
  end();
}

TEST_P(RecordingSilenceTest, DoesNotWaitLongForAConnectedTrackThatIsSilent) {
  for (const Medium silent : media::kMedia) {
    const bool isVideo = silent == Medium::kVideo;
    Live first = live(isVideo ? Medium::kAudio : Medium::kVideo,
                      isVideo ? GetParam().audio : GetParam().video);
    auto late = bench.origin(silent, isVideo ? GetParam().video : GetParam().audio);
    recorder = make(folder.uri("a.file"), GetParam().profile, false, 500);
    link(*recorder, isVideo ? Medium::kAudio : Medium::kVideo,
         std::make_shared<Stream>(first.origin.frames));
    link(*recorder, silent, std::make_shared<Stream>(late.frames));
    bench.invoke(*recorder, "record");
    awaitState("START");
    awaitFrames(first.frames, 40);
    auto came = std::make_shared<testing::Collector>();
    late.frames->attach(came);
    ASSERT_TRUE(bench.play(late));
    awaitFrames(came, 40);
    bench.invoke(*recorder, "stopAndWait");
    const Pulled pictures = decoded("a.file", Medium::kVideo);
    ASSERT_FALSE(pictures.samples.empty()) << GetParam().profile;
    EXPECT_NEAR(testing::colourOf(pictures.samples.back().get()).v, 240, 8);
    EXPECT_NEAR(testing::colourOf(pictures.samples.front().get()).v, isVideo ? 128 : 240, 8);
    EXPECT_FALSE(decoded("a.file", Medium::kAudio).samples.empty());
    bench.stop(first.origin);
    bench.stop(late);
    bench.close(recorder);
    bench.events.clear();
  }
}

TEST_P(RecordingSingleTest, PlaysAsAWhole) {
  begin(GetParam());
  awaitSeconds(1);
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_TRUE(bench.eventsOf("error").empty());
  const bool isVideo = GetParam().video != nullptr;
  const Pulled media = decoded("a.file", isVideo ? Medium::kVideo : Medium::kAudio);
  EXPECT_TRUE(media.hasEnded);
  ASSERT_GE(media.samples.size(), 20U);
  if (isVideo) {
    EXPECT_NEAR(testing::colourOf(media.samples.back().get()).v, 240, 8);
  }
  end();
}

INSTANTIATE_TEST_SUITE_P(Profiles, RecordingContainerTest, ::testing::ValuesIn(kContainers));
INSTANTIATE_TEST_SUITE_P(Profiles, RecordingSilenceTest, ::testing::ValuesIn(kSilent));
INSTANTIATE_TEST_SUITE_P(Profiles, RecordingSingleTest, ::testing::ValuesIn(kSingles));

TEST_F(RecordingFileTest, WritesAFileForEachTrackOfASplitRecording) {
  recorder = make(folder.uri("a.ksr"), "KURENTO_SPLIT_RECORDER");
  video = live(Medium::kVideo, kRed);
  auto late = bench.origin(Medium::kAudio, kTone);
  link(*recorder, Medium::kVideo, std::make_shared<Stream>(video.origin.frames));
  bench.invoke(*recorder, "record");
  awaitState("START");
  awaitSeconds(1);
  link(*recorder, Medium::kAudio, std::make_shared<Stream>(late.frames));
  auto came = std::make_shared<testing::Collector>();
  late.frames->attach(came);
  ASSERT_TRUE(bench.play(late));
  awaitFrames(came, 50);
  bench.invoke(*recorder, "stopAndWait");
  EXPECT_TRUE(bench.eventsOf("error").empty());
  const Pulled pictures = track("a-video.mkv", "video_0");
  const Pulled blocks = track("a-audio.mka", "audio_0");
  EXPECT_TRUE(pictures.hasEnded);
  EXPECT_GE(pictures.samples.size(), 40U);
  ASSERT_TRUE(blocks.hasEnded);
  ASSERT_GE(blocks.samples.size(), 40U);
  EXPECT_GE(seconds(ptsOf(blocks.samples.front())), 0.9) << "on the timeline of the pictures";
  bench.stop(late);
  end();
}

}  // namespace
}  // namespace kms::elements
