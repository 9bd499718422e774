#include <kms/jsonrpc/message.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace kms::jsonrpc {
namespace {

TEST(Serialize, WritesRequests) {
  const Json params{{"interval", 5}};
  EXPECT_EQ(serializeRequest(3, "ping", &params),
            R"({"id":3,"jsonrpc":"2.0","method":"ping","params":{"interval":5}})");
  EXPECT_EQ(serializeRequest("a", "ping"), R"({"id":"a","jsonrpc":"2.0","method":"ping"})");
}

TEST(Serialize, WritesNotifications) {
  const Json params{{"value", 1}};
  EXPECT_EQ(serializeNotification("onEvent", &params),
            R"({"jsonrpc":"2.0","method":"onEvent","params":{"value":1}})");
  EXPECT_EQ(serializeNotification("ready"), R"({"jsonrpc":"2.0","method":"ready"})");
}

TEST(Serialize, WritesResultsWithExactIntegers) {
  const Json params{std::numeric_limits<std::int64_t>::max(),
                    std::numeric_limits<std::int64_t>::min()};
  EXPECT_EQ(serializeResult(1, params),
            R"({"id":1,"jsonrpc":"2.0","result":[9223372036854775807,-9223372036854775808]})");
  EXPECT_EQ(serializeResult(nullptr, nullptr), R"({"id":null,"jsonrpc":"2.0","result":null})");
}

TEST(Serialize, WritesErrorsWithDataOnlyWhenThereIsSome) {
  EXPECT_EQ(
      serializeError(1, RpcError(40007, "Invalid session", Json{{"type", "INVALID_SESSION"}})),
      R"({"error":{"code":40007,"data":{"type":"INVALID_SESSION"},"message":"Invalid session"},"id":1,"jsonrpc":"2.0"})");
  EXPECT_EQ(serializeError(nullptr, methodNotFound()),
            R"({"error":{"code":-32601,"message":"Method not found."},"id":null,"jsonrpc":"2.0"})");
}

TEST(Serialize, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(serializeResult(1, "a\xff"),
            "{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":\"a\xef\xbf\xbd\"}");
}

TEST(RpcError, CopiesShareTheirData) {
  const RpcError error(1, "m", Json{{"a", 1}});
  RpcError copy = parseError();
  EXPECT_EQ(copy.data(), nullptr);
  copy = error;
  EXPECT_EQ(copy.data(), error.data());
  EXPECT_EQ(copy.code(), 1);
}

}  // namespace
}  // namespace kms::jsonrpc
