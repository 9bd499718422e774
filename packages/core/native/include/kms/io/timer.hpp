// One-shot timers of an I/O thread.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace kms::io {

class TimerQueue;

/// A one-shot timer, intrusive: arming and stopping allocate nothing. Lives on the queue's thread;
/// its callback may arm, stop or destroy any timer, itself included.
class KMS_API Timer {
 public:
  Timer(TimerQueue& queue, std::function<void()> callback);
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Fires at `at` (as soon as possible if that is past); replaces the time set before.
  void start(TimePoint at);
  /// As start, but never later than what is set already.
  void startBefore(TimePoint at);
  void stop() noexcept;
  [[nodiscard]] bool active() const noexcept { return m_index != kIdle; }
  [[nodiscard]] TimePoint due() const noexcept { return m_due; }

 private:
  friend class TimerQueue;
  static constexpr std::size_t kIdle = static_cast<std::size_t>(-1);

  TimerQueue& m_queue;
  std::function<void()> m_callback;
  TimePoint m_due{};
  std::size_t m_index = kIdle;
};

/// A binary heap of armed timers. One thread.
class KMS_API TimerQueue {
 public:
  /// When the next timer is due; empty when none is armed.
  [[nodiscard]] std::optional<TimePoint> next() const;
  /// Fires all timers due at `now`; those that are armed meanwhile wait for the next call.
  void run(TimePoint now);

 private:
  friend class Timer;
  void add(Timer& timer);
  void remove(Timer& timer) noexcept;
  void place(std::size_t index, Timer* timer) noexcept;
  void up(std::size_t index) noexcept;
  void down(std::size_t index) noexcept;

  std::vector<Timer*> m_heap;
};

}  // namespace kms::io
