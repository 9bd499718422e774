#include "objects/player-config.hpp"

#include "objects/test-media.hpp"

#include <filesystem>

namespace kms::elements {
namespace {

class PlayerConfigTest : public ::testing::Test {
 protected:
  static bool allows(const std::string& uri, List schemes, List roots = {}) {
    const Map params{{"uri", uri}, {"schemes", std::move(schemes)}, {"roots", std::move(roots)}};
    return PlayerConfig::fromValue(Value(params)).isAllowed();
  }

  testing::TestFolder folder;
};

TEST_F(PlayerConfigTest, OpensSchemesThatAreListedAlone) {
  const List web{"http", "https"};
  EXPECT_TRUE(allows("http://host.example/a", web));
  EXPECT_TRUE(allows("HTTPS://host.example/a", web));
  for (const char* uri : {"file:///a", "httpx://a", "no uri", "", "://", "http", "rtsp://a"}) {
    EXPECT_FALSE(allows(uri, web)) << uri;
  }
  EXPECT_TRUE(allows("anything://at.all", {})) << "nothing is listed";
}

TEST_F(PlayerConfigTest, ReadsFilesBelowItsRootsAlone) {
  std::filesystem::create_directories(folder.path("in/deep"));
  folder.write("in/deep/a", "");
  folder.write("out", "");
  std::filesystem::create_symlink(folder.path("out"), folder.path("in/link"));
  const List roots{folder.path("elsewhere"), folder.path("in/")};
  EXPECT_TRUE(allows(folder.uri("in/deep/a"), {}, roots));
  EXPECT_TRUE(allows(folder.uri("in/deep/../deep/%61"), {}, roots));
  for (const char* name : {"out", "in/../out", "in/link", "in/%2e%2e/out", "inside", "in/%00"}) {
    EXPECT_FALSE(allows(folder.uri(name), {}, roots)) << name;
  }
  EXPECT_TRUE(allows(folder.uri("out"), {}));
  EXPECT_TRUE(allows("http://host.example/a", {}, roots)) << "is no file";
}

TEST_F(PlayerConfigTest, KnowsRtspAndWhatIsConfined) {
  const auto config = [](Map params) {
    params["uri"] = Value("rtsps://host.example/a");
    return PlayerConfig::fromValue(Value(params));
  };
  EXPECT_TRUE(config({}).isRtsp());
  EXPECT_FALSE(config({}).isConfined());
  EXPECT_TRUE(config({{"roots", List{"/a"}}}).isConfined());
  EXPECT_TRUE(config({{"proxy", "http://127.0.0.1:1"}}).isConfined());
  EXPECT_THROW(PlayerConfig::fromValue(Value(Map{})), Error);
}

}  // namespace
}  // namespace kms::elements
