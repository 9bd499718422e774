#include <kms/io/timer.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace kms::io {
namespace {

using namespace std::chrono_literals;

TEST(Timer, firesInOrderOfTimeAndOnce) {
  TimerQueue queue;
  std::vector<int> fired;
  const TimePoint start{1h};
  Timer late(queue, [&] { fired.push_back(2); });
  Timer early(queue, [&] { fired.push_back(1); });
  late.start(start + 20ms);
  early.start(start + 10ms);
  EXPECT_EQ(queue.next(), start + 10ms);
  queue.run(start + 9ms);
  EXPECT_TRUE(fired.empty());
  queue.run(start + 30ms);
  queue.run(start + 40ms);
  EXPECT_EQ(fired, (std::vector{1, 2}));
  EXPECT_FALSE(queue.next().has_value());
}

TEST(Timer, startBeforeOnlyBringsForward) {
  TimerQueue queue;
  Timer timer(queue, [] {});
  const TimePoint start{1h};
  timer.startBefore(start + 10ms);
  timer.startBefore(start + 20ms);
  EXPECT_EQ(timer.due(), start + 10ms);
  timer.startBefore(start + 5ms);
  EXPECT_EQ(timer.due(), start + 5ms);
}

TEST(Timer, mayBeDestroyedByItsOwnCallback) {
  TimerQueue queue;
  std::unique_ptr<Timer> timer;
  int fired = 0;
  timer = std::make_unique<Timer>(queue, [&] {
    ++fired;
    timer.reset();
  });
  timer->start(TimePoint{1h});
  queue.run(TimePoint{2h});
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(timer, nullptr);
}

TEST(Timer, rearmedForThePastFiresInTheNextRound) {
  TimerQueue queue;
  int fired = 0;
  std::unique_ptr<Timer> timer;
  timer = std::make_unique<Timer>(queue, [&] {
    ++fired;
    timer->start(TimePoint{1h});
  });
  timer->start(TimePoint{1h});
  queue.run(TimePoint{2h});
  EXPECT_EQ(fired, 1);
  queue.run(TimePoint{2h});
  EXPECT_EQ(fired, 2);
}

TEST(Timer, heapKeepsOrderUnderRandomStartsAndStops) {
  TimerQueue queue;
  std::mt19937 random(7);
  std::vector<std::unique_ptr<Timer>> timers;
  TimePoint last{};
  bool ordered = true;
  timers.reserve(200);
  for (int i = 0; i < 200; ++i) {
    timers.push_back(std::make_unique<Timer>(queue, [&, i] {
      ordered = ordered && timers[i]->due() >= last;
      last = timers[i]->due();
    }));
  }
  for (int i = 0; i < 2000; ++i) {
    Timer& timer = *timers[random() % timers.size()];
    if (random() % 4 == 0) {
      timer.stop();
    } else {
      timer.start(TimePoint{std::chrono::milliseconds(random() % 1000)});
    }
  }
  queue.run(TimePoint{1h});
  EXPECT_TRUE(ordered);
  EXPECT_FALSE(queue.next().has_value());
}

}  // namespace
}  // namespace kms::io
