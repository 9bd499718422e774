#include <kms/host/outbox.hpp>

#include <utility>

namespace kms::host {

void Outbox::post(std::function<void()> task, const std::string& key) {
  std::function<void()> replaced;  // destroyed without the lock
  {
    const std::scoped_lock lock(m_mutex);
    const auto known = key.empty() ? m_keys.end() : m_keys.find(key);
    if (known != m_keys.end() && m_items.size() >= kLong) {
      replaced = std::move(known->second->task);
      m_items.erase(known->second);
    }
    m_items.push_back({std::move(task), key});
    if (!key.empty()) m_keys[key] = std::prev(m_items.end());
  }
  if (m_wake) m_wake();
}

bool Outbox::runNext() {
  std::function<void()> task;
  {
    const std::scoped_lock lock(m_mutex);
    if (m_items.empty()) return false;
    Item& first = m_items.front();
    const auto known = m_keys.find(first.key);
    if (known != m_keys.end() && known->second == m_items.begin()) m_keys.erase(known);
    task = std::move(first.task);
    m_items.pop_front();
  }
  task();
  return true;
}

void Outbox::drain() {
  for (std::size_t left = size(); left > 0; --left) runNext();
}

std::size_t Outbox::size() const {
  const std::scoped_lock lock(m_mutex);
  return m_items.size();
}

}  // namespace kms::host
