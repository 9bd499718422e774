#include <kms/gst/properties.hpp>

#include <gmock/gmock.h>

#include <limits>

namespace kms::gst {
namespace {

using ::testing::HasSubstr;

class PropertiesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
  static ElementPtr make(const char* description) {
    const auto flags = GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS;
    return ElementPtr::sink(
        gst_parse_bin_from_description_full(description, FALSE, nullptr, flags, nullptr));
  }
  static int codeOf(GstElement* element, const std::string& name, const Value& value) {
    try {
      setProperties(element, {{name, value}});
      return 0;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("'" + name + "'"));
      return error.code();
    }
  }
};

TEST_F(PropertiesTest, SetsAndReadsEachKindOfValue) {
  const ElementPtr source = make("videotestsrc name=a");
  const Map values{{"num-buffers", 7},
                   {"is-live", true},
                   {"pattern", "snow"},
                   {"foreground-color", std::int64_t{0xff00ff00}},
                   {"timestamp-offset", std::int64_t{1} << 40},
                   {"name", "b"}};
  setProperties(source.get(), values);
  for (const auto& [name, value] : values)
    EXPECT_EQ(getProperty(source.get(), name), value) << name;
  const ElementPtr balance = make("videobalance");
  setProperties(balance.get(), {{"hue", 0.5}, {"contrast", 2}});
  EXPECT_EQ(getProperty(balance.get(), "hue"), Value(0.5));
  EXPECT_EQ(getProperty(balance.get(), "contrast"), Value(2.0));
}

TEST_F(PropertiesTest, SetsAllOrNone) {
  const ElementPtr balance = make("videobalance");
  EXPECT_THROW(setProperties(balance.get(), {{"contrast", 0.5}, {"hue", 5}}), Error);
  EXPECT_EQ(getProperty(balance.get(), "contrast"), Value(1.0));
}

TEST_F(PropertiesTest, FindsPropertiesInsideABin) {
  const ElementPtr bin = make("videobalance name=colour ! videoflip name=turn");
  setProperties(bin.get(), {{"colour::hue", -1.0}, {"turn::video-direction", "180"}});
  EXPECT_EQ(getProperty(bin.get(), "colour::hue"), Value(-1.0));
  EXPECT_EQ(getProperty(bin.get(), "turn::video-direction"), Value("180"));
  EXPECT_EQ(codeOf(bin.get(), "colour::smell", 1), 40001);
  EXPECT_EQ(codeOf(bin.get(), "nobody::hue", 1), 40001);
  EXPECT_EQ(codeOf(bin.get(), "::", 1), 40001);
}

TEST_F(PropertiesTest, NamesThePropertyThatItRefuses) {
  const ElementPtr source = make("videotestsrc");
  EXPECT_EQ(codeOf(source.get(), "smell", 1), 40001);
  EXPECT_EQ(codeOf(source.get(), "num-buffers", "many"), 40001);
  EXPECT_EQ(codeOf(source.get(), "num-buffers", std::int64_t{1} << 40), 40001);
  EXPECT_EQ(codeOf(source.get(), "num-buffers", -2), 40001);
  EXPECT_EQ(codeOf(source.get(), "foreground-color", -1), 40001);
  EXPECT_EQ(codeOf(source.get(), "is-live", 1), 40001);
  EXPECT_EQ(codeOf(source.get(), "pattern", "plaid"), 40001);
  EXPECT_EQ(codeOf(source.get(), "pattern", 1), 40001);
  EXPECT_EQ(codeOf(source.get(), "name", Bytes{1}), 40001);
  EXPECT_EQ(codeOf(source.get(), "parent", "x"), 40006);
  EXPECT_EQ(codeOf(make("videobalance").get(), "hue", std::numeric_limits<double>::quiet_NaN()),
            40001);
  EXPECT_THROW((void)getProperty(source.get(), "smell"), Error);
}

TEST_F(PropertiesTest, GivesListsAndMapsAndTakesThemBack) {
  const ElementPtr mixer = make("audiomixmatrix in-channels=2 out-channels=1 mode=manual");
  ASSERT_TRUE(mixer);
  const Value matrix(List{Value(List{0.25, 0.75})});
  setProperties(mixer.get(), {{"matrix", matrix}});
  EXPECT_EQ(getProperty(mixer.get(), "matrix"), matrix);
}

TEST_F(PropertiesTest, ReadsTheFieldsOfAMessage) {
  GstStructure* structure = gst_structure_from_string(
      "faces, count=(int)2, share=(double)0.5, live=(boolean)true, name=(string)x, "
      "big=(guint64)5000000000, "
      "size=(fraction)4/3, boxes=(structure)< [box, x=(int)1;], [box, x=(int)2;] >, "
      "none=(string)NULL",
      nullptr);
  ASSERT_NE(structure, nullptr);
  const Map fields = fieldsOf(structure);
  gst_structure_free(structure);
  EXPECT_EQ(fields.at("count"), Value(2));
  EXPECT_EQ(fields.at("share"), Value(0.5));
  EXPECT_EQ(fields.at("live"), Value(true));
  EXPECT_EQ(fields.at("name"), Value("x"));
  EXPECT_EQ(fields.at("big"), Value(std::int64_t{5000000000}));
  EXPECT_EQ(fields.at("size"), Value("4/3"));
  EXPECT_EQ(fields.at("boxes"), Value(List{Map{{"x", 1}}, Map{{"x", 2}}}));
  EXPECT_TRUE(fields.at("none").isNull());
}

}  // namespace
}  // namespace kms::gst
