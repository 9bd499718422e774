#include <kms/router/sent-history.hpp>

#include <utility>

namespace kms::router {

namespace {

/// So long packets are remembered: a viewer asks again within a round trip or two.
constexpr Duration kKept = std::chrono::seconds(1);
constexpr unsigned kCalm = 4;

}  // namespace

SentPacket* SentHistory::take(std::uint16_t sequence, TimePoint now) {
  count(now);
  SentPacket& sent = place(sequence);
  if (sent.sequence == sequence) return nullptr;
  sent = SentPacket{};
  sent.sequence = sequence;
  return &sent;
}

SentPacket* SentHistory::find(std::uint16_t sequence) noexcept {
  if (m_ring.empty()) return nullptr;
  SentPacket& sent = place(sequence);
  return sent.sequence == sequence ? &sent : nullptr;
}

bool SentHistory::hasForgotten(std::uint16_t sequence) noexcept {
  if (m_ring.empty()) return false;
  const SentPacket& sent = place(sequence);
  return sent.sequence >= 0 && static_cast<std::int16_t>(sent.sequence - sequence) > 0;
}

void SentHistory::count(TimePoint now) {
  if (m_ring.empty()) {
    resize(kLeast);
    m_second = now;
  }
  if (now - m_second >= kKept) endSecond(now);
  if (++m_counted > m_ring.size() && m_ring.size() < kMost) resize(m_ring.size() * 2);
}

void SentHistory::endSecond(TimePoint now) {
  m_calm = m_counted * 2 <= m_ring.size() ? m_calm + 1 : 0;
  if (m_calm == kCalm && m_ring.size() > kLeast) resize(m_ring.size() / 2);
  m_calm %= kCalm;
  m_second = now;
  m_counted = 0;
}

void SentHistory::resize(std::size_t capacity) {
  const auto before = std::exchange(m_ring, std::vector<SentPacket>(capacity));
  for (const SentPacket& sent : before) {
    if (sent.sequence < 0) continue;
    SentPacket& room = place(static_cast<std::uint16_t>(sent.sequence));
    // Of two for one place the later stays.
    const auto distance = static_cast<std::int16_t>(sent.sequence - room.sequence);
    if (room.sequence < 0 || distance > 0) room = sent;
  }
}

}  // namespace kms::router
