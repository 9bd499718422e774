// Subscriptions: which handlers want which events, one subscription on the server for all of an
// object's event.
#pragma once

#include <kms/client/future.hpp>
#include <kms/jsonrpc/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kms::client {

/// All on the I/O thread.
class Subscriptions {
 public:
  using Handler = std::function<void(const jsonrpc::Json& data)>;
  using Number = std::uint64_t;
  /// Sends a request; the callback hears its `value`, or the error.
  using Done = std::function<void(const jsonrpc::Json* value, const KurentoError* error)>;
  using Request = std::function<void(std::string method, jsonrpc::Json params, Done done)>;
  using Problem = std::function<void(const std::string& problem)>;

  Subscriptions(Request request, Problem problem);

  /// Adds a handler; the first of an event subscribes. `confirmed` ends when the server has
  /// answered; where it refused, the handler is not added.
  void add(const std::string& object, const std::string& event, Number number, Handler handler,
           const std::shared_ptr<PendingCall>& confirmed);
  /// Takes a handler away; the last of an event unsubscribes. Unknown ones do nothing.
  void remove(const std::string& object, const std::string& event, Number number);
  /// Hands an event to its handlers; one that throws does not stop the others.
  void dispatch(const std::string& object, const std::string& event, const jsonrpc::Json& data);
  /// Forgets an object and those below it, which the server has dropped already.
  void drop(const std::string& object);
  /// Forgets all; those not confirmed fail with the error.
  void dropAll(const KurentoError& error);
  [[nodiscard]] std::size_t size() const { return m_entries.size(); }

 private:
  using Key = std::pair<std::string, std::string>;
  struct Entry {
    std::map<Number, std::shared_ptr<Handler>> handlers;
    std::vector<std::shared_ptr<PendingCall>> unconfirmed;
    /// The server's id of it; nothing until it has answered.
    std::optional<std::string> id;
  };

  void subscribe(const Key& key, const std::shared_ptr<Entry>& entry);
  void answered(const Key& key, const std::shared_ptr<Entry>& entry, const jsonrpc::Json* value,
                const KurentoError* error);
  void unsubscribe(const Key& key, const std::string& id);

  Request m_request;
  Problem m_problem;
  std::map<Key, std::shared_ptr<Entry>> m_entries;
};

}  // namespace kms::client
