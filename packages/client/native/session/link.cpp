#include "session/link.hpp"

#include <kms/client/error.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace kms::client {
namespace {

jsonrpc::RpcError closed(const std::string& reason) {
  return {jsonrpc::ErrorCode::kConnectionClosed, reason};
}

const jsonrpc::RpcError* errorOf(const Outcome& outcome) {
  return std::get_if<jsonrpc::RpcError>(&outcome);
}

// The server answers an id that it knows from the last 20 s of the session with its old answer.
// Where others may have worked in the session, ids begin where theirs will hardly have been.
std::int64_t firstId(const Options& options) {
  if (options.sessionId.empty()) return 1;
  constexpr std::int64_t kMost = std::int64_t{1} << 52U;  // exact in every JSON parser
  std::random_device random;
  return std::uniform_int_distribution<std::int64_t>(1, kMost)(random);
}

std::string textMember(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Link::Link(Network& network, const Options& options, LinkListener listener)
    : m_network(network),
      m_options(options),
      m_listener(std::move(listener)),
      m_nextId(firstId(options)),
      m_sessionId(options.sessionId) {}

void Link::open() {
  if (m_state == State::kIdle) connect();
}

void Link::request(std::string method, Json params, Callback callback, Milliseconds timeout) {
  if (m_state == State::kClosed) return callback(Outcome(closed("Client closed")));
  Waiting call{std::move(method), std::move(params), std::move(callback), m_network.now() + timeout,
               timeout};
  if (m_state == State::kUp) {
    send(std::move(call));
  } else {
    m_waiting.push_back(std::move(call));
  }
  armTimer();
}

void Link::close(const std::string& reason) {
  if (std::exchange(m_state, State::kClosed) == State::kClosed) return;
  for (auto* timer : {&m_connectTimer, &m_pingTimer, &m_deadlineTimer, &m_pauseTimer}) {
    timer->reset();
  }
  if (m_peer) m_peer->close(reason);
  m_connection.reset();
  for (Waiting& call : std::exchange(m_waiting, {})) call.callback(Outcome(closed(reason)));
  m_listener.ended(reason);
}

void Link::connect() {
  m_state = State::kConnecting;
  makePeer();
  m_connectTimer = m_network.after(m_options.connectTimeout, [this] {
    lost("no answer within " + std::to_string(m_options.connectTimeout.count()) + " ms");
  });
  m_connection =
      m_network.connect(m_options, {.opened = [this] { join(); },
                                    .received =
                                        [this](const std::string& text) {
                                          m_peer->receive(text);
                                          armTimer();
                                        },
                                    .closed = [this](const std::string& reason) { lost(reason); }});
}

void Link::makePeer() {
  m_peer = std::make_unique<jsonrpc::Peer>(
      [this](std::string text) {
        if (m_connection) m_connection->send(std::move(text));
      },
      [this] { return m_network.now(); }, m_nextId);
  m_peer->dispatcher().handle("onEvent", [this](const Json* params) {
    m_listener.event(params);
    return Json();
  });
  m_peer->dispatcher().onUnanswered(
      [this](const jsonrpc::Message& message, const jsonrpc::RpcError* error) {
        const bool isResponse = std::holds_alternative<jsonrpc::Result>(message) ||
                                std::holds_alternative<jsonrpc::Failure>(message);
        if (isResponse) return m_listener.problem("a response to no call");
        m_listener.problem(error == nullptr ? "a message of no use" : error->what());
      });
}

void Link::join() {
  if (m_sessionId.empty()) return begin();
  const Json params{{"sessionId", m_sessionId}};
  m_peer->request("connect", &params, [this](const Outcome& outcome) { joined(outcome, true); });
}

// A session under a name of the client's own begins with any request that bears it.
void Link::begin() {
  const bool isNamed = !m_options.sessionId.empty();
  const Json params = isNamed ? Json{{"sessionId", m_options.sessionId}} : Json::object();
  m_peer->request(isNamed ? "ping" : "connect", &params,
                  [this](const Outcome& outcome) { joined(outcome, false); });
}

void Link::joined(const Outcome& outcome, bool isRejoin) {
  if (m_state != State::kConnecting) return;
  const auto* error = errorOf(outcome);
  if (error != nullptr && isRejoin && error->code() == KurentoError::kInvalidSession) {
    return begin();
  }
  if (error != nullptr) return lost(error->what());
  if (!takeSession(std::get<Json>(outcome))) return lost("the server gave no session");
  up(isRejoin);
}

bool Link::takeSession(const Json& result) {
  const std::string session = textMember(result, "sessionId");
  const std::string server = textMember(result, "serverId");
  if (session.empty()) return false;
  m_sessionId = session;
  if (!server.empty()) m_serverId = server;
  return true;
}

void Link::up(bool isSameSession) {
  m_connectTimer.reset();
  m_state = State::kUp;
  m_attempts = 0;
  const bool isFirst = !std::exchange(m_hasBeenUp, true);
  schedulePing();
  m_listener.up(isFirst, isSameSession);
  for (Waiting& call : std::exchange(m_waiting, {})) send(std::move(call));
  armTimer();
}

void Link::send(Waiting call) {
  call.params["sessionId"] = m_sessionId;
  const auto left = std::chrono::ceil<Milliseconds>(call.deadline - m_network.now());
  m_peer->request(call.method, &call.params, std::move(call.callback),
                  std::clamp(left, Milliseconds(0), call.timeout));
}

void Link::schedulePing() {
  m_pingTimer = m_network.after(m_options.pingInterval, [this] { ping(); });
}

void Link::ping() {
  const Json params{{"sessionId", m_sessionId}};
  m_peer->request(
      "ping", &params,
      [this](const Outcome& outcome) {
        if (m_state != State::kUp) return;
        const auto* error = errorOf(outcome);
        if (error == nullptr) return schedulePing();
        lost(std::string("no answer to ping: ") + error->what());
      },
      m_options.pingTimeout);
  armTimer();
}

// The state changes first: what the ended calls lead to belongs to the next connection.
void Link::lost(const std::string& reason) {
  if (m_state != State::kConnecting && m_state != State::kUp) return;
  if (!m_hasBeenUp) return close("Cannot connect to " + m_options.url + ": " + reason);
  if (m_options.reconnectDelays.empty()) return close("Connection closed: " + reason);
  const bool wasUp = m_state == State::kUp;
  m_state = State::kPausing;
  m_connectTimer.reset();
  m_pingTimer.reset();
  m_connection.reset();
  m_nextId = m_peer->nextId();
  m_peer->close("Connection closed: " + reason);
  if (m_state != State::kPausing) return;
  pause();
  if (wasUp) m_listener.down(reason);
}

void Link::pause() {
  const auto& delays = m_options.reconnectDelays;
  const Milliseconds delay = delays[std::min(m_attempts++, delays.size() - 1)];
  m_pauseTimer = m_network.after(delay, [this] { connect(); });
}

void Link::expire() {
  m_peer->expire();
  const auto now = m_network.now();
  std::deque<Waiting> late;
  const auto split =
      std::stable_partition(m_waiting.begin(), m_waiting.end(),
                            [now](const Waiting& call) { return call.deadline > now; });
  std::move(split, m_waiting.end(), std::back_inserter(late));
  m_waiting.erase(split, m_waiting.end());
  for (const Waiting& call : late) {
    const std::string text = "Request '" + call.method + "' waited " +
                             std::to_string(call.timeout.count()) + " ms for a connection";
    call.callback(Outcome(jsonrpc::RpcError(jsonrpc::ErrorCode::kTimeout, text)));
  }
  armTimer();
}

void Link::armTimer() {
  m_deadlineTimer.reset();
  if (m_state == State::kClosed || !m_peer) return;
  auto next = m_peer->nextDeadline();
  for (const Waiting& call : m_waiting)
    next = std::min(next.value_or(call.deadline), call.deadline);
  if (!next) return;
  const auto delay = std::chrono::ceil<Milliseconds>(*next - m_network.now());
  m_deadlineTimer = m_network.after(std::max(delay, Milliseconds(0)), [this] { expire(); });
}

}  // namespace kms::client
