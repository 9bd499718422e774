// The real thread: how many there are, and that it does its work.
#include "sctp/stack-thread.hpp"

#include "sctp/test-world.hpp"

#include <kms/io/io-thread.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

namespace kms::sctp {
namespace {

std::ptrdiff_t threads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

/// The home thread of data channels.
class Home {
 public:
  Home() {
    m_thread.start([] {});
  }
  ~Home() { m_thread.stop(); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] io::Executor& executor() { return m_thread; }
  /// Runs `task` there, and waits for it.
  void run(const std::function<void()>& task) {
    std::promise<void> done;
    m_thread.post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  SystemClock m_clock;
  io::IoThread m_thread{m_clock, "home"};
};

TEST(StackThread, IsOneHoweverManyAssociationsThereAre) {
  Home home;
  const auto before = threads();
  {
    const StackThread first;
    const auto one = threads();
    // With one that the library starts for itself, and keeps.
    EXPECT_LE(one, before + 2);
    const StackThread second;
    std::vector<std::shared_ptr<DataChannels>> all;
    home.run([&] {
      for (int i = 0; i < 50; ++i) {
        all.push_back(std::make_shared<DataChannels>(home.executor()));
        all.back()->negotiate(second.access(), {});
        all.back()->connect(testing::World::kMtu, [](auto) {});
      }
    });
    second.drain();
    EXPECT_LE(threads(), one);
    home.run([&] {
      for (const auto& channels : all) channels->disconnect();
    });
    second.drain();
  }
  EXPECT_LE(threads(), before + 1);
}

TEST(StackThread, CarriesMessagesInRealTime) {
  Home home;
  const StackThread thread;
  const auto left = std::make_shared<DataChannels>(home.executor());
  const auto right = std::make_shared<DataChannels>(home.executor());
  std::promise<void> opened;
  std::promise<void> arrived;
  struct Signal final : media::DataSink {
    explicit Signal(std::promise<void>& to) : promise(to) {}
    void onMessage(const media::DataMessage&) override { promise.set_value(); }
    std::promise<void>& promise;
  };
  const auto sink = std::make_shared<Signal>(arrived);
  right->source()->attach(sink);
  right->setEvents({[&opened](std::uint16_t) { opened.set_value(); }, {}});
  home.run([&] {
    left->negotiate(thread.access(), {.isDtlsClient = true});
    right->negotiate(thread.access(), {.isDtlsClient = false});
    left->connect(testing::World::kMtu, [&](auto packet) { right->receive(packet); });
    right->connect(testing::World::kMtu, [&](auto packet) { left->receive(packet); });
    left->open({}, [](const auto&) {});
  });
  ASSERT_EQ(opened.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  right->source()->detach(nullptr);
  // Sent once the channel is open at this end too, which the drop counter tells.
  auto arrival = arrived.get_future();
  do {
    left->onMessage(testing::text("hello"));
    thread.drain();
    std::promise<bool> sent;
    left->stats([&sent](const Stats& stats) {
      sent.set_value(!stats.channels.empty() && stats.channels[0].messagesSent > 0);
    });
    if (sent.get_future().get()) break;
  } while (true);
  EXPECT_EQ(arrival.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  home.run([&] {
    left->disconnect();
    right->disconnect();
  });
  thread.drain();
}

}  // namespace
}  // namespace kms::sctp
