#include <gtest/gtest.h>

TEST(Sound, Holds) {
  EXPECT_EQ(1 + 1, 2);
}
