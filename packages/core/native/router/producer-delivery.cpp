// What the consumers of a Producer get, batch by batch.
#include <kms/base/hot-memory.hpp>
#include <kms/router/producer.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

constexpr std::size_t kBatchLimit = 64;
constexpr std::size_t kPaddingShare = 64;  // of the size, at most, is padded

}  // namespace

void DeliveryQueue::run(TimePoint now) {
  // By index: a delivery may close other producers or queue new packets.
  for (std::size_t i = 0; i < m_producers.size(); ++i) {
    if (m_producers[i] != nullptr) m_producers[i]->deliver(now);
  }
  m_producers.clear();
}

void Producer::attach(Consumer& consumer) {
  if (m_closed) {
    consumer.onProducerClosed();
    return;
  }
  // What came before must not reach it as if it were new.
  deliver(m_environment.clock.now());
  // The other thread can begin while this one serves its own; not within a delivery, which counts.
  const bool first = consumer.isRelay() && m_delivering.empty();
  m_consumers.insert(first ? m_consumers.begin() : m_consumers.end(), &consumer);
  const media::Format known = format();
  if (!known.codec.empty()) consumer.onFormat(known);
  if (!consumer.wantsReplay() || !replay(consumer)) requestKeyframe();
}

void Producer::detach(Consumer& consumer) {
  // Nulled, not erased: this may happen within a delivery.
  std::ranges::replace(m_consumers, &consumer, static_cast<Consumer*>(nullptr));
  if (m_delivering.empty()) std::erase(m_consumers, nullptr);
}

std::uint64_t Producer::bitrateHint() const noexcept {
  if (m_meter.isLayered()) return 0;
  std::uint64_t least = 0;
  for (const Consumer* consumer : m_consumers) {
    const std::uint64_t hint = consumer != nullptr ? consumer->bitrateHint() : 0;
    if (hint != 0 && (least == 0 || hint < least)) least = hint;
  }
  return least;
}

void Producer::enqueue(rtp::MediaPacket packet) {
  if (m_consumers.empty()) return;
  if (m_batch.capacity() == 0) m_batch.reserve(kBatchLimit);
  m_batch.push_back(std::move(packet));
  if (!m_queued) {
    m_queued = true;
    m_environment.delivery.add(*this);
  }
  if (m_batch.size() == kBatchLimit) deliver(m_environment.clock.now());
}

void Producer::deliver(TimePoint now) {
  m_queued = false;
  if (m_batch.empty()) return;
  const auto self = shared_from_this();
  m_delivering.swap(m_batch);
  if (!m_isMirror) evenSizes();
  for (std::size_t i = 0; i < m_consumers.size(); ++i) {
    prefetchAfter(i);
    if (m_consumers[i] != nullptr) m_consumers[i]->onPackets(*this, m_delivering, now);
  }
  m_delivering.clear();
  std::erase(m_consumers, nullptr);
}

/// Each viewer's state lies elsewhere, and packets come too seldom for it to stay in the cache.
void Producer::prefetchAfter(std::size_t turn) const noexcept {
  const auto at = [this](std::size_t index) {
    return index < m_consumers.size() ? m_consumers[index] : nullptr;
  };
  kms::prefetch(at(turn + 3), 2 * kCacheLine);
  if (const Consumer* consumer = at(turn + 2)) consumer->prefetch(Consumer::Turn::kNextButOne);
  if (const Consumer* consumer = at(turn + 1)) consumer->prefetch(Consumer::Turn::kNext);
}

/// Encoders cut a frame into packets that differ by a byte or two. Padded to one size they leave as
/// one UDP_SEGMENT send for each viewer, where only the last one may be shorter.
void Producer::evenSizes() {
  for (std::size_t first = 0; first + 1 < m_delivering.size();) {
    std::size_t least = m_delivering[first].payloadSize;
    std::size_t most = least;
    std::size_t end = first + 1;
    for (; end < m_delivering.size(); ++end) {
      const std::size_t size = m_delivering[end].payloadSize;
      if (std::max(most, size) - std::min(least, size) > most / kPaddingShare) break;
      least = std::min(least, size);
      most = std::max(most, size);
    }
    for (std::size_t i = first; i < end; ++i) pad(m_delivering[i], most);
    first = end;
  }
}

void Producer::pad(rtp::MediaPacket& packet, std::size_t size) {
  const std::size_t padding = size - packet.payloadSize;
  const std::size_t end = packet.payloadOffset + size;
  if (padding == 0 || padding > UINT8_MAX || end > packet.packet->data.size()) return;
  // The room behind the payload held the authentication tag; no one reads it any more.
  std::fill_n(&packet.packet->data[end - padding], padding, std::uint8_t{0});
  packet.packet->data[end - 1] = static_cast<std::uint8_t>(padding);
  packet.padding = static_cast<std::uint8_t>(padding);
  m_buffer.setPadding(packet.sequence, packet.padding);
}

}  // namespace kms::router
