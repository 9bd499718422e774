// Session: what handles and calls share: the way from any thread to the link and back.
#pragma once

#include "session/link.hpp"
#include "session/subscriptions.hpp"

#include <kms/client/client.hpp>
#include <kms/client/subscription.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace kms::client {

/// Made once per client, shared by its handles. Public methods: any thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Options options, std::shared_ptr<Network> network);

  /// Connects; the call ends when the session is joined, or cannot be.
  [[nodiscard]] std::shared_ptr<PendingCall> open();
  /// Calls a method; `succeeded` runs on the I/O thread before anybody hears of the result, which
  /// is the result's object.
  [[nodiscard]] std::shared_ptr<PendingCall> request(std::string method, Json params,
                                                     std::string operation,
                                                     std::function<void()> succeeded = {});
  [[nodiscard]] std::shared_ptr<PendingCall> release(const std::string& object);
  [[nodiscard]] Subscription subscribe(std::string object, std::string event,
                                       Subscriptions::Handler handler);
  void unsubscribe(std::string object, std::string event, Subscriptions::Number number);
  void close(SessionEnd end);

  /// Runs the task on the I/O thread; after close() on this one.
  void run(std::function<void()> task);
  [[nodiscard]] bool isOnThread() const { return m_network->isOnThread(); }
  void report(const std::string& problem) const;

  [[nodiscard]] std::string sessionId() const;
  [[nodiscard]] std::string serverId() const;

 private:
  [[nodiscard]] LinkListener listener();
  [[nodiscard]] std::shared_ptr<PendingCall> makeCall(std::string operation);
  void send(std::string method, Json params, Subscriptions::Done done, Milliseconds timeout);
  void onEvent(const Json* params);
  void onUp(bool isFirst, bool isSameSession);
  void onEnded(const std::string& reason);

  const Options m_options;
  const std::shared_ptr<Network> m_network;
  // I/O thread.
  Link m_link;
  Subscriptions m_subscriptions;
  std::shared_ptr<PendingCall> m_opening;

  std::atomic<Subscriptions::Number> m_nextNumber{1};
  std::mutex m_closeMutex;
  mutable std::mutex m_mutex;
  // Guarded by it.
  std::string m_sessionId;
  std::string m_serverId;
};

}  // namespace kms::client
