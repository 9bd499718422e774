#include "network/url.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace kms::client {
namespace {

TEST(ParseUrl, TakesItsPartsApart) {
  const Url url = parseUrl("wss://media.example.org:8433/kurento?token=x#part");
  EXPECT_TRUE(url.isSecure);
  EXPECT_EQ(url.host, "media.example.org");
  EXPECT_EQ(url.port, "8433");
  EXPECT_EQ(url.target, "/kurento?token=x");
  EXPECT_EQ(url.authority, "media.example.org:8433");
}

TEST(ParseUrl, FillsInPortAndPath) {
  EXPECT_EQ(parseUrl("ws://host").port, "80");
  EXPECT_EQ(parseUrl("wss://host").port, "443");
  EXPECT_EQ(parseUrl("ws://host").target, "/");
  EXPECT_EQ(parseUrl("ws://host?a").target, "/?a");
}

TEST(ParseUrl, KnowsAddressesOfIPv6) {
  const Url url = parseUrl("ws://[::1]:8888/kurento");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, "8888");
  EXPECT_EQ(url.authority, "[::1]:8888");
  EXPECT_EQ(parseUrl("ws://[::1]").port, "80");
}

TEST(ParseUrl, SaysWhatIsWrong) {
  for (const char* text : {"", "http://host", "ws://", "ws:///path", "ws://host:", "ws://host:0",
                           "ws://host:70000", "ws://host:8x", "ws://[::1", "ws://[]:1",
                           "ws://[::1]x", "ws://user@host", "ws://ho st", "ws://host/a\r\nX: y"}) {
    EXPECT_THROW(static_cast<void>(parseUrl(text)), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace kms::client
