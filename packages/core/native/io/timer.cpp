#include <kms/io/timer.hpp>

#include <utility>

namespace kms::io {

Timer::Timer(TimerQueue& queue, std::function<void()> callback)
    : m_queue(queue), m_callback(std::move(callback)) {}

void Timer::start(TimePoint at) {
  if (active() && m_due == at) return;
  stop();
  m_due = at;
  m_queue.add(*this);
}

void Timer::startBefore(TimePoint at) {
  if (!active() || at < m_due) start(at);
}

void Timer::stop() noexcept {
  if (active()) m_queue.remove(*this);
}

std::optional<TimePoint> TimerQueue::next() const {
  if (m_heap.empty()) return std::nullopt;
  return m_heap.front()->m_due;
}

void TimerQueue::run(TimePoint now) {
  // A callback that arms a timer for a past time must not keep this loop busy for ever.
  for (std::size_t budget = m_heap.size(); budget > 0; --budget) {
    if (m_heap.empty() || m_heap.front()->m_due > now) return;
    Timer* timer = m_heap.front();
    remove(*timer);
    // Copied, as the callback may destroy its timer.
    const std::function<void()> callback = timer->m_callback;
    callback();
  }
}

void TimerQueue::add(Timer& timer) {
  m_heap.push_back(&timer);
  timer.m_index = m_heap.size() - 1;
  up(timer.m_index);
}

void TimerQueue::remove(Timer& timer) noexcept {
  const std::size_t index = std::exchange(timer.m_index, Timer::kIdle);
  Timer* last = m_heap.back();
  m_heap.pop_back();
  if (last == &timer) return;
  place(index, last);
  up(index);
  down(last->m_index);
}

void TimerQueue::place(std::size_t index, Timer* timer) noexcept {
  m_heap[index] = timer;
  timer->m_index = index;
}

void TimerQueue::up(std::size_t index) noexcept {
  Timer* timer = m_heap[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / 2;
    if (m_heap[parent]->m_due <= timer->m_due) break;
    place(index, m_heap[parent]);
    index = parent;
  }
  place(index, timer);
}

void TimerQueue::down(std::size_t index) noexcept {
  Timer* timer = m_heap[index];
  while (true) {
    std::size_t child = 2 * index + 1;
    if (child >= m_heap.size()) break;
    if (child + 1 < m_heap.size() && m_heap[child + 1]->m_due < m_heap[child]->m_due) ++child;
    if (m_heap[child]->m_due >= timer->m_due) break;
    place(index, m_heap[child]);
    index = child;
  }
  place(index, timer);
}

}  // namespace kms::io
