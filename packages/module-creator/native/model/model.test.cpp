#include <kms/model/json.hpp>

#include <gtest/gtest.h>

// In the form of generated code.
namespace sample {

class Player;

enum class Colour { RED, LIGHT_BLUE };

struct Point {
  std::int32_t x{};
  float weight = 0.5F;
  bool operator==(const Point&) const = default;
};

struct Place : Point {
  std::string name{};
  std::optional<Colour> colour{};
  std::vector<std::int64_t> sizes{};
  std::map<std::string, Point> points{};
  kms::model::Ref<Player> player{};
  kms::model::Box<Place> within{};
  bool isHere = true;
  bool operator==(const Place&) const = default;
};

}  // namespace sample

namespace kms::model {

template <>
struct EnumInfo<sample::Colour> {
  static constexpr std::string_view kName = "Colour";
  static constexpr std::array<std::pair<sample::Colour, std::string_view>, 2> kNames{
      {{sample::Colour::RED, "RED"}, {sample::Colour::LIGHT_BLUE, "light-blue"}}};
};

template <>
struct RegisterInfo<sample::Point> {
  static constexpr std::string_view kModule = "kurento";
  static constexpr std::string_view kName = "Point";
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visitor) {
    visitor.required("x", self.x);
    visitor.optional("weight", self.weight);
  }
};

template <>
struct RegisterInfo<sample::Place> {
  static constexpr std::string_view kModule = "sample";
  static constexpr std::string_view kName = "Place";
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visitor) {
    RegisterInfo<sample::Point>::fields(self, visitor);
    visitor.required("name", self.name);
    visitor.optional("colour", self.colour);
    visitor.optional("sizes", self.sizes);
    visitor.optional("points", self.points);
    visitor.optional("player", self.player);
    visitor.optional("within", self.within);
    visitor.optional("isHere", self.isHere);
  }
};

namespace {

using Json = nlohmann::json;
using sample::Colour;

template <typename T>
T from(const char* text) {
  return decode<T>(Json::parse(text), kms::model::Place{"it", "parameter"});
}

template <typename T>
std::string errorOf(const char* text) {
  try {
    static_cast<void>(from<T>(text));
  } catch (const ValueError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Enum, IsTextBothWays) {
  EXPECT_EQ(toString(Colour::LIGHT_BLUE), "light-blue");
  EXPECT_EQ(fromString<Colour>("RED"), Colour::RED);
  EXPECT_EQ(fromString<Colour>("red"), std::nullopt);
  EXPECT_EQ(toString(static_cast<Colour>(7)), "");
  EXPECT_EQ(errorOf<Colour>("\"GREEN\""), "Invalid value for 'Colour'");
  EXPECT_EQ(errorOf<Colour>("[]"), "'it' parameter should be a string");
}

TEST(Register, GoesThroughATreeAndBack) {
  sample::Place place;
  place.x = -3;
  place.weight = 0.04F;
  place.name = "here";
  place.colour = Colour::RED;
  place.sizes = {1, 9007199254740993};
  place.points = {{"a", sample::Point{1, 2}}};
  place.player = {"id"};
  place.within = sample::Place(place);
  const Json tree = encode<Json>(place);
  EXPECT_EQ(tree["__module__"], "sample");
  EXPECT_EQ(tree["__type__"], "Place");
  EXPECT_EQ(tree["weight"].dump(), "0.03999999910593033");
  EXPECT_EQ(tree["points"]["a"]["__type__"], "Point");
  EXPECT_FALSE(tree["within"].contains("within"));
  EXPECT_EQ(decode<sample::Place>(tree, kms::model::Place{"place"}), place);
}

TEST(Register, LeavesOutWhatIsUnset) {
  const Json tree = encode<Json>(sample::Place());
  EXPECT_FALSE(tree.contains("colour"));
  EXPECT_FALSE(tree.contains("within"));
  EXPECT_EQ(tree["isHere"], true);
  EXPECT_TRUE(tree["player"].is_null());
}

TEST(Register, FillsInDefaultsAndNamesWhatIsMissing) {
  const auto place = from<sample::Place>(R"({"x":1,"name":"n","extra":[]})");
  EXPECT_EQ(place.weight, 0.5F);
  EXPECT_TRUE(place.isHere);
  EXPECT_FALSE(place.colour);
  EXPECT_EQ(errorOf<sample::Place>(R"({"x":1})"), "'name' property should be a string");
  EXPECT_EQ(errorOf<sample::Place>(R"({"x":1.5,"name":"n"})"), "'x' property should be a integer");
  EXPECT_EQ(errorOf<sample::Place>(R"({"x":1,"name":"n","sizes":[1,"2"]})"),
            "'sizes' property should be a int64");
  EXPECT_EQ(errorOf<sample::Place>(R"({"x":1,"name":"n","points":[]})"),
            "'points' property should be a map");
  EXPECT_EQ(errorOf<sample::Place>("[]"), "'it' parameter should be a object");
  EXPECT_EQ(errorOf<sample::Place>("null"), "'x' property should be a integer");
}

TEST(Decode, ConvertsAsKurentoDoes) {
  EXPECT_EQ(from<std::string>("5"), "5");
  EXPECT_EQ(from<std::string>("1.5"), "1.5");
  EXPECT_EQ(from<std::string>("true"), "true");
  EXPECT_EQ(from<std::string>("null"), "");
  EXPECT_EQ(from<bool>("2"), true);
  EXPECT_EQ(from<bool>("0.0"), false);
  EXPECT_EQ(from<bool>("null"), false);
  EXPECT_EQ(from<std::int32_t>("true"), 1);
  EXPECT_EQ(from<std::int32_t>("7.0"), 7);
  EXPECT_EQ(from<std::int32_t>("null"), 0);
  EXPECT_EQ(from<double>("true"), 1.0);
  EXPECT_EQ(from<double>("null"), 0.0);
  EXPECT_EQ(from<std::vector<bool>>("null"), std::vector<bool>());
  EXPECT_EQ((from<std::map<std::string, bool>>("null")), (std::map<std::string, bool>()));
  EXPECT_EQ(from<std::int64_t>("-9223372036854775808"), INT64_MIN);
}

TEST(Decode, RefusesTheRestWithKurentosWords) {
  EXPECT_EQ(errorOf<std::string>("{}"), "'it' parameter should be a string");
  EXPECT_EQ(errorOf<bool>("\"true\""), "'it' parameter should be a boolean");
  EXPECT_EQ(errorOf<std::int32_t>("\"5\""), "'it' parameter should be a integer");
  EXPECT_EQ(errorOf<std::int32_t>("2147483648"), "'it' parameter should be a integer");
  EXPECT_EQ(errorOf<std::int64_t>("9223372036854775808"), "'it' parameter should be a int64");
  EXPECT_EQ(errorOf<std::int64_t>("1e300"), "'it' parameter should be a int64");
  EXPECT_EQ(errorOf<double>("\"1\""), "'it' parameter should be a double");
  EXPECT_EQ(errorOf<float>("1e39"), "'it' parameter should be a double");
  EXPECT_EQ(errorOf<std::vector<bool>>("{}"), "'it' parameter should be a list");
  EXPECT_EQ(errorOf<Ref<int>>("[]"), "'it' parameter should be a string");
}

}  // namespace
}  // namespace kms::model
