#include "demo/answer.hpp"

#include <gtest/gtest.h>

TEST(Component, IsLinkedIntoItsTest) {
  EXPECT_EQ(demo::answer(), 42);
}
