// RemoteObject: what all generated classes are: handles of objects on the server.
#pragma once

#include <kms/client/client.hpp>
#include <kms/client/future.hpp>
#include <kms/client/polymorphic.hpp>
#include <kms/client/subscription.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kms::client {

/// A session and an id. Copies are of the same object; no handle keeps the object alive. Any
/// thread.
class KMS_CLIENT_API RemoteObject {
 public:
  RemoteObject(std::shared_ptr<Session> session, std::string id)
      : m_session(std::move(session)), m_id(std::move(id)) {}

  [[nodiscard]] const std::string& id() const noexcept { return m_id; }
  [[nodiscard]] const std::shared_ptr<Session>& session() const noexcept { return m_session; }

  /// Destroys the object and all below it, for all sessions; its handlers hear no more.
  Future<void> release() const;

  bool operator==(const RemoteObject& other) const noexcept { return m_id == other.m_id; }

 private:
  std::shared_ptr<Session> m_session;
  std::string m_id;
};

}  // namespace kms::client
