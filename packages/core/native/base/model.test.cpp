#include <kms/base/model.hpp>
#include <kms/modules/core/registers.hpp>

#include <gtest/gtest.h>

namespace kms {
namespace {

const model::Place kPlace{"codec", "parameter"};

template <typename T>
std::string errorOf(const Value& value) {
  try {
    static_cast<void>(model::decode<T>(value, kPlace));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40001);
    return error.what();
  }
  return "no error";
}

TEST(Model, TakesRegistersFromValuesAndBack) {
  kurento::CodecConfiguration codec;
  codec.name = "VP8";
  codec.properties = std::map<std::string, std::string>{{"x-google-start-bitrate", "1000"}};
  const auto value = model::encode<Value>(codec);
  EXPECT_EQ(value.at("__type__").text(), "CodecConfiguration");
  EXPECT_EQ(value.at("__module__").text(), "kurento");
  EXPECT_EQ(model::decode<kurento::CodecConfiguration>(value, kPlace), codec);
}

TEST(Model, KnowsEveryKindOfValue) {
  EXPECT_EQ(model::decode<std::string>(Value(1.5), kPlace), "1.5");
  EXPECT_TRUE(model::decode<bool>(Value(2), kPlace));
  EXPECT_EQ(model::decode<std::vector<int>>(Value(List{true, 2, nullptr}), kPlace),
            (std::vector{1, 2, 0}));
  EXPECT_EQ(errorOf<std::string>(Value(Bytes{1})), "'codec' parameter should be a string");
}

TEST(Model, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(errorOf<kurento::Fraction>(Value(Map{{"numerator", 1}})),
            "'denominator' property should be a integer");
  EXPECT_EQ(errorOf<kurento::Fraction>(Value("1/2")), "'codec' parameter should be a object");
  EXPECT_EQ(errorOf<kurento::MediaType>(Value("SMELL")), "Invalid value for 'MediaType'");
}

}  // namespace
}  // namespace kms
