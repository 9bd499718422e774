#include <gtest/gtest.h>

#include <memory>

TEST(Sanitizer, ReportsAReadBeyondABuffer) {
  const auto buffer = std::make_unique<char[]>(4);
  const volatile std::size_t beyond = 4;
  EXPECT_NE(buffer[beyond], 1);
}
