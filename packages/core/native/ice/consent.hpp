// Consent freshness of the selected pair (RFC 7675): when to ask, and how long ago the peer last
// agreed.
#pragma once

#include "check-list.hpp"

#include <kms/base/clock.hpp>

#include <array>
#include <optional>
#include <string>

namespace kms::ice {

/// What a check towards the peer needs; kept by value so that it outlives an ICE restart.
struct CheckKeys {
  std::string username;  ///< "remote:local"
  std::string password;  ///< the remote one
};

/// Book-keeping only; the agent sends. Not shared between threads.
class Consent {
 public:
  void start(const Path& path, CheckKeys keys, TimePoint now, Duration untilFirst);
  void stop() noexcept { m_isRunning = false; }
  /// Takes note of a request that is about to leave.
  void asked(const TransactionId& id, TimePoint now, Duration untilNext) noexcept;
  /// Whether `id` is one of the latest requests.
  [[nodiscard]] bool owns(const TransactionId& id) const noexcept;
  /// The peer agreed to ask `id`; returns the round-trip time.
  Duration answered(const TransactionId& id, TimePoint now) noexcept;

  /// The peer agreed by other means.
  void renew(TimePoint now) noexcept { m_lastAnswer = now; }
  /// Whether the last ask is still without an answer.
  [[nodiscard]] bool isOverdue() const noexcept { return m_asked[m_newest].at > m_lastAnswer; }
  [[nodiscard]] bool isRunning() const noexcept { return m_isRunning; }
  [[nodiscard]] const Path& path() const noexcept { return m_path; }
  [[nodiscard]] const CheckKeys& keys() const noexcept { return m_keys; }
  [[nodiscard]] TimePoint nextAsk() const noexcept { return m_nextAsk; }
  [[nodiscard]] TimePoint lastAnswer() const noexcept { return m_lastAnswer; }

 private:
  struct Asked {
    TransactionId id{};
    TimePoint at{};
  };

  Path m_path;
  CheckKeys m_keys;
  bool m_isRunning = false;
  TimePoint m_nextAsk{};
  TimePoint m_lastAnswer{};
  std::array<Asked, 8> m_asked{};
  std::size_t m_newest = 0;
};

}  // namespace kms::ice
