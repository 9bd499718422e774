// main() of every kms_test() program: GoogleTest, with marks for those who read the log of a whole
// run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

namespace {

/// Writes "<file>:<line>:<suite>.<test>: test start" before each test, as Kurento's own tests do,
/// so that what GStreamer logs behind it can be told from the rest
/// (Testing/Temporary/LastTest.log).
class StartMarks final : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& test) override {
    std::cerr << test.file() << ':' << test.line() << ':' << test.test_suite_name() << '.'
              << test.name() << ": test start" << std::endl;
  }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  // Owned by the list.
  testing::UnitTest::GetInstance()->listeners().Append(new StartMarks);
  return RUN_ALL_TESTS();
}
