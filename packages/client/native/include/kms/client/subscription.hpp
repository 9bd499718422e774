// Subscription: a handler of an event of an object.
#pragma once

#include <kms/client/future.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace kms::client {

/// Ends with cancel(), with the object and with the client; not with this handle. Any thread.
class KMS_CLIENT_API Subscription {
 public:
  Subscription(Future<void> confirmed, std::string objectId, std::string event,
               std::uint64_t handler, std::weak_ptr<Session> session);

  /// Done when the server sends the event; fails with 40106 where the object has no such event,
  /// with 40101 where there is no such object.
  [[nodiscard]] const Future<void>& confirmed() const { return m_confirmed; }
  /// Stops calling the handler. Once more: nothing.
  void cancel();

 private:
  Future<void> m_confirmed;
  std::string m_objectId;
  std::string m_event;
  std::uint64_t m_handler;
  std::weak_ptr<Session> m_session;
};

}  // namespace kms::client
