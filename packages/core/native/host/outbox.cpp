#include <kms/host/outbox.hpp>

#include <utility>

namespace kms::host {

void Outbox::post(std::function<void()> task, const std::string& key) {
  std::function<void()> replaced;  // destroyed without the lock
  bool first = false;
  {
    const std::scoped_lock lock(m_mutex);
    first = m_items.empty();
    const auto known = key.empty() ? m_keys.end() : m_keys.find(key);
    if (known != m_keys.end() && m_items.size() >= kLong) {
      replaced = std::move(known->second->task);
      m_items.erase(known->second);
    }
    m_items.push_back({std::move(task), key});
    if (!key.empty()) m_keys[key] = std::prev(m_items.end());
  }
  if (first && m_wake) m_wake();
}

void Outbox::drain() {
  std::list<Item> items;
  {
    const std::scoped_lock lock(m_mutex);
    items.swap(m_items);
    m_keys.clear();
  }
  for (const Item& item : items) item.task();
}

std::size_t Outbox::size() const {
  const std::scoped_lock lock(m_mutex);
  return m_items.size();
}

}  // namespace kms::host
