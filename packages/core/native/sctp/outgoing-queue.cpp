#include "sctp/outgoing-queue.hpp"

#include <algorithm>
#include <utility>

namespace kms::sctp {

namespace {

/// With what a small message costs beside its bytes.
std::size_t costOf(const OutgoingQueue::Item& item) {
  constexpr std::size_t kOverhead = 128;
  return item.isData() ? item.payload->size() + kOverhead : 0;
}

}  // namespace

bool OutgoingQueue::push(Item item) {
  const std::size_t cost = costOf(item);
  if (cost > 0 && m_bytes + cost > kMaxBytes) return false;
  m_bytes += cost;
  m_items.push_back(std::move(item));
  return true;
}

void OutgoingQueue::pop() {
  m_bytes -= costOf(m_items.front());
  m_items.pop_front();
}

bool OutgoingQueue::has(std::uint16_t channel) const {
  return std::ranges::find(m_items, channel, &Item::channel) != m_items.end();
}

void OutgoingQueue::remove(std::uint16_t channel) {
  std::erase_if(m_items, [&](const Item& item) {
    if (item.channel != channel) return false;
    m_bytes -= costOf(item);
    return true;
  });
}

void OutgoingQueue::clear() {
  m_items.clear();
  m_bytes = 0;
}

}  // namespace kms::sctp
