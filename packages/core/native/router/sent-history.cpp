#include <kms/router/sent-history.hpp>

#include <utility>

namespace kms::router {

namespace {

/// A viewer asks for a packet again within a round trip or two.
constexpr Duration kKept = std::chrono::seconds(1);

}  // namespace

SentPacket* SentHistory::take(std::uint16_t sequence, TimePoint now) {
  countTurn(now);
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

void SentHistory::countTurn(TimePoint now) {
  if (m_inTurn++ < m_ring.size()) return;
  if (m_ring.empty()) {
    resize(kLeast);
  } else if (now - m_turnBegan < kKept && m_ring.size() < kMost) {
    resize(m_ring.size() * 2);
  }
  m_inTurn = 1;
  m_turnBegan = now;
}

void SentHistory::resize(std::size_t capacity) {
  const auto before = std::exchange(m_ring, std::vector<SentPacket>(capacity));
  for (const SentPacket& sent : before) {
    if (sent.sequence >= 0) place(static_cast<std::uint16_t>(sent.sequence)) = sent;
  }
}

}  // namespace kms::router
