#include "router/feed-source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kms::router {

FeedSource::FeedSource(FeedConfig config, Environment& environment, std::function<void()> wake)
    : m_config(std::move(config)),
      m_environment(environment),
      m_wake(std::move(wake)),
      m_slots(std::make_unique_for_overwrite<Slot[]>(kSlots)) {
  ProducerOrigin origin;
  origin.requestKeyframe = m_config.onKeyframeRequest;
  m_producer = std::make_shared<Producer>(m_config.medium, environment, std::move(origin),
                                          std::make_shared<rtp::SenderClock>());
  CodecParameters codec;
  codec.payloadType = m_config.payloadType;
  codec.format = m_config.format;
  m_producer->setCodecs({codec});
  m_producer->expect(codec.payloadType);
}

bool FeedSource::acceptable(std::span<const std::uint8_t> rtp) const {
  if (rtp.size() > io::kPacketCapacity) return false;
  const auto view = rtp::PacketView::parse(rtp);
  return view && view->header().ssrc == m_config.ssrc &&
         view->header().payloadType == m_config.payloadType;
}

void FeedSource::push(std::span<const std::uint8_t> rtp, TimePoint capture) {
  const std::size_t tail = m_tail.load(std::memory_order_relaxed);
  const bool full = tail - m_head.load(std::memory_order_acquire) == kSlots;
  if (full || !acceptable(rtp)) {
    m_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Slot& slot = m_slots[tail % kSlots];
  slot.capture = capture;
  slot.size = static_cast<std::uint32_t>(rtp.size());
  std::memcpy(slot.data.data(), rtp.data(), rtp.size());
  m_pushed.fetch_add(1, std::memory_order_relaxed);
  m_tail.store(tail + 1, std::memory_order_release);
  m_wake();
}

void FeedSource::drain() {
  const std::size_t tail = m_tail.load(std::memory_order_acquire);
  std::size_t head = m_head.load(std::memory_order_relaxed);
  for (; head != tail; ++head) {
    take(m_slots[head % kSlots]);
    m_head.store(head + 1, std::memory_order_release);
  }
  passHintOn();
}

// As long as packets come; without, there is no encoder to be told.
void FeedSource::passHintOn() {
  const TimePoint now = m_environment.clock.now();
  if (!m_config.onBitrateHint || now - m_hintPassed < kHintInterval) return;
  m_hintPassed = now;
  const std::uint64_t hint = m_producer->bitrateHint();
  if (std::exchange(m_hint, hint) != hint) m_config.onBitrateHint(hint);
}

void FeedSource::take(const Slot& slot) {
  const io::PacketRef packet = m_environment.pool.allocate();
  if (!packet) {
    m_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  std::memcpy(packet->data.data(), slot.data.data(), slot.size);
  packet->size = slot.size;
  packet->received = m_environment.clock.now();
  const auto view = rtp::PacketView::parse(packet->bytes());
  if (view) m_producer->receive(packet, *view, slot.capture);
}

void FeedSource::close() {
  m_producer->close();
}

FeedStats FeedSource::stats() const noexcept {
  return {m_pushed.load(std::memory_order_relaxed), m_dropped.load(std::memory_order_relaxed)};
}

}  // namespace kms::router
