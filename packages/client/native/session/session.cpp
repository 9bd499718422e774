#include "session/session.hpp"

#include <utility>

namespace kms::client {
namespace {

// For the server to end the session; what it does not confirm, its garbage collector does.
constexpr Milliseconds kCloseTimeout{5000};

KurentoError toKurentoError(const jsonrpc::RpcError& error) {
  std::string type = "UNDEFINED";
  if (error.code() == KurentoError::kTimeout) type = "TIMEOUT";
  if (error.code() == KurentoError::kConnectionClosed) type = "CONNECTION_CLOSED";
  if (error.data() != nullptr && error.data()->is_object()) {
    const auto sent = error.data()->find("type");
    if (sent != error.data()->end() && sent->is_string()) type = sent->get<std::string>();
  }
  return {error.code(), std::move(type), error.what()};
}

void nothing(const Json&, const PendingCall&) {}

}  // namespace

Session::Session(Options options, std::shared_ptr<Network> network)
    : m_options(std::move(options)),
      m_network(std::move(network)),
      m_link(*m_network, m_options, listener()),
      m_subscriptions(
          [this](std::string method, Json params, Subscriptions::Done done) {
            send(std::move(method), std::move(params), std::move(done), m_options.requestTimeout);
          },
          [this](const std::string& problem) { report(problem); }) {}

LinkListener Session::listener() {
  return {.event = [this](const Json* params) { onEvent(params); },
          .up = [this](bool isFirst, bool isSame) { onUp(isFirst, isSame); },
          .down =
              [this](const std::string& reason) {
                if (m_options.onDisconnected) m_options.onDisconnected(reason);
              },
          .ended = [this](const std::string& reason) { onEnded(reason); },
          .problem = [this](const std::string& problem) { report(problem); }};
}

std::shared_ptr<PendingCall> Session::makeCall(std::string operation) {
  return std::make_shared<PendingCall>(shared_from_this(), std::move(operation));
}

std::shared_ptr<PendingCall> Session::open() {
  const auto call = makeCall("connect");
  run([this, call] {
    m_opening = call;
    m_link.open();
  });
  return call;
}

std::shared_ptr<PendingCall> Session::request(std::string method, Json params,
                                              std::string operation,
                                              std::function<void()> succeeded) {
  const auto call = makeCall(std::move(operation));
  auto answered = [call, succeeded = std::move(succeeded)](const Outcome& outcome) {
    const auto* error = std::get_if<jsonrpc::RpcError>(&outcome);
    if (error != nullptr) return call->fail(toKurentoError(*error));
    if (succeeded) succeeded();
    call->complete(std::get<Json>(outcome));
  };
  const bool isPosted =
      m_network->post([this, method = std::move(method), params = std::move(params),
                       answered = std::move(answered)]() mutable {
        m_link.request(std::move(method), std::move(params), std::move(answered),
                       m_options.requestTimeout);
      });
  if (!isPosted) call->fail(closedError("Client closed"));
  return call;
}

std::shared_ptr<PendingCall> Session::release(const std::string& object) {
  std::function<void()> forget = [this, object] { m_subscriptions.drop(object); };
  return request("release", Json{{"object", object}}, "release", std::move(forget));
}

Subscription Session::subscribe(std::string object, std::string event,
                                Subscriptions::Handler handler) {
  const auto call = makeCall("subscribe");
  const auto number = m_nextNumber++;
  const bool isPosted =
      m_network->post([this, call, object, event, number, handler = std::move(handler)]() mutable {
        m_subscriptions.add(object, event, number, std::move(handler), call);
      });
  if (!isPosted) call->fail(closedError("Client closed"));
  return {Future<void>(call, &nothing), std::move(object), std::move(event), number,
          weak_from_this()};
}

void Session::unsubscribe(std::string object, std::string event, Subscriptions::Number number) {
  m_network->post([this, object = std::move(object), event = std::move(event), number] {
    m_subscriptions.remove(object, event, number);
  });
}

void Session::close(SessionEnd end) {
  const std::scoped_lock lock(m_closeMutex);
  const auto call = makeCall("closeSession");
  const bool isPosted = m_network->post([this, call, end] {
    if (end == SessionEnd::kKeep || !m_link.isUp()) return call->complete(Json::object());
    send(
        "closeSession", Json::object(),
        [call](const Json*, const KurentoError*) { call->complete(Json::object()); },
        kCloseTimeout);
  });
  if (!isPosted) return;
  static_cast<void>(call->wait());
  m_network->post([this] { m_link.close("Client closed"); });
  m_network->stop();
}

void Session::run(std::function<void()> task) {
  auto shared = std::make_shared<std::function<void()>>(std::move(task));
  if (!m_network->post([shared] { (*shared)(); })) (*shared)();
}

void Session::report(const std::string& problem) const {
  if (m_options.onProblem) m_options.onProblem(problem);
}

std::string Session::sessionId() const {
  const std::scoped_lock lock(m_mutex);
  return m_sessionId;
}

std::string Session::serverId() const {
  const std::scoped_lock lock(m_mutex);
  return m_serverId;
}

void Session::send(std::string method, Json params, Subscriptions::Done done,
                   Milliseconds timeout) {
  m_link.request(
      std::move(method), std::move(params),
      [done = std::move(done)](const Outcome& outcome) {
        if (const auto* error = std::get_if<jsonrpc::RpcError>(&outcome)) {
          const KurentoError shown = toKurentoError(*error);
          return done(nullptr, &shown);
        }
        const Json& result = std::get<Json>(outcome);
        const Json value = result.is_object() ? result.value("value", Json()) : Json();
        done(&value, nullptr);
      },
      timeout);
}

void Session::onEvent(const Json* params) {
  const Json none;
  const Json& value = params != nullptr && params->is_object() && params->contains("value")
                          ? params->at("value")
                          : none;
  const auto isWhole = [&value] {
    return value.is_object() && value.contains("object") && value["object"].is_string() &&
           value.contains("type") && value["type"].is_string() && value.contains("data") &&
           value["data"].is_object();
  };
  if (!isWhole()) return report("an event without object, type or data");
  m_subscriptions.dispatch(value["object"].get<std::string>(), value["type"].get<std::string>(),
                           value["data"]);
}

void Session::onUp(bool isFirst, bool isSameSession) {
  {
    const std::scoped_lock lock(m_mutex);
    m_sessionId = m_link.sessionId();
    m_serverId = m_link.serverId();
  }
  if (isFirst) return std::exchange(m_opening, nullptr)->complete(Json::object());
  if (!isSameSession) {
    m_subscriptions.dropAll({KurentoError::kInvalidSession, "INVALID_SESSION",
                             "The server no longer knows the session: its objects are gone"});
  }
  if (m_options.onReconnected) m_options.onReconnected(isSameSession);
}

void Session::onEnded(const std::string& reason) {
  const KurentoError error = closedError(reason);
  m_subscriptions.dropAll(error);
  if (m_opening) std::exchange(m_opening, nullptr)->fail(error);
}

}  // namespace kms::client
