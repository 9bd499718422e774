#include "objects/recording-gate.hpp"

#include <gmock/gmock.h>

#include <set>

namespace kms::elements {
namespace {

using media::Medium;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr GstClockTime kMs = GST_MSECOND;

class RecordingGateTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  void add(Medium medium, std::uint64_t ms, bool isKeyframe = true) {
    const auto buffer = gst::BufferPtr::adopt(gst_buffer_new_allocate(nullptr, 8, nullptr));
    GST_BUFFER_PTS(buffer.get()) = ms * kMs;
    if (!isKeyframe) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    const auto caps = gst::CapsPtr::adopt(
        gst_caps_new_empty_simple(medium == Medium::kVideo ? "video/x-vp8" : "audio/x-opus"));
    const auto sample =
        gst::SamplePtr::adopt(gst_sample_new(buffer.get(), caps.get(), nullptr, nullptr));
    gate.add(medium, sample.get());
  }
  void audio(std::uint64_t ms) { add(Medium::kAudio, ms); }
  void keyframe(std::uint64_t ms) { add(Medium::kVideo, ms, true); }
  void delta(std::uint64_t ms) { add(Medium::kVideo, ms, false); }
  // Milliseconds of the recording of what went through since the last call.
  std::vector<std::uint64_t> times(Medium medium) {
    take();
    return std::exchange(m_taken[medium], {});
  }

  RecordingGate gate;
  const std::set<Medium> both{Medium::kAudio, Medium::kVideo};
  const std::set<Medium> video{Medium::kVideo};
  const std::set<Medium> sound{Medium::kAudio};

 private:
  void take() {
    for (auto& frame : gate.taken()) {
      m_taken[frame.medium].push_back(GST_BUFFER_PTS(frame.buffer.get()) / kMs);
    }
  }

  std::map<Medium, std::vector<std::uint64_t>> m_taken;
};

TEST_F(RecordingGateTest, LetsNothingThroughBeforeItIsOpened) {
  keyframe(0);
  EXPECT_FALSE(gate.begin(video));
  EXPECT_THAT(times(Medium::kVideo), IsEmpty());
}

TEST_F(RecordingGateTest, BeginsWithTheKeyframeAtZeroAndKeepsAudioInStep) {
  gate.open(1000 * kMs);
  audio(1000);
  audio(1020);
  EXPECT_FALSE(gate.begin(both));
  delta(1005);
  EXPECT_FALSE(gate.begin(both)) << "no keyframe yet";
  keyframe(1010);
  EXPECT_TRUE(gate.begin(both));
  delta(1043);
  audio(1040);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 33));
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(10, 30))
      << "what came before the video is left out";
}

TEST_F(RecordingGateTest, WaitsForEveryTrack) {
  gate.open(0);
  keyframe(0);
  delta(33);
  EXPECT_FALSE(gate.begin(both));
  EXPECT_TRUE(gate.isWaiting());
  audio(500);
  EXPECT_TRUE(gate.begin(both));
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 33));
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(500));
}

TEST_F(RecordingGateTest, WantsANewKeyframeWhenAudioComesLate) {
  gate.open(0);
  keyframe(0);
  audio(5000);
  EXPECT_FALSE(gate.begin(both));
  EXPECT_TRUE(gate.needsKeyframe());
  delta(5010);
  keyframe(5020);
  EXPECT_TRUE(gate.begin(both));
  audio(5020);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0));
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(0));
}

TEST_F(RecordingGateTest, DrawsFramesFromBeforeTheBeginTogether) {
  gate.open(10000 * kMs);
  keyframe(4000);
  delta(4033);
  delta(9900);
  EXPECT_TRUE(gate.begin(video));
  delta(10000);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 0, 400, 500));
}

TEST_F(RecordingGateTest, TakesOutTheTimeInWhichItWasClosed) {
  gate.open(0);
  keyframe(0);
  audio(0);
  EXPECT_TRUE(gate.begin(both));
  delta(40);
  audio(20);
  audio(40);
  gate.close();
  delta(80);
  audio(60);
  gate.open(9000 * kMs);
  delta(9000);
  audio(9010);
  keyframe(9050);
  audio(9060);
  EXPECT_TRUE(gate.begin(both));
  delta(9090);
  const auto shown = times(Medium::kVideo);
  EXPECT_THAT(shown, ElementsAre(0, 40, 73, 113));
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(0, 20, 40, 83));
}

TEST_F(RecordingGateTest, FillsATrackThatIsSilentWithSilence) {
  gate.open(0);
  keyframe(0);
  audio(0);
  EXPECT_TRUE(gate.begin(both));
  for (std::uint64_t ms = 40; ms <= 4000; ms += 40) delta(ms);
  const auto filled = times(Medium::kAudio);
  EXPECT_GT(filled.size(), 140U);
  for (std::size_t i = 1; i < filled.size(); ++i) EXPECT_EQ(filled[i] - filled[i - 1], 20U);
  audio(filled.back() - 100);
  EXPECT_THAT(times(Medium::kAudio), IsEmpty()) << "no place for it any more";
  audio(4000);
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(4000));
}

TEST_F(RecordingGateTest, RepeatsTheLastKeyframeWhileVideoIsSilent) {
  gate.open(0);
  keyframe(0);
  audio(0);
  EXPECT_TRUE(gate.begin(both));
  delta(40);
  for (std::uint64_t ms = 20; ms <= 4000; ms += 20) audio(ms);
  EXPECT_EQ(times(Medium::kAudio).size(), 201U);
  const auto shown = times(Medium::kVideo);
  ASSERT_GE(shown.size(), 5U);
  for (std::size_t i = 2; i < shown.size(); ++i) EXPECT_LE(shown[i] - shown[i - 1], 700U);
  EXPECT_GE(shown.back(), 3300U);
  EXPECT_TRUE(gate.needsKeyframe()) << "what follows is not what the next frames refer to";
  delta(4020);
  keyframe(1000);  // late, and kept where there is room for it
  delta(4060);
  const auto after = times(Medium::kVideo);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_GE(after[0], shown.back());
  EXPECT_EQ(after[1], 4060U);
}

TEST_F(RecordingGateTest, LeavesTracksOfDifferentFilesAlone) {
  gate = RecordingGate(false);
  gate.open(0);
  keyframe(0);
  EXPECT_TRUE(gate.begin(video));
  gate.join(Medium::kAudio);
  audio(500);
  for (std::uint64_t ms = 40; ms <= 4000; ms += 40) delta(ms);
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(500));
}

TEST_F(RecordingGateTest, KeepsTimesInWhichNothingComes) {
  gate.open(0);
  keyframe(0);
  EXPECT_TRUE(gate.begin(video));
  delta(40);
  delta(3000);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 40, 3000));
}

TEST_F(RecordingGateTest, TakesThemOutWhenItIsToCloseGaps) {
  gate = RecordingGate(true, true);
  gate.open(0);
  keyframe(0);
  audio(0);
  EXPECT_TRUE(gate.begin(both));
  delta(400);
  audio(20);
  delta(3000);
  audio(3010);
  delta(3040);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 400, 433, 473));
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(0, 20, 443)) << "both by the same";
}

TEST_F(RecordingGateTest, BeginsWithFillersForTracksThatAreSilent) {
  gate.open(1000 * kMs);
  audio(1000);
  audio(1020);
  const auto black = blackPicture("VP8");
  ASSERT_TRUE(black);
  gate.fill(Medium::kVideo, black);
  EXPECT_TRUE(gate.needsKeyframe());
  EXPECT_TRUE(gate.begin(both));
  delta(1040);
  keyframe(1060);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 60));
  EXPECT_THAT(times(Medium::kAudio), ElementsAre(0, 20));
}

TEST_F(RecordingGateTest, HasABlackPictureOfEachCodec) {
  for (const char* codec : {"VP8", "H264", "JPEG"}) EXPECT_TRUE(blackPicture(codec)) << codec;
  for (const char* codec : {"OPUS", "nonsense"}) EXPECT_FALSE(blackPicture(codec)) << codec;
}

TEST_F(RecordingGateTest, FillsWithSilenceOfTheCodec) {
  gate.open(0);
  keyframe(0);
  const auto aac = silentSample("AAC");
  ASSERT_TRUE(aac);
  gate.fill(Medium::kAudio, aac);
  EXPECT_TRUE(gate.begin(both));
  for (std::uint64_t ms = 40; ms <= 4000; ms += 40) delta(ms);
  const auto filled = times(Medium::kAudio);
  ASSERT_GT(filled.size(), 100U);
  EXPECT_EQ(filled[3], 63U) << "frames of 1024 samples";
}

TEST_F(RecordingGateTest, KeepsTheOrderOfDecoding) {
  gate.open(0);
  for (const auto& [dts, pts] : {std::pair(0, 66), std::pair(33, 165), std::pair(66, 99)}) {
    const auto buffer = gst::BufferPtr::adopt(gst_buffer_new_allocate(nullptr, 8, nullptr));
    GST_BUFFER_DTS(buffer.get()) = dts * kMs;
    GST_BUFFER_PTS(buffer.get()) = pts * kMs;
    if (dts > 0) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    const auto caps = gst::CapsPtr::adopt(gst_caps_new_empty_simple("video/x-h264"));
    const auto sample =
        gst::SamplePtr::adopt(gst_sample_new(buffer.get(), caps.get(), nullptr, nullptr));
    gate.add(Medium::kVideo, sample.get());
  }
  EXPECT_TRUE(gate.begin(video));
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(66, 165, 99));
}

TEST_F(RecordingGateTest, NeedsAKeyframeAfterAResync) {
  gate.open(0);
  keyframe(0);
  EXPECT_TRUE(gate.begin(video));
  gate.resync();
  delta(33);
  keyframe(66);
  delta(99);
  EXPECT_THAT(times(Medium::kVideo), ElementsAre(0, 66, 99));
}

TEST_F(RecordingGateTest, HoldsABoundedNumberOfFrames) {
  gate.open(0);
  keyframe(0);
  for (std::uint64_t i = 1; i < 3 * RecordingGate::kMaxHeld; ++i) delta(i);
  EXPECT_TRUE(gate.needsKeyframe());
  for (std::uint64_t i = 0; i < 3 * RecordingGate::kMaxHeld; ++i) audio(i);
  EXPECT_TRUE(gate.begin(sound));
  EXPECT_EQ(times(Medium::kAudio).size(), RecordingGate::kMaxHeld);
}

TEST_F(RecordingGateTest, DropsFramesWithoutTime) {
  gate.open(0);
  const auto buffer = gst::BufferPtr::adopt(gst_buffer_new());
  const auto sample =
      gst::SamplePtr::adopt(gst_sample_new(buffer.get(), nullptr, nullptr, nullptr));
  gate.add(Medium::kAudio, sample.get());
  EXPECT_FALSE(gate.begin(sound));
}

}  // namespace
}  // namespace kms::elements
