#include <kms/media/data.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace kms::media {
namespace {

class Keeper final : public DataSink {
 public:
  void onMessage(const DataMessage& message) override {
    ++count;
    last = message;
  }
  [[nodiscard]] bool isFull() override { return full; }
  std::atomic<int> count = 0;
  bool full = false;
  DataMessage last;
};

DataMessage message(std::string_view text) {
  return {std::make_shared<const Bytes>(text.begin(), text.end()), true, 3, "chat"};
}

TEST(DataSource, HandsEachMessageToEverySinkWithoutCopyingIt) {
  DataSource source;
  const auto one = std::make_shared<Keeper>();
  const auto other = std::make_shared<Keeper>();
  source.attach(one);
  source.attach(other);
  source.attach(one);
  const DataMessage sent = message("hello");
  source.publish(sent);
  EXPECT_EQ(one->count, 1);
  EXPECT_EQ(other->count, 1);
  EXPECT_EQ(one->last.payload, sent.payload);
  EXPECT_EQ(other->last.label, "chat");
}

TEST(DataSource, ForgetsSinksThatWereTakenAwayOrAreGone) {
  DataSource source;
  const auto kept = std::make_shared<Keeper>();
  auto gone = std::make_shared<Keeper>();
  source.attach(gone);
  source.attach(kept);
  gone.reset();
  source.publish(message("a"));
  EXPECT_EQ(kept->count, 1);
  source.detach(kept.get());
  source.publish(message("b"));
  EXPECT_EQ(kept->count, 1);
}

TEST(DataSource, IsBlockedWhileOneSinkIsFull) {
  DataSource source;
  EXPECT_FALSE(source.isBlocked());
  const auto one = std::make_shared<Keeper>();
  const auto other = std::make_shared<Keeper>();
  source.attach(one);
  source.attach(other);
  EXPECT_FALSE(source.isBlocked());
  other->full = true;
  EXPECT_TRUE(source.isBlocked());
  source.detach(other.get());
  EXPECT_FALSE(source.isBlocked());
}

TEST(DataSource, TakesSinksWhileAnotherThreadPublishes) {
  DataSource source;
  std::thread publisher([&source] {
    for (int i = 0; i < 1000; ++i) source.publish(message("x"));
  });
  for (int i = 0; i < 1000; ++i) {
    const auto sink = std::make_shared<Keeper>();
    source.attach(sink);
    source.detach(sink.get());
  }
  publisher.join();
  const auto last = std::make_shared<Keeper>();
  source.attach(last);
  source.publish(message("y"));
  EXPECT_EQ(last->count, 1);
}

}  // namespace
}  // namespace kms::media
