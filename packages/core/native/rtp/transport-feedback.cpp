#include <kms/rtp/bytes.hpp>
#include <kms/rtp/transport-feedback.hpp>

#include <algorithm>
#include <cstring>

namespace kms::rtp {

namespace {

constexpr std::int64_t kTickMicroseconds = 250;
constexpr std::int64_t kReferenceTicks = 64'000 / kTickMicroseconds;
constexpr std::size_t kFciHeader = 8;

// Status symbols of two bits.
constexpr std::uint8_t kNotReceived = 0;
constexpr std::uint8_t kSmallDelta = 1;
constexpr std::uint8_t kLargeDelta = 2;

constexpr std::size_t kMaxRun = 8191;
constexpr std::size_t kVectorSymbols = 7;

std::int64_t ticks(TimePoint time) {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count() /
         kTickMicroseconds;
}

/// Writes run-length and two-bit vector chunks for all statuses; returns the bytes written.
std::size_t writeChunks(std::span<const std::uint8_t> statuses, std::uint8_t* out) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < statuses.size();) {
    std::size_t run = 1;
    while (i + run < statuses.size() && run < kMaxRun && statuses[i + run] == statuses[i]) ++run;
    unsigned chunk = 0;
    if (run >= kVectorSymbols || i + run == statuses.size()) {
      chunk = (unsigned{statuses[i]} << 13U) | static_cast<unsigned>(run);
      i += run;
    } else {
      chunk = 0xC000;
      for (std::size_t k = 0; k < kVectorSymbols && i < statuses.size(); ++k, ++i) {
        chunk |= unsigned{statuses[i]} << (12U - 2U * k);
      }
    }
    write16(out + size, static_cast<std::uint16_t>(chunk));
    size += 2;
  }
  return size;
}

}  // namespace

TransportFeedback::TransportFeedback() : m_arrivals(kWindow, kNever) {}

void TransportFeedback::onPacket(std::uint16_t sequence, TimePoint arrival) {
  const bool first = !m_unwrapper.started();
  const std::int64_t before = m_unwrapper.highest();
  const std::int64_t extended = m_unwrapper.unwrap(sequence);
  if (first) m_next = extended;
  if (extended <= before - kWindow / 2) return;  // too old to be told
  for (std::int64_t i = std::max(before + 1, extended - kWindow + 1); !first && i < extended; ++i)
    at(i) = kNever;
  if (extended <= before && at(extended) != kNever) return;  // a duplicate
  at(extended) = ticks(arrival);
  // A late one is told with all that came after it.
  m_next = std::max(std::min(m_next, extended), m_unwrapper.highest() - kWindow / 2);
}

std::size_t TransportFeedback::collect(std::int64_t& base, std::int64_t reference) {
  std::int64_t last = reference;
  std::size_t count = 0;
  m_deltaBytes = 0;
  const std::int64_t end = m_unwrapper.highest();
  for (std::int64_t i = base; i <= end && count < kMaxStatuses; ++i) {
    const std::int64_t arrival = at(i);
    if (arrival == kNever) {
      m_statuses[count++] = kNotReceived;
      continue;
    }
    const std::int64_t delta = arrival - last;
    if (delta < INT16_MIN || delta > INT16_MAX)
      break;  // the next packet has a nearer reference time
    const bool small = delta >= 0 && delta <= 255;
    m_statuses[count++] = small ? kSmallDelta : kLargeDelta;
    if (small) {
      m_deltas[m_deltaBytes++] = static_cast<std::uint8_t>(delta);
    } else {
      write16(&m_deltas[m_deltaBytes], static_cast<std::uint16_t>(delta));
      m_deltaBytes += 2;
    }
    last = arrival;
  }
  return count;
}

bool TransportFeedback::build(RtcpWriter& writer, std::uint32_t sender, std::uint32_t media) {
  if (!m_unwrapper.started() || !pending()) return false;
  std::int64_t firstReceived = m_next;
  while (firstReceived <= m_unwrapper.highest() && at(firstReceived) == kNever) ++firstReceived;
  // Floor division, so that the first delta is not negative.
  const std::int64_t reference = at(firstReceived) / kReferenceTicks;
  const std::size_t count = collect(m_next, reference * kReferenceTicks);
  std::array<std::uint8_t, kFciHeader + 2 * kMaxStatuses + 2 * kMaxStatuses> fci;
  write16(&fci[0], static_cast<std::uint16_t>(m_next));
  write16(&fci[2], static_cast<std::uint16_t>(count));
  write24(&fci[4], static_cast<std::uint32_t>(reference) & 0xFFFFFFU);
  fci[7] = m_count;
  std::size_t size = kFciHeader + writeChunks({m_statuses.data(), count}, &fci[kFciHeader]);
  std::memcpy(&fci[size], m_deltas.data(), m_deltaBytes);
  size += m_deltaBytes;
  if (!writer.addFeedback(RtcpType::kTransportFeedback, kFormatTransportCc, sender, media,
                          {fci.data(), size})) {
    return false;
  }
  ++m_count;
  m_next += static_cast<std::int64_t>(count);
  return true;
}

}  // namespace kms::rtp
