#include <kms/router/encoding-meter.hpp>

#include <algorithm>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kPublish = milliseconds(50);
constexpr Duration kLiveness = milliseconds(700);
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

void EncodingMeter::add(const rtp::MediaPacket& packet) noexcept {
  const TimePoint now = packet.packet->received;
  const std::size_t size = packet.packet->size;
  const auto spatial = std::min<std::size_t>(packet.spatial, kSpatialLayers - 1);
  if (spatial == 0) {
    m_base[std::min<std::size_t>(packet.temporal, kTemporalLayers - 1)].add(size, now);
  } else {
    m_layered.store(true, kRelaxed);
    m_whole[spatial].add(size, now);
  }
  if (isLayered() && !packet.standsAlone) m_shared[spatial].add(size, now);
  m_last[spatial].store(now.time_since_epoch().count(), kRelaxed);
  if (now - m_published < kPublish) return;
  m_published = now;
  publish(now);
}

void EncodingMeter::publish(TimePoint now) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kTemporalLayers; ++i) {
    sum += m_base[i].bitrate(now);
    m_baseUpTo[i].store(sum, kRelaxed);
  }
  if (!isLayered()) return;
  m_wholeRate[0].store(sum, kRelaxed);
  for (std::size_t i = 0; i < kSpatialLayers; ++i) {
    if (i > 0) m_wholeRate[i].store(m_whole[i].bitrate(now), kRelaxed);
    m_sharedRate[i].store(m_shared[i].bitrate(now), kRelaxed);
  }
}

bool EncodingMeter::isLive(std::size_t spatial, TimePoint now) const noexcept {
  const std::int64_t last = m_last[spatial].load(kRelaxed);
  return last != kNever && now.time_since_epoch().count() - last < kLiveness.count();
}

EncodingRate EncodingMeter::rate(TimePoint now) const noexcept {
  std::uint64_t higher = 0;
  for (std::size_t i = 1; i < kSpatialLayers; ++i) higher += m_wholeRate[i].load(kRelaxed);
  EncodingRate rate;
  for (std::size_t i = 0; i < kTemporalLayers; ++i)
    rate.upTo[i] = m_baseUpTo[i].load(kRelaxed) + higher;
  // Each picture has the lowest layer.
  rate.live = isLive(0, now);
  return rate;
}

std::size_t EncodingMeter::layers(std::span<EncodingRate, kSpatialLayers> out,
                                  TimePoint now) const noexcept {
  std::size_t top = kSpatialLayers - 1;
  while (top > 0 && !(isLayered() && isLive(top, now))) --top;
  if (top == 0) {
    out[0] = rate(now);
    return 1;
  }
  std::uint64_t shared = 0;  // of the layers below
  std::uint64_t before = 0;
  for (std::size_t i = 0; i <= top; ++i) {
    EncodingRate& rate = out[i];
    // A better layer counts for more, however little it moves.
    const std::uint64_t whole = std::max(m_wholeRate[i].load(kRelaxed) + shared, before + 1);
    rate = EncodingRate();
    rate.upTo.fill(whole);
    for (std::size_t t = 0; i == 0 && t < kTemporalLayers; ++t)
      rate.upTo[t] = m_baseUpTo[t].load(kRelaxed);
    rate.live = isLive(0, now);
    if (i < top) rate.spatial = static_cast<std::uint8_t>(i);
    shared += m_sharedRate[i].load(kRelaxed);
    before = rate.whole();
  }
  return top + 1;
}

}  // namespace kms::router
