// Link: one connection after the other for one session on the server.
#pragma once

#include "network/network.hpp"

#include <kms/jsonrpc/peer.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kms::client {

using jsonrpc::Json;
using jsonrpc::Outcome;

/// What a link tells its owner. Called on the I/O thread.
struct LinkListener {
  /// Parameters of an `onEvent`.
  std::function<void(const Json* params)> event;
  /// The connection is there; `isSameSession` is false where the server no longer knew it.
  std::function<void(bool isFirst, bool isSameSession)> up;
  /// The connection is lost and will be made again.
  std::function<void(const std::string& reason)> down;
  /// The end: by close(), or because the first connection, or all made after it, failed.
  std::function<void(const std::string& reason)> ended;
  std::function<void(const std::string& problem)> problem;
};

/// Connects, joins the session, pings, and does it again when the connection is lost. All on the
/// I/O thread; nothing here waits.
class Link {
 public:
  using Callback = jsonrpc::PendingRequests::Callback;

  Link(Network& network, const Options& options, LinkListener listener);

  void open();
  /// Calls a method in the session. While the connection is down the call waits for the next one,
  /// within its time-out.
  void request(std::string method, Json params, Callback callback, Milliseconds timeout);
  /// Ends all calls with -32002; the second time: nothing.
  void close(const std::string& reason);

  [[nodiscard]] bool isUp() const { return m_state == State::kUp; }
  [[nodiscard]] const std::string& sessionId() const { return m_sessionId; }
  [[nodiscard]] const std::string& serverId() const { return m_serverId; }

 private:
  enum class State { kIdle, kConnecting, kUp, kPausing, kClosed };
  struct Waiting {
    std::string method;
    Json params;
    Callback callback;
    Network::Time deadline;
    Milliseconds timeout;
  };

  void connect();
  void makePeer();
  void join();
  void joined(const Outcome& outcome, bool isRejoin);
  void begin();
  bool takeSession(const Json& result);
  void up(bool isSameSession);
  void send(Waiting call);
  void schedulePing();
  void ping();
  void lost(const std::string& reason);
  void pause();
  void expire();
  void armTimer();

  Network& m_network;
  const Options& m_options;
  const LinkListener m_listener;

  std::unique_ptr<jsonrpc::Peer> m_peer;
  std::unique_ptr<Connection> m_connection;
  std::unique_ptr<Timer> m_connectTimer;
  std::unique_ptr<Timer> m_pingTimer;
  std::unique_ptr<Timer> m_deadlineTimer;
  std::unique_ptr<Timer> m_pauseTimer;

  State m_state = State::kIdle;
  bool m_hasBeenUp = false;
  std::size_t m_attempts = 0;
  std::int64_t m_nextId = 1;
  std::string m_sessionId;
  std::string m_serverId;
  std::deque<Waiting> m_waiting;
};

}  // namespace kms::client
