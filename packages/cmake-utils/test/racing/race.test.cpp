#include <gtest/gtest.h>

#include <thread>

TEST(Race, WritesFromTwoThreads) {
  int shared = 0;
  std::thread other([&shared] { ++shared; });
  ++shared;
  other.join();
  EXPECT_EQ(shared, 2);
}
