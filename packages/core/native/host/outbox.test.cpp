#include <kms/host/outbox.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace kms::host {
namespace {

TEST(Outbox, WakesForEachTaskAndRunsThemInOrder) {
  int wakes = 0;
  std::vector<int> seen;
  Outbox outbox([&] { ++wakes; });
  outbox.post([&] { seen.push_back(1); });
  outbox.post([&] { seen.push_back(2); });
  outbox.drain();
  EXPECT_EQ(wakes, 2);
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
  EXPECT_FALSE(outbox.runNext());
}

TEST(Outbox, KeepsAllOfAKeyWhileItIsShort) {
  std::vector<int> seen;
  Outbox outbox([] {});
  for (int i = 0; i < 3; ++i) outbox.post([&seen, i] { seen.push_back(i); }, "flow");
  outbox.drain();
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2}));
}

TEST(Outbox, MergesAKeyWhenItBacksUpButLosesNothingElse) {
  int plain = 0;
  std::vector<int> seen;
  Outbox outbox([] {});
  for (std::size_t i = 0; i < Outbox::kLong; ++i) outbox.post([&] { ++plain; });
  for (int i = 0; i < 1000; ++i) outbox.post([&seen, i] { seen.push_back(i); }, "flow");
  EXPECT_EQ(outbox.size(), Outbox::kLong + 1);
  outbox.drain();
  EXPECT_EQ(plain, static_cast<int>(Outbox::kLong));
  EXPECT_EQ(seen, (std::vector<int>{999}));
}

TEST(Outbox, TakesWhatATaskPostsIntoTheNextRound) {
  int rounds = 0;
  Outbox outbox([] {});
  outbox.post([&] { outbox.post([&] { ++rounds; }); });
  outbox.drain();
  EXPECT_EQ(rounds, 0);
  outbox.drain();
  EXPECT_EQ(rounds, 1);
}

}  // namespace
}  // namespace kms::host
