#include "session/session.hpp"

#include <kms/client/client.hpp>
#include <kms/client/detail/call.hpp>

#include <utility>

namespace kms::client {
namespace {

void nothing(const Json&, const PendingCall&) {}
Json whole(const Json& result, const PendingCall&) {
  return result;
}

}  // namespace

Client::Client(const Options& options) : Client(options, makeWebSocketNetwork(options)) {}

Client::Client(Options options, std::shared_ptr<Network> network)
    : m_session(std::make_shared<Session>(std::move(options), std::move(network))) {
  try {
    static_cast<void>(m_session->open()->wait());
  } catch (const KurentoError&) {
    close(SessionEnd::kKeep);
    throw;
  }
}

Client::~Client() {
  close();
}

std::string Client::sessionId() const {
  return m_session->sessionId();
}

std::string Client::serverId() const {
  return m_session->serverId();
}

Future<Json> Client::request(std::string_view method, const Json& params) const {
  return {m_session->request(std::string(method), params, std::string(method)), &whole};
}

void Client::close(SessionEnd end) noexcept {
  m_session->close(end);
}

Future<void> RemoteObject::release() const {
  return {m_session->release(m_id), &nothing};
}

Subscription::Subscription(Future<void> confirmed, std::string objectId, std::string event,
                           std::uint64_t handler, std::weak_ptr<Session> session)
    : m_confirmed(std::move(confirmed)),
      m_objectId(std::move(objectId)),
      m_event(std::move(event)),
      m_handler(handler),
      m_session(std::move(session)) {}

void Subscription::cancel() {
  if (const auto session = m_session.lock()) session->unsubscribe(m_objectId, m_event, m_handler);
}

namespace detail {

std::shared_ptr<PendingCall> startInvoke(const RemoteObject& object, const char* operation,
                                         Json params) {
  return object.session()->request("invoke",
                                   Json{{"object", object.id()},
                                        {"operation", operation},
                                        {"operationParams", std::move(params)}},
                                   operation);
}

std::shared_ptr<PendingCall> startCreate(Client& client, std::string_view type, Json params) {
  return client.session()->request(
      "create", Json{{"type", type}, {"constructorParams", std::move(params)}}, "create");
}

Subscription startSubscribe(const RemoteObject& object, const char* event,
                            std::function<void(const Json& data)> handler) {
  return object.session()->subscribe(object.id(), event, std::move(handler));
}

}  // namespace detail
}  // namespace kms::client
