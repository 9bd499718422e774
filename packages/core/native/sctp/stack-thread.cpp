#include "sctp/stack-thread.hpp"

#include "sctp/stack.hpp"

#include <kms/io/io-thread.hpp>

#include <future>
#include <memory>
#include <mutex>

namespace kms::sctp {

namespace {

/// The thread while it runs.
class Running {
 public:
  Running()
      : m_thread(std::make_shared<io::IoThread>(m_clock, "sctp")),
        m_stack(*m_thread),
        m_timer(m_thread->timers(), [this] { onTimer(); }) {
    m_stack.setOnBusy([this] { begin(); });
    m_thread->start([] {});
  }
  ~Running() { m_thread->stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] StackAccess access() { return {m_thread, &m_stack}; }

 private:
  void begin() {
    m_lastTick = m_thread->updateNow();
    m_timer.start(m_lastTick + Stack::kTick);
  }
  void onTimer() {
    // The library counts whole milliseconds: the rest is for the next time.
    const auto elapsed =
        std::chrono::floor<std::chrono::milliseconds>(m_thread->updateNow() - m_lastTick);
    m_lastTick += elapsed;
    if (!m_stack.isIdle()) m_timer.start(m_lastTick + Stack::kTick);
    m_stack.tick(elapsed);
  }

  SystemClock m_clock;
  std::shared_ptr<io::IoThread> m_thread;
  Stack m_stack;
  io::Timer m_timer;
  TimePoint m_lastTick{};
};

struct Shared {
  std::mutex mutex;  // guards what follows; held while the thread starts and ends
  int users = 0;
  std::unique_ptr<Running> running;
};

/// The library is the process's, and so is this.
Shared& shared() {
  static Shared instance;
  return instance;
}

}  // namespace

StackThread::StackThread() {
  const std::scoped_lock lock(shared().mutex);
  if (!shared().running) shared().running = std::make_unique<Running>();
  ++shared().users;
}

StackThread::~StackThread() {
  const std::scoped_lock lock(shared().mutex);
  if (--shared().users == 0) shared().running.reset();
}

StackAccess StackThread::access() const {
  const std::scoped_lock lock(shared().mutex);
  return shared().running->access();
}

void StackThread::drain() const {
  std::promise<void> done;
  if (access().executor->post([&done] { done.set_value(); })) done.get_future().wait();
}

}  // namespace kms::sctp
