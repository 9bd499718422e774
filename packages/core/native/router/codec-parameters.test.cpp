#include <kms/router/codec-parameters.hpp>

#include <gtest/gtest.h>

namespace kms::router {
namespace {

CodecParameters codec(int type, media::Format format) {
  CodecParameters made;
  made.payloadType = static_cast<std::uint8_t>(type);
  made.format = std::move(format);
  return made;
}

const std::vector<CodecParameters> kCodecs = {
    codec(96, {"VP8", 90000, 0, {}}),
    codec(102, {"H264", 90000, 0, {{"packetization-mode", "0"}, {"profile-level-id", "42e01f"}}}),
    codec(103, {"H264", 90000, 0, {{"packetization-mode", "1"}, {"profile-level-id", "42E01F"}}}),
    codec(98, {"VP9", 90000, 0, {{"profile-id", "0"}}}),
    codec(100, {"VP9", 90000, 0, {{"profile-id", "2"}}}),
    codec(111, {"OPUS", 48000, 2, {}}),
};

int typeFor(const media::Format& format) {
  const CodecParameters* found = findCodec(kCodecs, format);
  return found == nullptr ? -1 : found->payloadType;
}

TEST(FindCodec, takesTheEntryWithTheSameProfile) {
  EXPECT_EQ(typeFor({"VP8", 90000, 0, {}}), 96);
  EXPECT_EQ(typeFor({"VP8", 90000, 1, {}}), 96) << "channels of video mean nothing";
  EXPECT_EQ(
      typeFor({"H264", 90000, 0, {{"packetization-mode", "1"}, {"profile-level-id", "42001f"}}}),
      103);
  EXPECT_EQ(typeFor({"H264", 90000, 0, {{"profile-level-id", "42e01f"}}}), 102);
  EXPECT_EQ(typeFor({"VP9", 90000, 0, {{"profile-id", "2"}}}), 100);
  EXPECT_EQ(typeFor({"VP9", 90000, 0, {}}), 98);
}

TEST(FindCodec, fallsBackToTheCodecAlone) {
  EXPECT_EQ(
      typeFor({"H264", 90000, 0, {{"packetization-mode", "1"}, {"profile-level-id", "640c1f"}}}),
      102);
}

TEST(FindCodec, findsNothingForAnotherCodecRateOrChannels) {
  EXPECT_EQ(typeFor({"AV1", 90000, 0, {}}), -1);
  EXPECT_EQ(typeFor({"OPUS", 16000, 2, {}}), -1);
  EXPECT_EQ(typeFor({"OPUS", 48000, 1, {}}), -1);
}

}  // namespace
}  // namespace kms::router
