#include "binding/js-host.hpp"

#include "binding/convert.hpp"

#include <chrono>
#include <utility>

namespace kms::binding {

namespace {

constexpr auto kLastWait = std::chrono::seconds(5);

Error closedError() {
  return {ErrorCode::kNotAvailable, "the native host is closed"};
}

}  // namespace

std::shared_ptr<JsHost> JsHost::open(napi_env env, session::SessionConfig config,
                                     napi_value onEvent) {
  const std::shared_ptr<JsHost> host(
      new JsHost(env, std::move(config), onEvent));  // NOLINT: private
  host->m_self = host;
  return host;
}

JsHost::JsHost(napi_env env, session::SessionConfig config, napi_value onEvent)
    : m_env(env), m_outbox([this] { wake(); }) {
  m_session =
      std::make_shared<session::Session>(std::move(config), m_outbox,
                                         [this](const std::string& id, const std::string& type,
                                                const Map& data) { deliver(id, type, data); });
  napi_value name = nullptr;
  const bool isReady =
      napi_create_reference(env, onEvent, 1, &m_onEvent) == napi_ok &&
      napi_create_string_utf8(env, "kms-host", NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
                                      &JsHost::onWake, &m_waker) == napi_ok &&
      napi_unref_threadsafe_function(env, m_waker) == napi_ok &&
      napi_add_env_cleanup_hook(env, &JsHost::onEnvironmentEnd, this) == napi_ok;
  if (isReady) return;
  releaseWaker();
  throw Error(ErrorCode::kUnexpected, "Node does not let the native host be opened");
}

JsHost::~JsHost() = default;  // on any thread, and maybe after the environment: no Node-API here

session::Session& JsHost::session() const {
  if (m_isClosing) throw closedError();
  return *m_session;
}

// To JavaScript

// Any thread.
void JsHost::wake() {
  const std::scoped_lock lock(m_mutex);
  if (m_waker != nullptr) napi_call_threadsafe_function(m_waker, nullptr, napi_tsfn_nonblocking);
}

// One call for each task, so that what waits for a promise runs before the next event.
void JsHost::onWake(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;
  const auto self = static_cast<JsHost*>(context)->shared_from_this();
  self->dispatch();
}

void JsHost::dispatch() {
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(m_env, &scope) != napi_ok) return;
  m_isDispatching = true;
  m_outbox.runNext();
  m_isDispatching = false;
  napi_close_handle_scope(m_env, scope);
}

// On its thread, while it dispatches, or when there is nobody left to dispatch.
bool JsHost::mayUseJs() {
  if (m_thread != std::this_thread::get_id()) return false;
  const std::scoped_lock lock(m_mutex);
  return m_isDispatching || m_waker == nullptr;
}

host::Completion JsHost::makePromise(napi_value& promise) {
  napi_deferred deferred = nullptr;
  if (napi_create_promise(m_env, &deferred, &promise) != napi_ok) throw closedError();
  hold(1);
  return host::Completion([weak = weak_from_this(), deferred](host::Outcome outcome) {
    const auto self = weak.lock();
    if (!self) return;
    if (self->mayUseJs()) return self->settle(deferred, outcome);
    self->m_outbox.post([weak, deferred, outcome = std::move(outcome)] {
      if (const auto later = weak.lock()) later->settle(deferred, outcome);
    });
  });
}

void JsHost::settle(napi_deferred deferred, const host::Outcome& outcome) {
  hold(-1);
  const auto* error = std::get_if<Error>(&outcome);
  if (error == nullptr) {
    napi_value value = toJs(m_env, std::get<Value>(outcome));
    if (value != nullptr) napi_resolve_deferred(m_env, deferred, value);
    return;
  }
  napi_value reason = toJsError(m_env, error->code(), error->what());
  if (reason != nullptr) napi_reject_deferred(m_env, deferred, reason);
}

void JsHost::deliver(const std::string& id, const std::string& type, const Map& data) {
  napi_value callback = nullptr;
  napi_value undefined = nullptr;
  napi_value args[] = {toJs(m_env, Value(id)), toJs(m_env, Value(type)), toJs(m_env, Value(data))};
  if (m_onEvent == nullptr || args[0] == nullptr || args[1] == nullptr || args[2] == nullptr ||
      napi_get_reference_value(m_env, m_onEvent, &callback) != napi_ok || callback == nullptr ||
      napi_get_undefined(m_env, &undefined) != napi_ok) {
    return;
  }
  if (napi_call_function(m_env, undefined, callback, 3, args, nullptr) != napi_pending_exception)
    return;
  napi_value thrown = nullptr;
  if (napi_get_and_clear_last_exception(m_env, &thrown) == napi_ok) {
    napi_fatal_exception(m_env, thrown);
  }
}

// While a promise is open, the process stays.
void JsHost::hold(int change) {
  const bool wasHeld = m_pending > 0;
  m_pending += change;
  const std::scoped_lock lock(m_mutex);
  if (m_waker == nullptr || wasHeld == (m_pending > 0)) return;
  if (wasHeld) {
    napi_unref_threadsafe_function(m_env, m_waker);
  } else {
    napi_ref_threadsafe_function(m_env, m_waker);
  }
}

// The way down

napi_value JsHost::close() {
  napi_value promise = nullptr;
  const host::Completion done = makePromise(promise);
  if (!m_session) {
    done.resolve();
    return promise;
  }
  m_closers.push_back(done);
  beginClosing();
  return promise;
}

void JsHost::abandon() {
  if (m_session) beginClosing();
}

void JsHost::beginClosing() {
  if (std::exchange(m_isClosing, true)) return;
  m_session->close([self = shared_from_this()] {
    self->m_outbox.post([weak = self->weak_from_this()] {
      if (const auto last = weak.lock()) last->finish();
    });
    const std::scoped_lock lock(self->m_mutex);
    self->m_isDown = true;
    self->m_changed.notify_all();
  });
}

void JsHost::finish() {
  m_session.reset();
  napi_remove_env_cleanup_hook(m_env, &JsHost::onEnvironmentEnd, this);
  for (const host::Completion& closer : std::exchange(m_closers, {})) closer.resolve();
  if (m_onEvent != nullptr) napi_delete_reference(m_env, std::exchange(m_onEvent, nullptr));
  releaseWaker();  // nothing is posted after this, and it would not outlive the environment
  m_self.reset();
}

void JsHost::releaseWaker() {
  const std::scoped_lock lock(m_mutex);
  if (m_waker != nullptr)
    napi_release_threadsafe_function(std::exchange(m_waker, nullptr), napi_tsfn_abort);
}

bool JsHost::awaitDown() {
  releaseWaker();
  if (m_session) beginClosing();
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, kLastWait, [&] { return m_isDown; });
}

void JsHost::end() {
  if (!m_self) return;
  napi_remove_env_cleanup_hook(m_env, &JsHost::onEnvironmentEnd, this);
  if (awaitDown()) m_self.reset();  // else it is left behind, with whatever does not end
}

// The environment goes: nothing reaches JavaScript any more, but sockets and pipelines are closed
// in order.
void JsHost::onEnvironmentEnd(void* data) {
  const auto self = static_cast<JsHost*>(data)->shared_from_this();
  if (self->awaitDown()) self->m_self.reset();
}

}  // namespace kms::binding
