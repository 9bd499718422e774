// Client: a session on a media server.
#pragma once

#include <kms/client/future.hpp>
#include <kms/client/options.hpp>
#include <kms/model/reflect.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>

namespace kms::client {

class Network;

/// Whether close() ends the session, or leaves it and its objects to the server's garbage
/// collector, which takes some minutes.
enum class SessionEnd { kClose, kKeep };

/// Connects, keeps the connection and makes it again when it is lost, with the same session. All
/// methods may be called on any thread; callbacks and event handlers run on the client's one I/O
/// thread and must not wait for calls.
class KMS_CLIENT_API Client {
 public:
  /// Connects and joins the session. Throws KurentoError -32002 where that fails,
  /// std::invalid_argument for a URL that is none.
  explicit Client(const Options& options = {});
  /// The same over another network; for tests.
  Client(Options options, std::shared_ptr<Network> network);
  /// close().
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The server's id of this session.
  [[nodiscard]] std::string sessionId() const;
  /// Constant for the life of a server process.
  [[nodiscard]] std::string serverId() const;

  /// A handle of the object with this id, made by whomever. Nothing is sent: an unknown id shows
  /// with the first call (40101).
  template <typename T>
  [[nodiscard]] T attach(std::string id) const {
    return T(m_session, std::move(id));
  }
  template <typename T>
  [[nodiscard]] T attach(const model::Ref<T>& reference) const {
    return T(m_session, reference.id);
  }

  /// Calls any method of the protocol in this session; `params` is an object. The answer is the
  /// result's object.
  [[nodiscard]] Future<nlohmann::json> request(std::string_view method,
                                               const nlohmann::json& params) const;

  /// Ends the session and the connection; calls under way fail with -32002. Waits for the server,
  /// at most 5 s. Not on the I/O thread. Never throws; once done, doing it again does nothing.
  void close(SessionEnd end = SessionEnd::kClose) noexcept;

  [[nodiscard]] const std::shared_ptr<Session>& session() const { return m_session; }

 private:
  std::shared_ptr<Session> m_session;
};

}  // namespace kms::client
