#include "objects/filter-element.hpp"

#include <kms/base/error.hpp>

#include <gmock/gmock.h>

namespace kms::filters {
namespace {

using media::Medium;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Refusal {
  int code = 0;
  std::string message;
};

template <typename Call>
Refusal refusalOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}

class FilterElementTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  static Refusal make(const std::string& command, FilterType type = FilterType::kAutodetect) {
    return refusalOf([&] { const FilterElement element(command, type); });
  }
};

TEST_F(FilterElementTest, TellsItsMediumByItsPads) {
  EXPECT_EQ(FilterElement("videoflip", FilterType::kAutodetect).medium(), Medium::kVideo);
  EXPECT_EQ(FilterElement("volume", FilterType::kAutodetect).medium(), Medium::kAudio);
  EXPECT_EQ(FilterElement("identity", FilterType::kAutodetect).medium(), Medium::kAudio);
  EXPECT_EQ(FilterElement("identity", FilterType::kVideo).medium(), Medium::kVideo);
  EXPECT_EQ(FilterElement("capsfilter caps=video/x-raw,width=32", FilterType::kVideo).medium(),
            Medium::kVideo);
}

TEST_F(FilterElementTest, RefusesWhatMakesNoElement) {
  for (const char* command : {"", "nosuchelement", "videoflip nosuch=1",
                              "videoflip method=sideways", "videoflip !", "! ! !", "\xff\xfe"}) {
    const Refusal refusal = make(command);
    EXPECT_EQ(refusal.code, 40001) << command;
    EXPECT_THAT(refusal.message, StartsWith("GStreamer element cannot be created")) << command;
  }
}

TEST_F(FilterElementTest, RefusesMoreThanOneElement) {
  for (const char* command : {"videoflip ! videoflip", "( videoflip )", "decodebin",
                              "videotestsrc ! filesink location=/nowhere"}) {
    const Refusal refusal = make(command);
    EXPECT_EQ(refusal.code, 40001) << command;
    EXPECT_EQ(refusal.message, "Given command is not valid, only one element can be created")
        << command;
  }
}

TEST_F(FilterElementTest, RefusesElementsWithoutBothPads) {
  const std::string text = "Given command is not valid, pad templates don't match";
  for (const char* command : {"videotestsrc", "fakesink", "compositor", "vp8enc", "filesrc"}) {
    EXPECT_EQ(make(command).message, text) << command;
  }
  EXPECT_EQ(make("videoflip", FilterType::kAudio).message, text);
  EXPECT_EQ(make("volume", FilterType::kVideo).message, text);
}

TEST_F(FilterElementTest, SetsPropertiesOfTheTypesOfTheApi) {
  const FilterElement flip("videoflip", FilterType::kAutodetect);
  flip.setProperty("method", "horizontal-flip");
  int method = 0;
  g_object_get(flip.get(), "method", &method, nullptr);
  EXPECT_EQ(method, 4);
  const FilterElement volume("volume", FilterType::kAutodetect);
  volume.setProperty("volume", "0.25");
  double level = 0;
  g_object_get(volume.get(), "volume", &level, nullptr);
  EXPECT_EQ(level, 0.25);
  const FilterElement box("videobox", FilterType::kVideo);
  box.setProperty("name", "frame");
  box.setProperty("left", "-7");
  char* name = nullptr;
  int left = 0;
  g_object_get(box.get(), "name", &name, "left", &left, nullptr);
  const gst::StringPtr owned(name);
  EXPECT_STREQ(name, "frame");
  EXPECT_EQ(left, -7);
  const FilterElement panorama("audiopanorama", FilterType::kAudio);
  panorama.setProperty("panorama", "-0.5");
  float side = 0;
  g_object_get(panorama.get(), "panorama", &side, nullptr);
  EXPECT_EQ(side, -0.5F);
}

TEST_F(FilterElementTest, SaysWhyAPropertyCannotBeSet) {
  const FilterElement element("videoflip name=flip", FilterType::kAutodetect);
  const FilterElement volume("volume name=v", FilterType::kAutodetect);
  const FilterElement box("videobox", FilterType::kVideo);
  const auto set = [](const FilterElement& on, const char* name, const char* value) {
    return refusalOf([&] { on.setProperty(name, value); });
  };
  const Refusal unknown = set(element, "angle", "1");
  EXPECT_EQ(unknown.code, 40001);
  EXPECT_EQ(unknown.message, "No property named 'angle' in object 'flip'");
  const Refusal type = set(volume, "mute", "true");
  EXPECT_EQ(type.code, 40006);
  EXPECT_EQ(type.message, "Property type not implemented: GParamBoolean");
  const Refusal nick = set(element, "method", "sideways");
  EXPECT_EQ(nick.code, 40001);
  EXPECT_THAT(nick.message, StartsWith("Cannot convert 'sideways' to enum: "));
  for (const char* value : {"", "loud", "1.5x", "1e999", "nan", "-3"}) {
    EXPECT_THAT(set(volume, "volume", value).message,
                StartsWith("Cannot convert '" + std::string(value) + "' to double: "))
        << value;
  }
  for (const char* value : {"", "1.5", "99999999999", "7 "}) {
    EXPECT_THAT(set(box, "left", value).message,
                StartsWith("Cannot convert '" + std::string(value) + "' to int: "))
        << value;
  }
  EXPECT_THAT(set(element, "parent", "x").message, HasSubstr("not implemented"));
}

}  // namespace
}  // namespace kms::filters
