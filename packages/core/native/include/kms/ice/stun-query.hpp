// One question to a STUN server: what address does this socket have, seen from there?
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/ice/stun.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace kms::ice {

/// When a request over UDP is sent again (RFC 8489 6.2.1), in fewer tries than the RFC's 39.5 s: a
/// call does not wait that long for a candidate.
struct QueryTiming {
  Duration rto = std::chrono::milliseconds(500);  ///< before the second send; doubles
  unsigned tries = 5;                             ///< sends, 1 or more: 15.5 s in all
};

/// A Binding transaction without sockets or a clock of its own. One thread. Construct it, send
/// request(), and go on as nextDeadline() says.
class KMS_API StunQuery {
 public:
  explicit StunQuery(const TransactionId& id, TimePoint now, const QueryTiming& timing = {});

  [[nodiscard]] ByteView request() const noexcept { return m_request.bytes(); }
  /// TimePoint::max() when it is done.
  [[nodiscard]] TimePoint nextDeadline() const noexcept { return m_nextSend; }
  /// True when request() has to be sent again now.
  [[nodiscard]] bool onTimer(TimePoint now);
  /// True when `packet` is its answer, which may be a refusal. Nothing else changes it.
  bool handlePacket(ByteView packet);

  [[nodiscard]] bool isDone() const noexcept { return m_nextSend == TimePoint::max(); }
  /// What the server saw; empty while it is not done and when it has failed.
  [[nodiscard]] const std::optional<Address>& mapped() const noexcept { return m_mapped; }
  /// Why it has failed: "401 Unauthorized", "no answer", ...
  [[nodiscard]] const std::string& failure() const noexcept { return m_failure; }

 private:
  void fail(std::string why);

  TransactionId m_id;
  StunWriter m_request;
  QueryTiming m_timing;
  unsigned m_tries = 1;
  Duration m_rto;
  TimePoint m_nextSend;
  std::optional<Address> m_mapped;
  std::string m_failure;
};

}  // namespace kms::ice
