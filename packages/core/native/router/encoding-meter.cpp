#include <kms/router/encoding-meter.hpp>

#include <algorithm>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kPublish = milliseconds(50);
constexpr Duration kLiveness = milliseconds(700);

}  // namespace

void EncodingMeter::add(std::uint8_t temporal, std::size_t bytes, TimePoint now) noexcept {
  m_windows[std::min<std::size_t>(temporal, kTemporalLayers - 1)].add(bytes, now);
  m_last.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  if (now - m_published < kPublish) return;
  m_published = now;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kTemporalLayers; ++i) {
    sum += m_windows[i].bitrate(now);
    m_upTo[i].store(sum, std::memory_order_relaxed);
  }
}

EncodingRate EncodingMeter::rate(TimePoint now) const noexcept {
  EncodingRate rate;
  for (std::size_t i = 0; i < kTemporalLayers; ++i)
    rate.upTo[i] = m_upTo[i].load(std::memory_order_relaxed);
  const std::int64_t last = m_last.load(std::memory_order_relaxed);
  rate.live = last != kNever && now.time_since_epoch().count() - last < kLiveness.count();
  return rate;
}

}  // namespace kms::router
