// IoThread: an epoll loop with timers and a task queue, on a thread of its own.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/io/executor.hpp>
#include <kms/io/timer.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <sys/epoll.h>
#include <thread>
#include <utility>
#include <vector>

namespace kms::io {

/// Told by an IoThread that its file descriptor is ready. Called on that thread.
class KMS_API Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void onReady(std::uint32_t events) = 0;
};

/// An owned file descriptor.
class KMS_API FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : m_fd(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(m_fd, other.m_fd);
    return *this;
  }
  ~FileDescriptor();
  [[nodiscard]] int get() const noexcept { return m_fd; }
  [[nodiscard]] bool valid() const noexcept { return m_fd >= 0; }

 private:
  int m_fd = -1;
};

/// One round of the loop: ready descriptors, tasks, timers, then the end-of-round hook. `post`,
/// `isCurrent`, `start` and `stop` on any thread; all else on the thread itself, or before `start`.
class KMS_API IoThread final : public Executor {
 public:
  /// Throws Error 40009 when the system has no descriptors left. `name`: at most 15 characters.
  IoThread(const Clock& clock, std::string name);
  ~IoThread() override { stop(); }

  /// `afterRound` is called after each round; it must not throw.
  void start(std::function<void()> afterRound);
  /// Runs what was posted, ends the thread and waits for it. Must not be called on the thread.
  /// Idempotent.
  void stop();

  bool post(std::function<void()> task) override;
  [[nodiscard]] bool isCurrent() const noexcept override;
  /// Wakes the loop, so that its end-of-round hook runs; many calls make one wake-up. Any thread,
  /// no lock.
  void wake() noexcept;

  /// Watches `fd` level-triggered for `events` (EPOLLIN, ...). Throws Error 40009.
  void watch(int fd, std::uint32_t events, Watcher& watcher);
  /// Watches for other events.
  void rewatch(int fd, std::uint32_t events, Watcher& watcher) noexcept;
  /// Ends it. What is ready in this round and was not told yet is not told any more, so `watcher`
  /// may go.
  void unwatch(int fd, const Watcher& watcher) noexcept;

  /// The time of the current round, so that a packet costs no clock reading of its own.
  [[nodiscard]] TimePoint now() const noexcept { return m_now; }
  /// Reads the clock anew.
  TimePoint updateNow() noexcept { return m_now = m_clock.now(); }
  [[nodiscard]] TimerQueue& timers() noexcept { return m_timers; }

 private:
  static constexpr std::size_t kMaxEvents = 16;

  void loop();
  void poll();
  [[nodiscard]] int timeoutMilliseconds() const;
  void runTasks();
  [[nodiscard]] bool ended();

  const Clock& m_clock;
  std::string m_name;
  FileDescriptor m_epoll;
  FileDescriptor m_event;
  std::function<void()> m_afterRound;
  TimerQueue m_timers;
  TimePoint m_now;
  std::array<epoll_event, kMaxEvents> m_ready{};
  std::vector<std::function<void()>> m_running;
  std::thread m_thread;
  std::atomic<std::thread::id> m_id{};
  std::atomic<bool> m_woken{false};

  std::mutex m_mutex;  // guards the three below; nothing is called with it held
  std::vector<std::function<void()>> m_tasks;
  bool m_stopping = false;
  bool m_ended = false;
};

}  // namespace kms::io
