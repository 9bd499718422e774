// Future: the result of a call that may still be under way.
#pragma once

#include <kms/client/error.hpp>

#include <nlohmann/json_fwd.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kms::client {

class Session;

/// A call under way and then its outcome; what futures share. Any thread.
class KMS_CLIENT_API PendingCall {
 public:
  /// `operation` names the call in errors.
  PendingCall(std::shared_ptr<Session> session, std::string operation);
  ~PendingCall();

  /// Waits for the result. Throws KurentoError: the call's, or, on the client's I/O thread (which
  /// would have to bring the result), -32000.
  [[nodiscard]] const nlohmann::json& wait() const;
  /// Calls back on the I/O thread when the call is done; where the client is closed, on this
  /// thread. wait() returns at once then.
  void whenDone(std::function<void()> callback);

  /// Ends the call; only the first time counts.
  void complete(const nlohmann::json& result);
  void fail(const KurentoError& error);

  [[nodiscard]] const std::shared_ptr<Session>& session() const { return m_session; }
  [[nodiscard]] const std::string& operation() const { return m_operation; }

 private:
  void finish(std::unique_ptr<nlohmann::json> result, std::optional<KurentoError> error);

  const std::shared_ptr<Session> m_session;
  const std::string m_operation;
  mutable std::mutex m_mutex;
  // Guarded by it.
  mutable std::condition_variable m_done;
  bool m_isDone = false;
  std::unique_ptr<nlohmann::json> m_result;
  std::optional<KurentoError> m_error;
  std::vector<std::function<void()>> m_callbacks;
};

/// The T that a call answers. Copies are of the same call; dropping them all does not stop it.
template <typename T>
class [[nodiscard]] Future {
 public:
  using Decode = T (*)(const nlohmann::json& result, const PendingCall& call);

  Future(std::shared_ptr<PendingCall> call, Decode decode)
      : m_call(std::move(call)), m_decode(decode) {}

  /// Waits for the result; not on the I/O thread, so not in callbacks and event handlers. Throws
  /// KurentoError: the server's codes, 40001 for a result of another type, -32001 and -32002.
  T get() const { return m_decode(m_call->wait(), *m_call); }

  /// Calls one of both on the I/O thread, once: `done` with the result (without arguments for
  /// void), or `failed` with the KurentoError.
  template <typename Done>
  void then(Done done, std::function<void(const KurentoError&)> failed) const {
    m_call->whenDone(
        [call = m_call, decode = m_decode, done = std::move(done),
         failed = std::move(failed)]() mutable { settle(*call, decode, done, failed); });
  }

 private:
  // What `done` itself throws is not the call's failure.
  template <typename Done>
  static void settle(const PendingCall& call, Decode decode, Done& done,
                     const std::function<void(const KurentoError&)>& failed) {
    std::optional<KurentoError> error;
    if constexpr (std::is_void_v<T>) {
      try {
        decode(call.wait(), call);
      } catch (const KurentoError& thrown) {
        error = thrown;
      }
      return error ? failed(*error) : done();
    } else {
      std::optional<T> result;
      try {
        result.emplace(decode(call.wait(), call));
      } catch (const KurentoError& thrown) {
        error = thrown;
      }
      return error ? failed(*error) : done(*std::move(result));
    }
  }

  std::shared_ptr<PendingCall> m_call;
  Decode m_decode;
};

}  // namespace kms::client
