// Peer: one side of a connection that calls the other side's methods and answers its calls. It
// knows no transport: texts go in by receive() and out by the function given.
#pragma once

#include <kms/jsonrpc/dispatcher.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace kms::jsonrpc {

/// What became of a request: its result, or the error that ended it.
using Outcome = std::variant<Json, RpcError>;

/// Requests that were sent and not answered yet. Each is settled exactly once. Not synchronised.
class KMS_JSONRPC_API PendingRequests {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Hears the outcome. May make further requests; must not throw.
  using Callback = std::function<void(Outcome outcome)>;
  /// A time after which waiting ends, and the error that says so.
  struct Limit {
    Time deadline;
    RpcError error;
  };

  void add(std::int64_t id, Callback callback, std::optional<Limit> limit);
  /// Settles the request of this id, as a response has it; false when nobody waits (any more).
  bool settle(const Json& id, Outcome outcome);
  /// Settles all whose deadline is not after `now`, the earliest first.
  void expire(Time now);
  /// Settles all, in the order of their ids.
  void settleAll(const RpcError& error);
  /// When expire() next has something to do.
  [[nodiscard]] std::optional<Time> nextDeadline() const;
  [[nodiscard]] std::size_t size() const { return m_pending.size(); }

 private:
  struct Pending {
    Callback callback;
    std::optional<Limit> limit;
  };
  using Table = std::map<std::int64_t, Pending>;

  void settle(Table::iterator at, Outcome outcome);

  Table m_pending;
  std::multimap<Time, std::int64_t> m_deadlines;
};

/// Calls and answers over one connection. Not synchronised: one thread, which is also the one that
/// callbacks and handlers run on.
class KMS_JSONRPC_API Peer {
 public:
  using Send = std::function<void(std::string text)>;
  using Now = std::function<PendingRequests::Time()>;
  using Callback = PendingRequests::Callback;

  /// `now` gives the time that time-outs count from; ids start at `firstId`.
  explicit Peer(Send send, Now now = std::chrono::steady_clock::now, std::int64_t firstId = 1);

  /// Handlers of the other side's calls, and who hears of what nobody waits for.
  [[nodiscard]] Dispatcher& dispatcher() { return m_dispatcher; }

  /// Calls a method of the other side; the callback hears its result or error, -32001 after
  /// `timeout` (without one: no limit) or -32002 when the peer is closed. Returns the request's id.
  std::int64_t request(std::string_view method, const Json* params, Callback callback,
                       std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  /// Sends a call that gets no answer; nothing when the peer is closed.
  void notify(std::string_view method, const Json* params = nullptr);
  /// Ends waiting with `reason`; the other side is not told. False when the request is settled.
  bool cancel(std::int64_t id, const RpcError& reason);

  /// Takes a text from the other side: settles a request, or answers a call.
  void receive(std::string_view text);
  /// Settles requests whose time is over; to be called when nextDeadline() has come.
  void expire() { m_pending.expire(m_now()); }
  [[nodiscard]] std::optional<PendingRequests::Time> nextDeadline() const {
    return m_pending.nextDeadline();
  }
  /// The connection is gone: settles all requests, and later ones at once, with -32002 and this
  /// text. The first call counts.
  void close(const std::string& text = "Connection closed");

  [[nodiscard]] std::size_t pendingRequests() const { return m_pending.size(); }
  [[nodiscard]] std::int64_t nextId() const { return m_nextId; }

 private:
  [[nodiscard]] bool settle(const Message& message);

  Send m_send;
  Now m_now;
  Dispatcher m_dispatcher;
  PendingRequests m_pending;
  std::int64_t m_nextId;
  std::optional<RpcError> m_closedWith;
};

}  // namespace kms::jsonrpc
