// Network: what the client needs of the outside, so that its rules can be tested without it.
#pragma once

#include <kms/client/options.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace kms::client {

/// A running timer; destroying it cancels. I/O thread.
class Timer {
 public:
  virtual ~Timer() = default;
};

/// What a connection tells. Called on the I/O thread, never from within a call to the connection,
/// and not after its destruction.
struct ConnectionListener {
  std::function<void()> opened;
  std::function<void(const std::string& text)> received;
  /// The end, also where it could not be opened; called once.
  std::function<void(const std::string& reason)> closed;
};

/// A connection that is being opened, or open. Destroying it closes it in order. I/O thread.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Queues a text. After the end: nothing.
  virtual void send(std::string text) = 0;
};

/// One I/O thread with timers and connections.
class Network {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~Network() = default;
  /// Runs the task on the I/O thread, in the order of posting; false after stop(). Any thread.
  virtual bool post(std::function<void()> task) = 0;
  /// Whether the caller is on the I/O thread. Any thread.
  [[nodiscard]] virtual bool isOnThread() const = 0;
  [[nodiscard]] virtual Time now() const = 0;
  /// Calls back once. I/O thread.
  [[nodiscard]] virtual std::unique_ptr<Timer> after(Milliseconds delay,
                                                     std::function<void()> callback) = 0;
  /// Begins to open a connection to options.url. I/O thread.
  [[nodiscard]] virtual std::unique_ptr<Connection> connect(const Options& options,
                                                            ConnectionListener listener) = 0;
  /// Refuses further tasks, runs those that were posted, lets connections close in order and ends
  /// the thread. Not on the I/O thread.
  virtual void stop() = 0;
};

/// The real one: WebSockets over TCP or TLS. Throws std::invalid_argument for a URL that is none.
[[nodiscard]] std::shared_ptr<Network> makeWebSocketNetwork(const Options& options);

}  // namespace kms::client
