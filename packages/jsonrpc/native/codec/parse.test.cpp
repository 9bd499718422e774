#include "codec/vectors.test.hpp"

#include <kms/jsonrpc/message.hpp>

#include <gtest/gtest.h>

#include <array>

namespace kms::jsonrpc {
namespace {

// Values as JSON text, as in the vectors.
Json describe(const Request& message) {
  Json out{{"kind", "request"}, {"id", message.id.dump()}, {"method", message.method}};
  if (message.params) out["params"] = message.params->dump();
  return out;
}

Json describe(const Notification& message) {
  Json out{{"kind", "notification"}, {"method", message.method}};
  if (message.params) out["params"] = message.params->dump();
  return out;
}

Json describe(const Result& message) {
  return {{"kind", "result"}, {"id", message.id.dump()}, {"result", message.result.dump()}};
}

Json describe(const Failure& message) {
  Json out{{"kind", "failure"},
           {"id", message.id.dump()},
           {"code", message.error.code()},
           {"message", message.error.what()}};
  if (message.error.data() != nullptr) out["data"] = message.error.data()->dump();
  return out;
}

Json describe(const Invalid& message) {
  constexpr std::array reasons{"not JSON", "not an object", "batch", "envelope", "response"};
  Json out{{"kind", "invalid"},
           {"code", message.error.code()},
           {"reason", reasons.at(static_cast<std::size_t>(message.reason))}};
  if (message.id) out["id"] = message.id->dump();
  return out;
}

Json describe(const std::string& text) {
  return std::visit([](const auto& message) { return describe(message); }, parseMessage(text));
}

TEST(ParseMessage, ReadsTheSharedVectors) {
  const Json vectors = readVectors("parse");
  ASSERT_GT(vectors.size(), 40U);
  for (const Json& vector : vectors) {
    SCOPED_TRACE(vector["name"].get<std::string>());
    EXPECT_EQ(describe(vector["text"].get<std::string>()), vector["expect"]);
  }
}

TEST(ParseMessage, KeepsIntegersOf64BitsAndRoundsOthers) {
  for (const Json& vector : readVectors("integers")) {
    SCOPED_TRACE(vector["name"].get<std::string>());
    const auto text = vector["text"].get<std::string>();
    const auto message =
        parseMessage(R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + text + "}");
    ASSERT_TRUE(std::holds_alternative<Request>(message));
    const Json params = std::get<Request>(message).params.value();
    if (!vector.contains("doubles")) {
      EXPECT_EQ(params.dump(), text);
      continue;
    }
    EXPECT_EQ(params.get<std::vector<double>>(), vector["doubles"].get<std::vector<double>>());
  }
}

TEST(ParseMessage, RefusesNestingBeyondTheMaximum) {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + std::string(count, '[') +
           std::string(count, ']') + "}";
  };
  EXPECT_EQ(describe(nested(kMaxDepth - 1))["kind"], "request");
  EXPECT_EQ(describe(nested(kMaxDepth + 1))["reason"], "not JSON");
  EXPECT_EQ(describe(nested(1'000'000))["reason"], "not JSON");
}

TEST(ParseMessage, SurvivesEveryCutAndEveryChangedByte) {
  const std::string text =
      R"({"jsonrpc":"2.0","id":9007199254740993,"method":"a\"b","params":{"x":[-9007199254740993,1e5]}})";
  int requests = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    EXPECT_EQ(describe(text.substr(0, at))["kind"], "invalid");
    for (const char other : {'"', '\\', '{', ']', '9', '-', '.', 'e', '\0', '\xff'}) {
      std::string changed = text;
      changed[at] = other;
      requests += describe(changed)["kind"] == "request" ? 1 : 0;
    }
  }
  EXPECT_GT(requests, 0);
}

TEST(ParseMessage, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(describe("{\"jsonrpc\":\"2.0\",\"id\":\"\xc3\x28\",\"method\":\"m\"}")["reason"],
            "not JSON");
}

TEST(ParseMessage, RefusesErrorCodesThatNotEveryPeerCanRead) {
  const auto withCode = [](const std::string& code) {
    return R"({"jsonrpc":"2.0","id":1,"error":{"message":"m","code":)" + code + "}}";
  };
  EXPECT_EQ(describe(withCode("9007199254740991"))["kind"], "failure");
  EXPECT_EQ(describe(withCode("9007199254740993"))["reason"], "response");
  EXPECT_EQ(describe(withCode("-9007199254740993"))["reason"], "response");
}

}  // namespace
}  // namespace kms::jsonrpc
