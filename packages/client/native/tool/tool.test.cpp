#include "tool/command-line.hpp"
#include "tool/commands.hpp"
#include "tool/values.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace kms::tool {
namespace {

using Json = nlohmann::json;
using client::ParamSchema;

template <typename Call>
std::string usageErrorOf(Call call) {
  try {
    static_cast<void>(call());
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CommandLine, TakesOptionsAnywhere) {
  const auto line = parseCommandLine(
      {"--url", "ws://a", "watch", "--count=3", "id", "Error", "--raw", "--timeout", "50"},
      "ws://b");
  EXPECT_EQ(line.client.url, "ws://a");
  EXPECT_EQ(line.command, "watch");
  EXPECT_EQ(line.words, (std::vector<std::string>{"id", "Error"}));
  EXPECT_EQ(line.count, 3U);
  EXPECT_TRUE(line.isRaw);
  EXPECT_EQ(line.client.requestTimeout, client::Milliseconds(50));
  EXPECT_EQ(parseCommandLine({}, "ws://b").client.url, "ws://b");
}

TEST(CommandLine, SaysWhatIsWrong) {
  EXPECT_EQ(usageErrorOf([] { return parseCommandLine({"--none"}, ""); }),
            "there is no option --none");
  EXPECT_EQ(usageErrorOf([] { return parseCommandLine({"--url"}, ""); }), "--url takes a value");
  EXPECT_EQ(usageErrorOf([] { return parseCommandLine({"--raw=1"}, ""); }), "--raw takes no value");
  for (const char* count :
       {"--count=0", "--count=-1", "--count=1x", "--count=", "--count=9999999999"}) {
    EXPECT_THROW(static_cast<void>(parseCommandLine({count}, "")), UsageError) << count;
  }
}

const std::vector<ParamSchema> kParams{{"uri", "String", true, false},
                                       {"networkCache", "int", false, true},
                                       {"tags", "kurento.Tag[]", false, true}};

TEST(Values, AreTextWhereTheSchemaSaysSo) {
  EXPECT_EQ(parseValues({"uri=5", "networkCache=200"}, &kParams),
            (Json{{"uri", "5"}, {"networkCache", 200}}));
  EXPECT_EQ(parseValues({"uri=a=b"}, &kParams), (Json{{"uri", "a=b"}}));
  EXPECT_EQ(parseValues({R"(uri="\u00e9")"}, &kParams), (Json{{"uri", "\xc3\xa9"}}));
  EXPECT_EQ(parseValues({"uri=", R"(tags=[{"key":"a","value":"b"}])"}, &kParams)["tags"].size(),
            1U);
}

TEST(Values, AreJsonOrTextWithoutASchema) {
  EXPECT_EQ(parseValues({"a=5", "b=five", R"(c={"d":null})"}, nullptr),
            (Json{{"a", 5}, {"b", "five"}, {"c", {{"d", nullptr}}}}));
}

TEST(Values, NameTheFault) {
  const auto errorOf = [](const std::vector<std::string>& words) {
    return usageErrorOf([&words] { return parseValues(words, &kParams); });
  };
  EXPECT_EQ(errorOf({"uri"}), "'uri' should be <parameter>=<value>");
  EXPECT_EQ(errorOf({"=x"}), "'=x' should be <parameter>=<value>");
  EXPECT_EQ(errorOf({"uri=x", "uri=y"}), "the parameter 'uri' comes twice");
  EXPECT_EQ(errorOf({"url=x"}), "there is no parameter 'url', but: uri, networkCache, tags");
  EXPECT_EQ(errorOf({"uri=x", "networkCache=much"}),
            "'networkCache' should be a int in JSON, not 'much'");
  EXPECT_EQ(errorOf({"uri=x", "tags=one"}), "'tags' should be a kurento.Tag[] in JSON, not 'one'");
  EXPECT_EQ(errorOf({}), "the parameter 'uri' (String) is missing");
}

TEST(Values, KnowTheClassOfAnId) {
  EXPECT_EQ(classOfId("a_kurento.MediaPipeline/b_kurento.PlayerEndpoint"),
            "kurento.PlayerEndpoint");
  EXPECT_EQ(classOfId("manager_ServerManager"), "ServerManager");
  EXPECT_EQ(classOfId("odd"), "");
}

std::string usageErrorOf(const std::vector<std::string>& args) {
  std::ostringstream out;
  return usageErrorOf([&] { return runCommand(parseCommandLine(args, "ws://none"), {out, out}); });
}

TEST(Commands, CheckTheirWordsBeforeTheyConnect) {
  EXPECT_EQ(usageErrorOf({"fly"}), "there is no command 'fly'");
  EXPECT_EQ(usageErrorOf({}), "no command given: see kms-call --help");
  EXPECT_EQ(usageErrorOf({"create"}), "usage: kms-call create <type> [<parameter>=<value>...]");
  EXPECT_EQ(usageErrorOf({"create", "Hub"}), "objects of Hub cannot be created");
  EXPECT_EQ(usageErrorOf({"create", "PlayerEndpoint", "uri=x"}),
            "the parameter 'mediaPipeline' (kurento.MediaPipeline) is missing");
  EXPECT_EQ(usageErrorOf({"invoke", "x_kurento.PlayerEndpoint", "fly"}),
            "PlayerEndpoint has no operation 'fly': see kms-call types PlayerEndpoint");
  EXPECT_EQ(usageErrorOf({"watch", "x_kurento.MediaPipeline"}),
            "usage: kms-call watch <object id> <event>...");
  EXPECT_EQ(usageErrorOf({"watch", "x_kurento.MediaPipeline", "Fly"}).substr(0, 35),
            "MediaPipeline has no event 'Fly', b");
  EXPECT_EQ(usageErrorOf({"types", "Fly"}), "no type 'Fly' is known here");
}

TEST(Commands, PrintWhatAClassHas) {
  std::ostringstream out;
  EXPECT_EQ(runCommand(parseCommandLine({"types", "PlayerEndpoint"}, ""), {out, out}), 0);
  const std::string text = out.str();
  EXPECT_NE(text.find("create PlayerEndpoint mediaPipeline=<kurento.MediaPipeline> uri=<String>"),
            std::string::npos);
  EXPECT_NE(text.find("invoke <id> getVideoInfo -> kurento.VideoInfo"), std::string::npos);
  EXPECT_NE(text.find("invoke <id> connect sink=<kurento.MediaElement>"), std::string::npos);
  EXPECT_NE(text.find("EndOfStream"), std::string::npos);
  EXPECT_NE(text.find("MediaFlowOutStateChanged"), std::string::npos);
}

TEST(Help, NamesEveryCommandAndOption) {
  for (const char* word :
       {"create", "invoke", "describe", "release", "watch", "ping", "types", "--url", "--session",
        "--token", "--ca", "--insecure", "--timeout", "--count", "--raw", "--help"}) {
    EXPECT_NE((help() + optionsHelp()).find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace kms::tool
