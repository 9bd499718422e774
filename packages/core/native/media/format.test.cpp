#include <kms/media/format.hpp>

#include <gtest/gtest.h>

namespace kms::media {
namespace {

TEST(Format, SurvivesTheTripThroughAValue) {
  const Format format{"H264", 90000, 0, {{"packetization-mode", "1"}}};
  EXPECT_EQ(Format::fromValue(format.toValue()), format);
}

TEST(Format, ReadsTheCodecInAnyCaseAndFillsInTheRest) {
  const Format format = Format::fromValue(Map{{"codec", "opus"}});
  EXPECT_EQ(format, (Format{"OPUS", 0, 0, {}}));
}

TEST(Format, NamesTheMemberThatIsWrong) {
  try {
    (void)Format::fromValue(Map{{"codec", "VP8"}, {"clockRate", -1}});
    FAIL() << "a negative clock rate was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40001);
    EXPECT_NE(std::string(error.what()).find("clockRate"), std::string::npos);
  }
  EXPECT_THROW((void)Format::fromValue(Map{{"clockRate", 1}}), Error);
  EXPECT_THROW((void)Format::fromValue(Map{{"codec", "VP8"}, {"parameters", "x"}}), Error);
}

TEST(Medium, IsReadFromItsNameOnly) {
  for (const Medium medium : kLinkedMedia) EXPECT_EQ(mediumFromText(toText(medium)), medium);
  EXPECT_EQ(mediumFromText("data"), Medium::kData);
  EXPECT_THROW((void)mediumFromText("VIDEO"), Error);
}

}  // namespace
}  // namespace kms::media
