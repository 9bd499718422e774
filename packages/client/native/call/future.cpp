#include "session/session.hpp"

#include <kms/client/future.hpp>

#include <exception>

namespace kms::client {

PendingCall::PendingCall(std::shared_ptr<Session> session, std::string operation)
    : m_session(std::move(session)), m_operation(std::move(operation)) {}

PendingCall::~PendingCall() = default;

const nlohmann::json& PendingCall::wait() const {
  std::unique_lock lock(m_mutex);
  if (!m_isDone && m_session->isOnThread()) {
    throw KurentoError(-32000, "WOULD_BLOCK",
                       "'" + m_operation + "' cannot be waited for on the client's I/O thread");
  }
  m_done.wait(lock, [this] { return m_isDone; });
  if (m_error) throw KurentoError(*m_error);
  return *m_result;
}

void PendingCall::whenDone(std::function<void()> callback) {
  auto guarded = [session = m_session, callback = std::move(callback)] {
    try {
      callback();
    } catch (const std::exception& error) {
      session->report(std::string("a callback failed: ") + error.what());
    }
  };
  {
    const std::scoped_lock lock(m_mutex);
    if (!m_isDone) {
      m_callbacks.emplace_back(std::move(guarded));
      return;
    }
  }
  m_session->run(std::move(guarded));
}

void PendingCall::complete(const nlohmann::json& result) {
  finish(std::make_unique<nlohmann::json>(result), std::nullopt);
}

void PendingCall::fail(const KurentoError& error) {
  finish(nullptr, error);
}

void PendingCall::finish(std::unique_ptr<nlohmann::json> result,
                         std::optional<KurentoError> error) {
  std::vector<std::function<void()>> callbacks;
  {
    const std::scoped_lock lock(m_mutex);
    if (m_isDone) return;
    m_result = std::move(result);
    m_error = std::move(error);
    m_isDone = true;
    callbacks.swap(m_callbacks);
  }
  m_done.notify_all();
  for (const auto& callback : callbacks) m_session->run(callback);
}

}  // namespace kms::client
