#include <kms/rtp/nack-generator.hpp>

#include <algorithm>
#include <utility>

namespace kms::rtp {

namespace {

/// So often a packet is asked for once a round trip.
constexpr unsigned kPrompt = 4;

}  // namespace

NackGenerator::NackGenerator(NackConfig config)
    : m_config(config), m_roundTrip(config.defaultRoundTrip) {}

void NackGenerator::onPacket(std::int64_t sequence, TimePoint now) {
  if (m_highest < 0) {
    m_highest = sequence;
    return;
  }
  if (sequence > m_highest) {
    if (sequence > m_highest + 1) addGap(m_highest + 1, sequence, now);
    m_highest = sequence;
    return;
  }
  const auto found = std::ranges::lower_bound(m_missing, sequence, {}, &Missing::sequence);
  if (found != m_missing.end() && found->sequence == sequence) m_missing.erase(found);
}

void NackGenerator::addGap(std::int64_t from, std::int64_t to, TimePoint now) {
  if (static_cast<std::size_t>(to - from) + m_missing.size() > m_config.maxMissing) {
    // So much is gone that asking for it would only add to the congestion.
    m_missing.clear();
    m_gaveUp = true;
    return;
  }
  if (m_missing.capacity() == 0) {
    m_missing.reserve(m_config.maxMissing);
    m_batch.reserve(kBatch);
  }
  for (std::int64_t sequence = from; sequence < to; ++sequence) {
    m_missing.push_back({sequence, now, TimePoint{}, 0});
  }
}

Duration NackGenerator::retry() const {
  return std::max(m_config.minRetry, m_roundTrip);
}

/// At once, then once a round trip, then less and less often: the sender may take the round trip to
/// be longer than we do, and not answer again before half of it has passed.
TimePoint NackGenerator::dueTime(const Missing& entry) const {
  if (entry.tries == 0) return entry.since;
  const unsigned doublings = entry.tries > kPrompt ? entry.tries - kPrompt : 0;
  return entry.asked + retry() * (1U << doublings);
}

std::span<const std::uint16_t> NackGenerator::due(TimePoint now) {
  m_batch.clear();
  const auto given = [&](const Missing& entry) {
    const bool spent = entry.tries >= m_config.maxTries && now >= dueTime(entry);
    return spent || now - entry.since > m_config.maxAge;
  };
  if (std::erase_if(m_missing, given) > 0) m_gaveUp = true;
  for (Missing& entry : m_missing) {
    if (m_batch.size() == kBatch) break;
    if (now < dueTime(entry)) continue;
    entry.asked = now;
    ++entry.tries;
    m_batch.push_back(static_cast<std::uint16_t>(entry.sequence));
  }
  return m_batch;
}

TimePoint NackGenerator::nextDue() const {
  TimePoint next = TimePoint::max();
  for (const Missing& entry : m_missing) next = std::min(next, dueTime(entry));
  return next;
}

bool NackGenerator::takeGaveUp() noexcept {
  return std::exchange(m_gaveUp, false);
}

void NackGenerator::reset() noexcept {
  m_missing.clear();
  m_highest = -1;
  m_gaveUp = false;
}

}  // namespace kms::rtp
