#include "consent.hpp"

#include <algorithm>
#include <utility>

namespace kms::ice {

void Consent::start(const Path& path, CheckKeys keys, TimePoint now, Duration untilFirst) {
  m_path = path;
  m_keys = std::move(keys);
  m_isRunning = true;
  m_lastAnswer = now;
  m_nextAsk = now + untilFirst;
  m_asked = {};
}

void Consent::asked(const TransactionId& id, TimePoint now, Duration untilNext) noexcept {
  m_newest = (m_newest + 1) % m_asked.size();
  m_asked[m_newest] = {id, now};
  m_nextAsk = now + untilNext;
}

bool Consent::owns(const TransactionId& id) const noexcept {
  return m_isRunning && std::any_of(m_asked.begin(), m_asked.end(), [&](const Asked& asked) {
           return asked.at != TimePoint{} && asked.id == id;
         });
}

Duration Consent::answered(const TransactionId& id, TimePoint now) noexcept {
  renew(now);
  const auto found = std::find_if(m_asked.begin(), m_asked.end(),
                                  [&](const Asked& asked) { return asked.id == id; });
  return found == m_asked.end() ? Duration{} : now - found->at;
}

}  // namespace kms::ice
