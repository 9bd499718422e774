#include <kms/log/gst-log.hpp>

#include <gmock/gmock.h>
#include <gst/gst.h>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <regex>
#include <string>
#include <unistd.h>

namespace kms::log {
namespace {

using ::testing::HasSubstr;

/// The log of this process, as GStreamer has only one.
class GstLog : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("GST_DEBUG", "2,kmstest:5,glib:5", 1);
    setenv("G_MESSAGES_DEBUG", "kmsdomain", 1);
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    reader = ends[0];
    takeGstLog(*new LineStream(ends[1]), false);  // lives as long as the process
    ASSERT_TRUE(gst_init_check(nullptr, nullptr, nullptr));
    GST_DEBUG_CATEGORY_GET(category, "kmstest");
    if (category == nullptr) category = _gst_debug_category_new("kmstest", 0, "test");
    read();
  }
  static std::string read() {
    std::string text(65536, '\0');
    const ssize_t got = ::read(reader, text.data(), text.size());
    return text.substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
  }

  static inline int reader = -1;
  static inline GstDebugCategory* category = nullptr;
};

TEST_F(GstLog, WritesTheLinesOfElementsWithTheirNames) {
  GstElement* pipeline = gst_pipeline_new("pipe");
  GstElement* sink = gst_element_factory_make("fakesink", "sink0");
  gst_bin_add(GST_BIN_CAST(pipeline), sink);
  GstPad* pad = gst_element_get_static_pad(sink, "sink");
  GST_CAT_INFO_OBJECT(category, pipeline, "hello %d", 7);
  GST_CAT_DEBUG_OBJECT(category, pad, "pad");
  const std::string lines = read();
  gst_object_unref(pad);
  gst_object_unref(pipeline);
  const std::regex format(
      R"([^ ]+  \d+  0x[0-9a-f]{16}     info  kmstest  gst-log\.test\.cpp:\d+  TestBody\(\)  <pipe> hello 7\n(.*\n)*)");
  EXPECT_TRUE(std::regex_match(lines, format)) << lines;
  EXPECT_THAT(lines, HasSubstr("  <sink0:sink> pad\n"));
}

TEST_F(GstLog, TakesNoLockOfWhatItLogs) {
  GstPad* pad = gst_pad_new("locked", GST_PAD_SRC);
  GST_OBJECT_LOCK(pad);
  GST_CAT_WARNING_OBJECT(category, pad, "under its lock");
  GST_OBJECT_UNLOCK(pad);
  EXPECT_THAT(read(), HasSubstr("  <'':locked> under its lock\n"));
  gst_object_unref(pad);
}

TEST_F(GstLog, KeepsToTheLevels) {
  GST_CAT_LOG(category, "too much detail");
  GST_CAT_DEBUG(category, "wanted");
  const std::string lines = read();
  EXPECT_THAT(lines, HasSubstr("wanted"));
  EXPECT_THAT(lines, ::testing::Not(HasSubstr("too much detail")));
}

TEST_F(GstLog, HasCategoriesOfOurOwn) {
  const Category own("kmsown", "of a test");
  const auto here = std::source_location::current();
  own.write(GST_LEVEL_INFO, "not wanted", here);
  gst_debug_set_threshold_for_name("kmsown", GST_LEVEL_INFO);
  own.write(GST_LEVEL_INFO, "100 %s", here);
  own.write(GST_LEVEL_DEBUG, "too much detail", here);
  const std::string lines = read();
  EXPECT_THAT(lines, HasSubstr("     info  kmsown  gst-log.test.cpp:" +
                               std::to_string(here.line()) + "  TestBody()  100 %s\n"));
  EXPECT_THAT(lines, ::testing::Not(HasSubstr("not wanted")));
  EXPECT_THAT(lines, ::testing::Not(HasSubstr("too much detail")));
}

TEST_F(GstLog, TakesWhatGLibLogs) {
  g_log("kmsdomain", G_LOG_LEVEL_DEBUG, "a detail");
  g_log("otherdomain", G_LOG_LEVEL_DEBUG, "not asked for");
  g_log("otherdomain", G_LOG_LEVEL_WARNING, "a warning");
  const std::string lines = read();
  EXPECT_THAT(lines, HasSubstr("  debug  glib  kmsdomain:0  ()  a detail\n"));
  EXPECT_THAT(lines, HasSubstr("  warning  glib  otherdomain:0  ()  a warning\n"));
  EXPECT_THAT(lines, ::testing::Not(HasSubstr("not asked for")));
}

}  // namespace
}  // namespace kms::log
