#include "codec/vectors.test.hpp"

#include <kms/jsonrpc/dispatcher.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace kms::jsonrpc {
namespace {

// The methods that the vectors call.
Dispatcher makeDispatcher() {
  Dispatcher dispatcher;
  dispatcher.handle("echo",
                    [](const Json* params) { return params == nullptr ? Json() : *params; });
  dispatcher.handle("fail", [](const Json*) -> Json {
    throw RpcError(40101, "Object 'x' not found", Json{{"type", "MEDIA_OBJECT_NOT_FOUND"}});
  });
  dispatcher.handle("plain", [](const Json*) -> Json {
    throw RpcError(ErrorCode::kServerError, "'type' parameter is required");
  });
  dispatcher.handle("crash", [](const Json*) -> Json { throw std::runtime_error("boom"); });
  dispatcher.handle("needs", [](const Json*) -> Json { throw invalidParams(); });
  return dispatcher;
}

TEST(Dispatcher, AnswersTheSharedVectors) {
  const Json vectors = readVectors("answer")["cases"];
  ASSERT_GT(vectors.size(), 10U);
  const Dispatcher dispatcher = makeDispatcher();
  for (const Json& vector : vectors) {
    SCOPED_TRACE(vector["name"].get<std::string>());
    const auto answer = dispatcher.dispatch(vector["text"].get<std::string>());
    EXPECT_EQ(answer ? Json(*answer) : Json(), vector["answer"]);
  }
}

TEST(Dispatcher, AnswersWhenAHandlerThrowsWhatIsNoException) {
  Dispatcher dispatcher;
  dispatcher.handle("odd", [](const Json*) -> Json { throw 5; });
  EXPECT_EQ(
      dispatcher.dispatch(R"({"jsonrpc":"2.0","id":1,"method":"odd"})"),
      R"({"error":{"code":-32603,"message":"Unexpected error while processing method: unknown exception"},"id":1,"jsonrpc":"2.0"})");
}

TEST(Dispatcher, TakesTheLaterOfTwoHandlers) {
  Dispatcher dispatcher = makeDispatcher();
  dispatcher.handle("echo", [](const Json*) { return Json("second"); });
  EXPECT_EQ(dispatcher.dispatch(R"({"jsonrpc":"2.0","id":1,"method":"echo"})"),
            R"({"id":1,"jsonrpc":"2.0","result":"second"})");
}

TEST(Dispatcher, TellsOfResponsesFailedNotificationsAndInvalidTexts) {
  Dispatcher dispatcher = makeDispatcher();
  std::vector<std::pair<std::size_t, std::int64_t>> heard;
  dispatcher.onUnanswered([&heard](const Message& message, const RpcError* error) {
    heard.emplace_back(message.index(), error == nullptr ? 0 : error->code());
  });
  EXPECT_FALSE(dispatcher.dispatch(R"({"jsonrpc":"2.0","method":"crash"})"));
  EXPECT_FALSE(dispatcher.dispatch(R"({"jsonrpc":"2.0","id":1,"result":1})"));
  EXPECT_FALSE(dispatcher.dispatch(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}})"));
  EXPECT_TRUE(dispatcher.dispatch("{"));
  EXPECT_FALSE(dispatcher.dispatch(R"({"jsonrpc":"2.0","method":"echo"})"));
  const std::vector<std::pair<std::size_t, std::int64_t>> wanted{
      {1, -32603}, {2, 0}, {3, 0}, {4, -32700}};
  EXPECT_EQ(heard, wanted);
}

}  // namespace
}  // namespace kms::jsonrpc
