#include <kms/media/data.hpp>

#include <algorithm>
#include <utility>

namespace kms::media {

void DataSource::attach(const std::shared_ptr<DataSink>& sink) {
  const std::scoped_lock lock(m_mutex);
  auto sinks = std::make_shared<Sinks>();
  for (const auto& each : *m_sinks) {
    const auto known = each.lock();
    if (known == sink) return;
    if (known) sinks->push_back(each);
  }
  sinks->push_back(sink);
  m_sinks = std::move(sinks);
}

void DataSource::detach(const DataSink* sink) {
  const std::scoped_lock lock(m_mutex);
  auto sinks = std::make_shared<Sinks>();
  std::ranges::copy_if(*m_sinks, std::back_inserter(*sinks), [sink](const auto& each) {
    const auto known = each.lock();
    return known && known.get() != sink;
  });
  m_sinks = std::move(sinks);
}

std::shared_ptr<const DataSource::Sinks> DataSource::sinks() const {
  const std::scoped_lock lock(m_mutex);
  return m_sinks;
}

void DataSource::publish(const DataMessage& message) const {
  const auto present = sinks();
  for (const auto& each : *present) {
    if (const auto sink = each.lock()) sink->onMessage(message);
  }
}

bool DataSource::isBlocked() const {
  const auto present = sinks();
  return std::ranges::any_of(*present, [](const auto& each) {
    const auto sink = each.lock();
    return sink && sink->isFull();
  });
}

}  // namespace kms::media
