// Asking the processor for memory before it is needed.
#pragma once

#include <array>
#include <cstddef>

namespace kms {

/// What one access brings into the cache, in bytes.
inline constexpr std::size_t kCacheLine = 64;

/// Asks for `bytes` bytes from `place` on; goes on without waiting for them. Any address may be
/// asked for: what cannot be read is not.
inline void prefetch(const void* place, std::size_t bytes = kCacheLine) noexcept {
  for (std::size_t at = 0; at < bytes; at += kCacheLine) {
    __builtin_prefetch(static_cast<const char*>(place) + at);
  }
}

/// Places that some work will touch, told by whom they belong to: asked for together, none has to
/// wait for the pointer that leads to it. Places that are gone meanwhile do no harm.
class HotMemory {
 public:
  static constexpr std::size_t kMost = 15;

  /// Those beyond kMost are left out.
  void add(const void* place, std::size_t bytes = kCacheLine) noexcept {
    const auto* from = static_cast<const char*>(place);
    for (std::size_t at = 0; at < bytes && m_count < kMost; at += kCacheLine) {
      m_places[m_count++] = from + at;
    }
  }
  void clear() noexcept { m_count = 0; }
  void prefetch() const noexcept {
    for (std::size_t i = 0; i < m_count; ++i) __builtin_prefetch(m_places[i]);
  }

 private:
  std::size_t m_count = 0;
  std::array<const void*, kMost> m_places{};
};

}  // namespace kms
