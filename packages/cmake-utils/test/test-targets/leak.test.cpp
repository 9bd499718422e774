#include <gtest/gtest.h>

TEST(Leak, LosesTheOnlyPointer) {
  auto* volatile lost = new int(42);
  EXPECT_EQ(*lost, 42);
  lost = nullptr;
}
