#include "objects/composite.hpp"

#include <kms/testing/media-bench.hpp>

namespace kms::elements {
namespace {

TEST(GridTest, HasAsManyColumnsAsTheSquareRootRoundedUp) {
  EXPECT_TRUE(gridOf(0, 800, 600).empty());
  EXPECT_EQ(gridOf(1, 800, 600)[0], (Placement{.width = 800, .height = 600}));
  const auto two = gridOf(2, 800, 600);
  EXPECT_EQ(two[1], (Placement{.x = 400, .width = 400, .height = 600}));
  const auto five = gridOf(5, 900, 600);
  EXPECT_EQ(five[2], (Placement{.x = 600, .width = 300, .height = 300}));
  EXPECT_EQ(five[4], (Placement{.x = 300, .y = 300, .width = 300, .height = 300}));
}

}  // namespace
}  // namespace kms::elements
