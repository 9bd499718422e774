#include <kms/base/value.hpp>

#include <gtest/gtest.h>

namespace kms {
namespace {

TEST(Value, NamesTheMissingMember) {
  const Value value(Map{{"a", 1}});
  try {
    (void)value.at("port");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40001);
    EXPECT_STREQ(error.what(), "'port' is required");
  }
}

TEST(Value, RefusesAnotherTypeAndAnIntegerOutOfRange) {
  EXPECT_THROW((void)Value("1").as<std::int64_t>(), Error);
  EXPECT_THROW((void)Value(std::int64_t{1} << 40).as<int>(), Error);
  EXPECT_THROW((void)Value(1).text(), Error);
}

TEST(Value, GivesTheFallbackForAnAbsentMember) {
  const Value value(Map{{"a", 7}, {"n", nullptr}});
  EXPECT_EQ(value.get<int>("a", 1), 7);
  EXPECT_EQ(value.get<int>("b", 1), 1);
  EXPECT_EQ(value.get<int>("n", 2), 2);
  EXPECT_DOUBLE_EQ(value.get("a").as<double>(), 7.0);
}

}  // namespace
}  // namespace kms
