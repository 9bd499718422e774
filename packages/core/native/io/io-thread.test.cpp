#include <kms/io/io-thread.hpp>

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace kms::io {
namespace {

using namespace std::chrono_literals;

class IoThreadTest : public ::testing::Test {
 protected:
  SystemClock m_clock;
  IoThread m_thread{m_clock, "test"};
};

TEST_F(IoThreadTest, runsTasksInTheirOrderOnItsOwnThread) {
  m_thread.start([] {});
  std::vector<int> seen;
  std::promise<void> done;
  EXPECT_FALSE(m_thread.isCurrent());
  for (int i = 0; i < 100; ++i) {
    m_thread.post([&, i] {
      if (m_thread.isCurrent()) seen.push_back(i);
    });
  }
  m_thread.post([&] { done.set_value(); });
  ASSERT_EQ(done.get_future().wait_for(5s), std::future_status::ready);
  ASSERT_EQ(seen.size(), 100U);
  EXPECT_EQ(seen.back(), 99);
}

TEST_F(IoThreadTest, stopRunsWhatWasPostedAndRefusesWhatComesLater) {
  m_thread.start([] {});
  int ran = 0;
  m_thread.post([&] {
    m_thread.post([&] { ++ran; });
    ++ran;
  });
  m_thread.stop();
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(m_thread.post([] {}));
  m_thread.stop();
}

TEST_F(IoThreadTest, refusesTasksWhenStoppedBeforeItStarted) {
  m_thread.stop();
  EXPECT_FALSE(m_thread.post([] {}));
}

TEST_F(IoThreadTest, timerFires) {
  std::promise<TimePoint> fired;
  Timer timer(m_thread.timers(), [&] { fired.set_value(m_clock.now()); });
  const TimePoint due = m_clock.now() + 5ms;
  timer.start(due);
  m_thread.start([] {});
  auto future = fired.get_future();
  ASSERT_EQ(future.wait_for(5s), std::future_status::ready);
  EXPECT_GE(future.get(), due);
  m_thread.stop();
}

TEST_F(IoThreadTest, wakeRunsTheEndOfRoundHook) {
  std::atomic<int> rounds{0};
  std::promise<void> woken;
  std::atomic<bool> armed{false};
  m_thread.start([&] {
    ++rounds;
    if (armed.exchange(false)) woken.set_value();
  });
  armed = true;
  m_thread.wake();
  EXPECT_EQ(woken.get_future().wait_for(5s), std::future_status::ready);
  m_thread.stop();
}

}  // namespace
}  // namespace kms::io
