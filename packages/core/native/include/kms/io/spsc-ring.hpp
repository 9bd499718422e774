// A bounded ring from one thread to another.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace kms::io {

/// Lock-free queue of a fixed size between exactly one writing and one reading thread; what is in a
/// place stays there until it is overwritten. The writer fills next() and calls push(); the reader
/// empties front() and calls pop(). Places are made by the first next(), so an unused ring costs
/// nothing.
template <typename T>
// The padding keeps each side's counters on cache lines of their own.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
class SpscRing {
 public:
  /// `capacity`: a power of two.
  explicit SpscRing(std::size_t capacity) noexcept : m_capacity(capacity) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  [[nodiscard]] std::size_t capacity() const noexcept { return m_capacity; }

  /// Writer: the place to fill, or null when the ring is full.
  [[nodiscard]] T* next() {
    const std::size_t tail = m_tail.load(std::memory_order_relaxed);
    if (tail - m_knownHead == m_capacity) {
      m_knownHead = m_head.load(std::memory_order_acquire);
      if (tail - m_knownHead == m_capacity) return nullptr;
    }
    if (!m_places) m_places = std::make_unique<T[]>(m_capacity);
    return &m_places[tail & (m_capacity - 1)];
  }
  /// Writer: hands over what next() gave.
  void push() noexcept {
    m_tail.store(m_tail.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// Reader: the oldest element, or null when there is none.
  [[nodiscard]] T* front() noexcept {
    const std::size_t head = m_head.load(std::memory_order_relaxed);
    if (head == m_knownTail) {
      m_knownTail = m_tail.load(std::memory_order_acquire);
      if (head == m_knownTail) return nullptr;
    }
    return &m_places[head & (m_capacity - 1)];
  }
  /// Reader: gives the place of front() back.
  void pop() noexcept {
    m_head.store(m_head.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  static constexpr std::size_t kCacheLine = 64;

  const std::size_t m_capacity;
  std::unique_ptr<T[]> m_places;  // written before the first push()
  // Each side's line: what it writes, and what it last saw of the other.
  alignas(kCacheLine) std::atomic<std::size_t> m_tail{0};
  std::size_t m_knownHead = 0;
  alignas(kCacheLine) std::atomic<std::size_t> m_head{0};
  std::size_t m_knownTail = 0;
};

}  // namespace kms::io
