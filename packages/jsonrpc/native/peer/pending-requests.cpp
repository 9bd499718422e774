#include <kms/jsonrpc/peer.hpp>

#include <cmath>
#include <utility>

namespace kms::jsonrpc {
namespace {

// The number that an id of a response stands for: 1, "1" and 1.0 are the same request, as in
// JavaScript.
std::optional<std::int64_t> numberOf(const Json& id) {
  if (id.is_number_integer()) return id.get<std::int64_t>();
  if (id.is_number_float()) {
    const auto number = id.get<double>();
    if (number != std::trunc(number) || std::abs(number) > 9007199254740992.0) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (!id.is_string()) return std::nullopt;
  const Json parsed = Json::parse(id.get_ref<const std::string&>(), nullptr, false);
  const bool isSame = parsed.is_number_integer() && parsed.dump() == id.get<std::string>();
  return isSame ? std::optional(parsed.get<std::int64_t>()) : std::nullopt;
}

}  // namespace

void PendingRequests::add(std::int64_t id, Callback callback, std::optional<Limit> limit) {
  if (limit) m_deadlines.emplace(limit->deadline, id);
  m_pending.insert_or_assign(id, Pending{std::move(callback), std::move(limit)});
}

bool PendingRequests::settle(const Json& id, Outcome outcome) {
  const auto number = numberOf(id);
  const auto found = number ? m_pending.find(*number) : m_pending.end();
  if (found == m_pending.end()) return false;
  settle(found, std::move(outcome));
  return true;
}

void PendingRequests::expire(Time now) {
  while (!m_deadlines.empty() && m_deadlines.begin()->first <= now) {
    const auto at = m_pending.find(m_deadlines.begin()->second);
    settle(at, Outcome(at->second.limit->error));
  }
}

void PendingRequests::settleAll(const RpcError& error) {
  while (!m_pending.empty()) settle(m_pending.begin(), Outcome(error));
}

std::optional<PendingRequests::Time> PendingRequests::nextDeadline() const {
  return m_deadlines.empty() ? std::nullopt : std::optional(m_deadlines.begin()->first);
}

// Out of the tables first: the callback may make requests and settle others.
void PendingRequests::settle(Table::iterator at, Outcome outcome) {
  if (at->second.limit) {
    auto [entry, end] = m_deadlines.equal_range(at->second.limit->deadline);
    while (entry != end && entry->second != at->first) ++entry;
    if (entry != end) m_deadlines.erase(entry);
  }
  const Callback callback = std::move(at->second.callback);
  m_pending.erase(at);
  callback(std::move(outcome));
}

}  // namespace kms::jsonrpc
