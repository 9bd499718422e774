#include "gst/branch-plan.hpp"

#include <kms/gst/codecs.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kms::gst {
namespace {

using media::Format;
using media::Medium;
using ::testing::HasSubstr;
using ::testing::Not;

class CodecsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }

  static std::optional<Format> formatOfText(const char* text) {
    return formatOf(CapsPtr::adopt(gst_caps_from_string(text)).get());
  }
  static BranchPlan plan(Format source, bool sourceIsRtp, Format target, bool targetIsRtp) {
    BranchPlan plan;
    plan.source = std::move(source);
    plan.sourceIsRtp = sourceIsRtp;
    plan.target = std::move(target);
    plan.targetIsRtp = targetIsRtp;
    return plan;
  }
};

TEST_F(CodecsTest, ReadsTheFormatFromCaps) {
  EXPECT_EQ(formatOfText("video/x-vp8,width=2")->codec, "VP8");
  EXPECT_EQ(formatOfText("video/x-h264,stream-format=avc,alignment=au")->codec, "H264");
  EXPECT_EQ(formatOfText("audio/x-raw,rate=44100,channels=2"), (Format{"RAW", 44100, 2, {}}));
  EXPECT_EQ(formatOfText("audio/mpeg,mpegversion=4,rate=44100,channels=1"),
            (Format{"AAC", 44100, 1, {}}));
  EXPECT_EQ(formatOfText("text/x-raw"), std::nullopt);
}

TEST_F(CodecsTest, RefusesRtpThatNothingUnpacks) {
  EXPECT_THROW((void)rtpCaps(Medium::kAudio, {"AAC", 48000, 0, {}}), Error);
  EXPECT_THROW((void)rtpCaps(Medium::kVideo, {"NONSENSE ! filesrc", 90000, 0, {}}), Error);
}

TEST_F(CodecsTest, KeepsParameterSetsInRtpCaps) {
  const CapsPtr caps =
      rtpCaps(Medium::kVideo, {"H264", 90000, 0, {{"sprop-parameter-sets", "Z0=,aM4="}}});
  const GstStructure* fields = gst_caps_get_structure(caps.get(), 0);
  EXPECT_STREQ(gst_structure_get_string(fields, "sprop-parameter-sets"), "Z0=,aM4=");
}

TEST_F(CodecsTest, PlansDecodingOnlyForRawAndBothForAnotherCodec) {
  const Format vp8{"VP8", 90000, 0, {}};
  const Format h264{"H264", 90000, 0, {}};
  const Format raw{"RAW", 0, 0, {}};
  EXPECT_THAT(describe(plan(vp8, true, raw, false), {}), Not(HasSubstr("encoder")));
  EXPECT_THAT(describe(plan(vp8, true, h264, true), {}),
              ::testing::AllOf(HasSubstr("vp8dec"), HasSubstr("encoder"), HasSubstr("rtph264pay")));
  EXPECT_THAT(describe(plan(h264, false, h264, true), {}),
              ::testing::AllOf(Not(HasSubstr("dec ")), HasSubstr("rtph264pay")));
}

TEST_F(CodecsTest, PacesOnlyWhatIsEncoded) {
  BranchPlan paced = plan({"RAW", 0, 0, {}}, false, {"VP8", 0, 0, {}}, false);
  paced.framerate = "15/2";
  EXPECT_THAT(describe(paced, {}), HasSubstr("framerate=15/2"));
  paced.source = paced.target;
  EXPECT_THAT(describe(paced, {}), Not(HasSubstr("framerate")));
}

TEST_F(CodecsTest, RefusesTargetsThatCannotBeMade) {
  EXPECT_THROW(checkTarget(Medium::kVideo, {"OPUS", 0, 0, {}}, true), Error);
  EXPECT_THROW(checkTarget(Medium::kVideo, {"RAW", 0, 0, {}}, true), Error);
  EXPECT_THROW(checkTarget(Medium::kAudio, {"AAC", 0, 0, {}}, true), Error);
  EXPECT_THROW(checkTarget(Medium::kVideo, {"videotestsrc", 0, 0, {}}, false), Error);
  EXPECT_NO_THROW(checkTarget(Medium::kVideo, {"RAW", 0, 0, {}}, false));
}

TEST_F(CodecsTest, EveryEncoderAndDecoderOfTheTableCanBeMade) {
  for (const char* name :
       {"VP8", "VP9", "H264", "H265", "AV1", "OPUS", "PCMU", "PCMA", "AMR", "AAC", "JPEG"}) {
    const Codec* codec = findCodec(name);
    ASSERT_NE(codec, nullptr) << name;
    for (const std::string& fragment : {decoderOf(*codec), encoderOf(*codec).fragment}) {
      GError* error = nullptr;
      const auto element = ElementPtr::sink(gst_parse_launch_full(
          (fragment + " ! fakesink").c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
      EXPECT_EQ(error, nullptr) << fragment << ": " << error->message;
      g_clear_error(&error);
    }
  }
}

}  // namespace
}  // namespace kms::gst
