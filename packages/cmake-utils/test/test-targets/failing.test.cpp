#include <gtest/gtest.h>

TEST(Failing, ExpectsTooMuch) {
  EXPECT_EQ(1 + 1, 3);
}
