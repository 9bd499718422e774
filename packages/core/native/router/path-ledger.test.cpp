#include "router/path-ledger.hpp"

#include <gtest/gtest.h>

namespace kms::router {
namespace {

ice::Path pathTo(std::uint16_t port) {
  return {*Address::parse("192.0.2.1", 5000), *Address::parse("198.51.100.7", port)};
}

TEST(PathLedger, giveEachPathWhatWentWhileItWasInUse) {
  PathLedger ledger;
  ledger.select(pathTo(1), {0, 50});
  ledger.select(pathTo(2), {100, 60});
  ledger.select(pathTo(1), {300, 80});
  const PathBytes first = ledger.of(pathTo(1), {1300, 90});
  const PathBytes second = ledger.of(pathTo(2), {1300, 90});
  EXPECT_EQ(first.sent, 100U + 1000U);
  EXPECT_EQ(first.received, 10U + 10U);
  EXPECT_EQ(second.sent, 200U);
  EXPECT_EQ(second.received, 20U);
}

TEST(PathLedger, knowNothingOfOtherPaths) {
  PathLedger ledger;
  EXPECT_EQ(ledger.of(pathTo(1), {10, 10}).sent, 0U);
  ledger.select(pathTo(1), {10, 10});
  EXPECT_EQ(ledger.of(pathTo(9), {20, 20}).sent, 0U);
}

TEST(PathLedger, forgetTheOldestOfManyPaths) {
  PathLedger ledger;
  for (std::uint16_t port = 1; port <= 20; ++port) ledger.select(pathTo(port), {port * 10U, 0});
  EXPECT_EQ(ledger.of(pathTo(1), {210, 0}).sent, 0U);
  EXPECT_EQ(ledger.of(pathTo(20), {210, 0}).sent, 10U);
}

}  // namespace
}  // namespace kms::router
