#include <kms/demo/greet.hpp>

#include <gtest/gtest.h>

TEST(Export, BringsTheLibraryOfAModuleAlong) {
  EXPECT_EQ(demo::greet("consumer"), "Hello, consumer: 42");
}
