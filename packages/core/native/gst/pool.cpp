#include "gst/pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace kms::gst {

class Pool::Job {
 public:
  explicit Job(std::function<void()> work) : m_work(std::move(work)) {}
  std::function<void()> m_work;
  bool m_isRunning = false;
  bool m_isLate = false;   // nobody waits for it any more
  bool m_isStuck = false;  // its thread has been replaced
};

// Shared with its threads, so that one that is stuck may outlive the pool.
struct Pool::State : std::enable_shared_from_this<Pool::State> {
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<JobPtr> waiting;
  int threads = 0;  // that take jobs
  int stuck = 0;
  bool isEnding = false;

  void addThread() {
    ++threads;
    std::thread([self = shared_from_this()] { self->work(); }).detach();
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return isEnding || !waiting.empty(); });
      if (waiting.empty()) break;
      const JobPtr job = std::move(waiting.front());
      waiting.pop_front();
      if (!perform(job, lock)) return;
    }
    --threads;
    changed.notify_all();
  }

  // False when another thread took this one's place meanwhile.
  bool perform(const JobPtr& job, std::unique_lock<std::mutex>& lock) {
    job->m_isRunning = true;
    if (job->m_isLate) replaceThreadOf(*job);
    lock.unlock();
    job->m_work();
    job->m_work = nullptr;
    lock.lock();
    job->m_isRunning = false;
    if (job->m_isStuck) --stuck;
    return !job->m_isStuck;
  }

  void replaceThreadOf(Job& job) {
    if (stuck >= kMaxStuck) return;
    job.m_isStuck = true;
    ++stuck;
    --threads;
    addThread();
  }
};

Pool::Pool() : m_state(std::make_shared<State>()) {
  const std::scoped_lock lock(m_state->mutex);
  for (int i = 0; i < kThreads; ++i) m_state->addThread();
}

void Pool::end() {
  std::unique_lock lock(m_state->mutex);
  m_state->isEnding = true;
  m_state->changed.notify_all();
  m_state->changed.wait_for(lock, std::chrono::seconds(5), [&] { return m_state->threads == 0; });
}

Pool::JobPtr Pool::run(std::function<void()> work) {
  auto job = std::make_shared<Job>(std::move(work));
  {
    const std::scoped_lock lock(m_state->mutex);
    if (!m_state->isEnding) {
      m_state->waiting.push_back(job);
      m_state->changed.notify_one();
      return job;
    }
  }
  std::exchange(job->m_work, nullptr)();
  return job;
}

void Pool::declareStuck(const JobPtr& job) {
  const std::scoped_lock lock(m_state->mutex);
  job->m_isLate = true;
  if (job->m_isRunning && !job->m_isStuck) m_state->replaceThreadOf(*job);
}

}  // namespace kms::gst
