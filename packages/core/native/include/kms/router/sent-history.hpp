// What sequence numbers were sent with.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/base/hot-memory.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kms::router {

/// What a sequence number was sent with: a retransmission on the same SSRC must be the very same
/// packet (GCM).
struct SentPacket {
  std::int64_t source = -1;    ///< extended number of the producer's packet; -1: of none
  TimePoint last{};            ///< of its retransmissions
  std::int32_t sequence = -1;  ///< -1: none was sent
  std::uint32_t absoluteSendTime : 24 = 0;
  bool marker : 1 = false;
  std::uint16_t transportSequence = 0;
  std::uint16_t skippedPictures = 0;
  std::uint32_t asked = 0;  ///< when the viewer first asked for it again (RepairWatch); 0: never
};

/// The last packets of one stream: those of a second, but not more than 1024. Allocates when a
/// second has more packets than any before, and when it has had far fewer for some seconds: viewers
/// often begin with the packets of the last second in a burst. I/O thread.
class KMS_API SentHistory {
 public:
  static constexpr std::size_t kLeast = 64;
  static constexpr std::size_t kMost = 1024;

  /// The place of a number that is given out now, blank but for the number; null when it was given
  /// out already. Valid until the next call.
  [[nodiscard]] SentPacket* take(std::uint16_t sequence, TimePoint now);
  /// Asks for the memory that take() of that number touches, and of the next ones.
  void prefetch(std::uint16_t sequence) const noexcept {
    if (m_ring.empty()) return;
    kms::prefetch(&m_ring[sequence & (m_ring.size() - 1)], 2 * kCacheLine);
  }
  /// Null when that number was never given out, or too long ago.
  [[nodiscard]] SentPacket* find(std::uint16_t sequence) noexcept;
  /// Whether that number, which find() does not find, was given out too long ago; else it never
  /// was.
  [[nodiscard]] bool hasForgotten(std::uint16_t sequence) noexcept;
  /// How many it has room for.
  [[nodiscard]] std::size_t capacity() const noexcept { return m_ring.size(); }
  void clear() noexcept { m_ring.clear(); }

 private:
  [[nodiscard]] SentPacket& place(std::uint16_t sequence) noexcept {
    return m_ring[sequence & (m_ring.size() - 1)];
  }
  void count(TimePoint now);
  void endSecond(TimePoint now);
  void resize(std::size_t capacity);

  std::vector<SentPacket> m_ring;  // by number; a power of two
  TimePoint m_second{};            // when it began
  std::size_t m_counted = 0;       // packets of it
  unsigned m_calm = 0;             // seconds that half the room was enough for
};

}  // namespace kms::router
