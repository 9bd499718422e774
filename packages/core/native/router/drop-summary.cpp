#include "router/drop-summary.hpp"

#include <utility>

namespace kms::router {

std::string DropSummary::next(const DropCounters& counters) {
  std::string text;
  for (std::size_t i = 0; i < m_told.packets.size(); ++i) {
    const auto reason = static_cast<DropReason>(i);
    const std::uint64_t now = counters.get(reason);
    const std::uint64_t before = std::exchange(m_told[reason], now);
    if (now <= before) continue;
    if (!text.empty()) text += ' ';
    text += std::string(name(reason)) + '=' + std::to_string(now - before);
  }
  return text;
}

}  // namespace kms::router
