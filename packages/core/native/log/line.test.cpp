#include <kms/log/line.hpp>

#include <gmock/gmock.h>

#include <regex>
#include <thread>

namespace kms::log {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

Record record(std::string_view message) {
  return {.level = 4,
          .category = "kmstest",
          .file = "/somewhere/src/line.test.cpp",
          .line = 12,
          .function = "record",
          .object = {},
          .message = message};
}

TEST(LogLine, HasTheFormatOfTheOriginal) {
  Record said = record("hello");
  said.object = "src0:sink";
  const std::regex format(
      R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}  \d+  0x[0-9a-f]{16}     info  kmstest  line\.test\.cpp:12  record\(\)  <src0:sink> hello\n)");
  EXPECT_TRUE(std::regex_match(formatLine(said, false), format)) << formatLine(said, false);
}

TEST(LogLine, NamesEveryLevelInTheSameWidth) {
  const std::vector<std::pair<int, std::string>> words{
      {1, "    error  "}, {2, "  warning  "}, {3, "    fixme  "}, {5, "    debug  "},
      {6, "      log  "}, {7, "    trace  "}, {9, "    trace  "}};
  for (const auto& [level, word] : words) {
    Record said = record("x");
    said.level = level;
    EXPECT_THAT(formatLine(said, false), HasSubstr(word + "kmstest"));
  }
}

TEST(LogLine, ColoursOnlyTheSeverity) {
  EXPECT_THAT(formatLine(record("x"), true), HasSubstr("  \033[32m   info\033[0m  kmstest"));
}

TEST(LogLine, IsOneLineWhateverThePeerSends) {
  const std::string line = formatLine(record("a\nb\r\tc\033[2J\x7f"), false);
  EXPECT_THAT(line, EndsWith("a\\nb\\r\\tc\\u001b[2J\\u007f\n"));
}

TEST(LogLine, CutsAnEndlessMessage) {
  const std::string line = formatLine(record(std::string(100'000, 'x')), false);
  EXPECT_THAT(line, EndsWith("x... (100000 bytes)\n"));
  EXPECT_LT(line.size(), 66'000U);
}

TEST(LogLine, NamesTheThread) {
  std::string other;
  std::thread([&] { other = formatLine(record("x"), false); }).join();
  const auto threadOf = [](const std::string& line) { return line.substr(line.find("0x"), 18); };
  EXPECT_NE(threadOf(other), threadOf(formatLine(record("x"), false)));
}

}  // namespace
}  // namespace kms::log
