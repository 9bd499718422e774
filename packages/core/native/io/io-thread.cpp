#include <kms/base/error.hpp>
#include <kms/io/io-thread.hpp>

#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace kms::io {

namespace {

constexpr int kMaxWaitMilliseconds = 60'000;

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::kNotEnoughResources, std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (m_fd >= 0) ::close(m_fd);
}

IoThread::IoThread(const Clock& clock, std::string name)
    : m_clock(clock),
      m_name(std::move(name)),
      m_epoll(::epoll_create1(EPOLL_CLOEXEC)),
      m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_now(clock.now()) {
  if (!m_epoll.valid()) fail("epoll_create1");
  if (!m_event.valid()) fail("eventfd");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the wake-up; watchers are never null
  if (::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, m_event.get(), &event) != 0) fail("epoll_ctl");
}

void IoThread::start(std::function<void()> afterRound) {
  m_afterRound = std::move(afterRound);
  m_thread = std::thread([this] { loop(); });
  ::pthread_setname_np(m_thread.native_handle(), m_name.substr(0, 15).c_str());
}

void IoThread::stop() {
  {
    const std::scoped_lock lock(m_mutex);
    m_stopping = true;
    if (!m_thread.joinable()) m_ended = true;
  }
  wake();
  if (m_thread.joinable()) m_thread.join();
}

bool IoThread::post(std::function<void()> task) {
  {
    const std::scoped_lock lock(m_mutex);
    if (m_ended) return false;
    m_tasks.push_back(std::move(task));
  }
  wake();
  return true;
}

bool IoThread::isCurrent() const noexcept {
  return m_id.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

void IoThread::wake() noexcept {
  if (m_woken.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  // Cannot fail but by overflow of the counter, which then is not zero: the loop is awake anyway.
  [[maybe_unused]] const auto written = ::write(m_event.get(), &one, sizeof one);
}

void IoThread::watch(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  if (::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

void IoThread::rewatch(int fd, std::uint32_t events, Watcher& watcher) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  ::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, fd, &event);
}

void IoThread::unwatch(int fd, const Watcher& watcher) noexcept {
  ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (epoll_event& ready : m_ready) {
    if (ready.data.ptr == &watcher) ready.events = 0;
  }
}

void IoThread::loop() {
  m_id.store(std::this_thread::get_id(), std::memory_order_relaxed);
  while (!ended()) {
    poll();
    runTasks();
    m_timers.run(m_now);
    m_afterRound();
  }
  m_id.store({}, std::memory_order_relaxed);
}

void IoThread::poll() {
  const int count = ::epoll_wait(m_epoll.get(), m_ready.data(), static_cast<int>(m_ready.size()),
                                 timeoutMilliseconds());
  updateNow();
  for (int i = 0; i < count; ++i) {
    const epoll_event ready = m_ready[static_cast<std::size_t>(i)];
    if (ready.events == 0) continue;  // not watched any more
    if (ready.data.ptr != nullptr) {
      static_cast<Watcher*>(ready.data.ptr)->onReady(ready.events);
      continue;
    }
    std::uint64_t ignored = 0;
    [[maybe_unused]] const auto got = ::read(m_event.get(), &ignored, sizeof ignored);
    // Cleared before the queues are looked at, so that a later post wakes again; an exchange, so
    // that what was written before a wake() that found it set is seen.
    m_woken.exchange(false, std::memory_order_acq_rel);
  }
}

int IoThread::timeoutMilliseconds() const {
  const auto next = m_timers.next();
  if (!next) return kMaxWaitMilliseconds;
  const auto wait = *next - m_clock.now();
  if (wait <= Duration::zero()) return 0;
  // Rounded up: waking too early would make an empty round.
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return static_cast<int>(std::min<std::int64_t>(rounded, kMaxWaitMilliseconds));
}

void IoThread::runTasks() {
  {
    const std::scoped_lock lock(m_mutex);
    m_running.swap(m_tasks);
  }
  for (auto& task : m_running) {
    task();
    task = nullptr;  // what the task holds goes before the next one runs
  }
  m_running.clear();
}

bool IoThread::ended() {
  const std::scoped_lock lock(m_mutex);
  if (m_stopping && m_tasks.empty()) m_ended = true;
  return m_ended;
}

}  // namespace kms::io
