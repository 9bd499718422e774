#include "session/subscriptions.hpp"

#include <exception>

namespace kms::client {

using jsonrpc::Json;

Subscriptions::Subscriptions(Request request, Problem problem)
    : m_request(std::move(request)), m_problem(std::move(problem)) {}

void Subscriptions::add(const std::string& object, const std::string& event, Number number,
                        Handler handler, const std::shared_ptr<PendingCall>& confirmed) {
  const Key key{object, event};
  auto& entry = m_entries[key];
  const bool isFirst = entry == nullptr;
  if (isFirst) entry = std::make_shared<Entry>();
  entry->handlers.emplace(number, std::make_shared<Handler>(std::move(handler)));
  if (entry->id) return confirmed->complete(Json::object());
  entry->unconfirmed.push_back(confirmed);
  if (isFirst) subscribe(key, std::shared_ptr(entry));
}

void Subscriptions::remove(const std::string& object, const std::string& event, Number number) {
  const auto found = m_entries.find(Key{object, event});
  if (found == m_entries.end() || found->second->handlers.erase(number) == 0) return;
  if (!found->second->handlers.empty()) return;
  // Not answered yet: answered() sees that nobody wants it any more.
  if (!found->second->id) return;
  const std::string id = *found->second->id;
  m_entries.erase(found);
  unsubscribe({object, event}, id);
}

void Subscriptions::dispatch(const std::string& object, const std::string& event,
                             const Json& data) {
  const auto found = m_entries.find(Key{object, event});
  if (found == m_entries.end()) return;
  // A copy: handlers may add and remove handlers.
  const auto handlers = found->second->handlers;
  for (const auto& [number, handler] : handlers) {
    try {
      (*handler)(data);
    } catch (const std::exception& error) {
      m_problem("handler of " + event + " failed: " + error.what());
    }
  }
}

void Subscriptions::drop(const std::string& object) {
  std::erase_if(m_entries, [&object](const auto& item) {
    const std::string& source = item.first.first;
    return source == object || source.starts_with(object + "/");
  });
}

void Subscriptions::dropAll(const KurentoError& error) {
  for (const auto& [key, entry] : std::exchange(m_entries, {})) {
    for (const auto& call : entry->unconfirmed) call->fail(error);
  }
}

void Subscriptions::subscribe(const Key& key, const std::shared_ptr<Entry>& entry) {
  m_request("subscribe", Json{{"object", key.first}, {"type", key.second}},
            [this, key, entry](const Json* value, const KurentoError* error) {
              answered(key, entry, value, error);
            });
}

void Subscriptions::answered(const Key& key, const std::shared_ptr<Entry>& entry, const Json* value,
                             const KurentoError* error) {
  const auto found = m_entries.find(key);
  const bool isKnown = found != m_entries.end() && found->second == entry;
  const auto waiting = std::exchange(entry->unconfirmed, {});
  if (error != nullptr) {
    if (isKnown) m_entries.erase(found);
    for (const auto& call : waiting) call->fail(*error);
    return;
  }
  entry->id = value->is_string() ? value->get<std::string>() : std::string();
  for (const auto& call : waiting) call->complete(Json::object());
  if (!isKnown || !entry->handlers.empty()) return;
  m_entries.erase(found);
  unsubscribe(key, *entry->id);
}

void Subscriptions::unsubscribe(const Key& key, const std::string& id) {
  m_request("unsubscribe", Json{{"object", key.first}, {"subscription", id}},
            [](const Json*, const KurentoError*) {});
}

}  // namespace kms::client
