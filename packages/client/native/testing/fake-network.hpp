// A network whose thread is the test, whose clock the test turns, and whose server the test is.
#pragma once

#include "network/network.hpp"

#include <kms/jsonrpc/json.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kms::client {

using jsonrpc::Json;

/// One I/O thread of its own; the fake server's answers are made on it.
class FakeNetwork final : public Network {
 public:
  /// Answers a request with a result, an error (both as the member of a response), or with nothing.
  using Server = std::function<Json(const Json& request)>;

  explicit FakeNetwork(Server server) : m_server(std::move(server)) {
    m_thread = std::thread([this] { loop(); });
  }
  ~FakeNetwork() override { stop(); }
  FakeNetwork(const FakeNetwork&) = delete;
  FakeNetwork& operator=(const FakeNetwork&) = delete;

  bool post(std::function<void()> task) override {
    const std::scoped_lock lock(m_mutex);
    if (m_isStopped) return false;
    m_tasks.push_back(std::move(task));
    m_wake.notify_one();
    return true;
  }
  [[nodiscard]] bool isOnThread() const override {
    return std::this_thread::get_id() == m_thread.get_id();
  }
  [[nodiscard]] Time now() const override { return m_now; }
  std::unique_ptr<Timer> after(Milliseconds delay, std::function<void()> callback) override {
    auto timer = std::make_unique<FakeTimer>(*this);
    m_timers.push_back({m_now + delay, timer.get(), std::move(callback)});
    return timer;
  }
  std::unique_ptr<Connection> connect(const Options&, ConnectionListener listener) override {
    auto connection = std::make_unique<FakeConnection>(*this);
    m_current = connection.get();
    m_listener = std::move(listener);
    ++m_connections;
    post([this, which = m_current] {
      if (which != m_current) return;
      if (m_refuses) return m_listener.closed("refused");
      m_listener.opened();
    });
    return connection;
  }
  void stop() override {
    {
      const std::scoped_lock lock(m_mutex);
      if (std::exchange(m_isStopped, true)) return;
      m_wake.notify_one();
    }
    m_thread.join();
  }

  /// Runs on the I/O thread, and returns when that and all it led to is done.
  void run(const std::function<void()>& task) {
    std::mutex mutex;
    std::condition_variable done;
    bool isDone = false;
    post(task);
    onIdle([&] {
      const std::scoped_lock lock(mutex);
      isDone = true;
      done.notify_one();
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&isDone] { return isDone; });
  }
  void advance(Milliseconds step) {
    Time until{};
    bool hasFired = true;
    run([&] { until = m_now + step; });
    // One by one: what a timer leads to may set another.
    while (hasFired) run([&] { hasFired = fireNext(until); });
    run([&] { m_now = until; });
  }
  /// The server closes the connection.
  void drop() {
    run([this] {
      if (m_current != nullptr) m_listener.closed("dropped");
    });
  }
  void sendToClient(const std::string& text) {
    run([this, text] { receive(text); });
  }
  void sendEvent(const std::string& object, const std::string& type, const Json& data) {
    const Json value{{"object", object}, {"type", type}, {"data", data}};
    sendToClient(
        Json{{"jsonrpc", "2.0"}, {"method", "onEvent"}, {"params", {{"value", value}}}}.dump());
  }
  void refuse(bool refuses) {
    run([this, refuses] { m_refuses = refuses; });
  }

  [[nodiscard]] int connections() const { return m_connections; }
  /// What the client sent; read it only after run().
  [[nodiscard]] const std::vector<Json>& requests() const { return m_requests; }
  [[nodiscard]] int countOf(const std::string& method) const {
    return static_cast<int>(
        std::count_if(m_requests.begin(), m_requests.end(),
                      [&](const Json& one) { return one["method"] == method; }));
  }

 private:
  struct FakeTimer final : Timer {
    explicit FakeTimer(FakeNetwork& owner) : m_owner(owner) {}
    ~FakeTimer() override {
      std::erase_if(m_owner.m_timers, [this](const auto& entry) { return entry.timer == this; });
    }
    FakeTimer(const FakeTimer&) = delete;
    FakeTimer& operator=(const FakeTimer&) = delete;
    FakeNetwork& m_owner;
  };
  struct TimerEntry {
    Time due;
    FakeTimer* timer;
    std::function<void()> callback;
  };
  struct FakeConnection final : Connection {
    explicit FakeConnection(FakeNetwork& owner) : m_owner(owner) {}
    ~FakeConnection() override {
      if (m_owner.m_current == this) m_owner.m_current = nullptr;
    }
    FakeConnection(const FakeConnection&) = delete;
    FakeConnection& operator=(const FakeConnection&) = delete;
    void send(std::string text) override { m_owner.answer(text); }
    FakeNetwork& m_owner;
  };

  bool fireNext(Time until) {
    const auto next = std::min_element(m_timers.begin(), m_timers.end(),
                                       [](const auto& a, const auto& b) { return a.due < b.due; });
    if (next == m_timers.end() || next->due > until) return false;
    m_now = std::max(m_now, next->due);
    const auto callback = std::move(next->callback);
    m_timers.erase(next);
    callback();
    return true;
  }

  void answer(const std::string& text) {
    const Json request = Json::parse(text);
    if (!request.contains("method")) return;
    m_requests.push_back(request);
    Json response = m_server(request);
    if (response.is_null() || !request.contains("id")) return;
    response["jsonrpc"] = "2.0";
    response["id"] = request["id"];
    post([this, which = m_current, answerText = response.dump()] {
      if (which == m_current) receive(answerText);
    });
  }

  void receive(const std::string& text) {
    if (m_current != nullptr) m_listener.received(text);
  }

  void onIdle(std::function<void()> task) {
    const std::scoped_lock lock(m_mutex);
    m_idle.push_back(std::move(task));
    m_wake.notify_one();
  }

  // Idle tasks run when there are no others.
  void loop() {
    std::unique_lock lock(m_mutex);
    for (;;) {
      m_wake.wait(lock, [this] { return !m_tasks.empty() || !m_idle.empty() || m_isStopped; });
      auto& queue = m_tasks.empty() ? m_idle : m_tasks;
      if (queue.empty()) return;
      const auto task = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  const Server m_server;
  // I/O thread.
  Time m_now{};
  std::vector<TimerEntry> m_timers;
  std::vector<Json> m_requests;
  FakeConnection* m_current = nullptr;
  ConnectionListener m_listener;
  int m_connections = 0;
  bool m_refuses = false;

  std::mutex m_mutex;
  std::condition_variable m_wake;
  // Guarded by m_mutex.
  std::deque<std::function<void()>> m_tasks;
  std::deque<std::function<void()>> m_idle;
  bool m_isStopped = false;
  std::thread m_thread;
};

/// A server with one session, which it knows until `forget()`.
class FakeServer {
 public:
  using Handler = std::function<Json(const Json& params)>;

  void on(const std::string& method, Handler handler) { m_handlers[method] = std::move(handler); }
  void forget() { m_session = "second"; }

  static Json result(Json value) { return {{"result", std::move(value)}}; }
  static Json error(int code, const std::string& type, const std::string& message) {
    return {{"error", {{"code", code}, {"message", message}, {"data", {{"type", type}}}}}};
  }

  Json operator()(const Json& request) {
    const auto method = request["method"].get<std::string>();
    const Json params = request.value("params", Json::object());
    const auto found = m_handlers.find(method);
    if (found != m_handlers.end()) return found->second(params);
    if (method != "connect") return result({{"value", "pong"}, {"sessionId", m_session}});
    if (params.contains("sessionId") && params["sessionId"] != m_session) {
      return error(40007, "INVALID_SESSION", "Invalid session");
    }
    return result({{"sessionId", m_session}, {"serverId", "server"}});
  }

 private:
  std::map<std::string, Handler> m_handlers;
  std::string m_session = "first";
};

}  // namespace kms::client
