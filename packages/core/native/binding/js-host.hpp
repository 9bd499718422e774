// The native side of one open() call: promises in flight, the wake-up of the JavaScript thread, and
// the way down.
#pragma once

#include "session/session.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <node_api.h>
#include <thread>
#include <vector>

namespace kms::binding {

/// All methods on the environment's JavaScript thread, but for what says otherwise. Shared by the
/// JavaScript object and the work that is under way.
class JsHost : public std::enable_shared_from_this<JsHost> {
 public:
  /// Opens a session. Throws kms::Error.
  static std::shared_ptr<JsHost> open(napi_env env, session::SessionConfig config,
                                      napi_value onEvent);
  ~JsHost();
  JsHost(const JsHost&) = delete;
  JsHost& operator=(const JsHost&) = delete;

  /// Makes a promise; `call(session, completion)` begins the work and may throw kms::Error.
  template <typename Call>
  napi_value begin(Call call) {
    napi_value promise = nullptr;
    const host::Completion done = makePromise(promise);
    host::guard(done, [&] { call(session(), done); });
    return promise;
  }
  /// Throws Error 40108 when it is closed or closing.
  [[nodiscard]] session::Session& session() const;
  /// A promise for the end of everything; again and again if called so.
  napi_value close();
  /// Begins the way down without a promise, for a handle that was collected.
  void abandon();
  /// Takes all down now and waits for it (at most 5 s): the process or the environment ends.
  /// Promises stay open.
  void end();

 private:
  JsHost(napi_env env, session::SessionConfig config, napi_value onEvent);

  static void onWake(napi_env env, napi_value callback, void* context, void* data);
  static void onEnvironmentEnd(void* self);

  void wake();
  void dispatch();
  host::Completion makePromise(napi_value& promise);
  void settle(napi_deferred deferred, const host::Outcome& outcome);
  void deliver(const std::string& id, const std::string& type, const Map& data);
  void beginClosing();
  void finish();
  void releaseWaker();
  bool awaitDown();
  void hold(int change);

  [[nodiscard]] bool mayUseJs();

  napi_env m_env;
  const std::thread::id m_thread = std::this_thread::get_id();
  napi_ref m_onEvent = nullptr;
  host::Outbox m_outbox;
  std::shared_ptr<session::Session> m_session;
  std::vector<host::Completion> m_closers;
  int m_pending = 0;  // promises; while there are some, the process stays
  bool m_isDispatching = false;
  bool m_isClosing = false;
  std::shared_ptr<JsHost> m_self;  // until it is closed

  std::mutex m_mutex;  // guards what follows
  std::condition_variable m_changed;
  napi_threadsafe_function m_waker = nullptr;
  bool m_isDown = false;
};

}  // namespace kms::binding
