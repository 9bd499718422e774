// Router: the I/O threads of a worker, and what the rest of the worker asks of them.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/base/value.hpp>
#include <kms/dtls/certificate-store.hpp>
#include <kms/io/executor.hpp>
#include <kms/router/bridge.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace kms::router {

struct MirrorWay;
class ThreadContext;

struct ThreadConfig {
  std::uint16_t udpPort = 0;  ///< 0: any
  std::uint16_t tcpPort = 0;  ///< 0: any
};

enum class LogLevel : std::uint8_t { kInfo, kDebug };

/// Takes a line of the router's own log. Called on any thread, which it must not hold up.
using LogSink = std::function<void(LogLevel level, std::string_view message,
                                   const std::source_location& where)>;

struct RouterConfig {
  std::vector<ThreadConfig> threads;  ///< at least one
  /// Interfaces whose addresses become host candidates; empty: all but loopback (loopback when
  /// there is nothing else).
  std::vector<std::string> interfaces;
  /// What to add to the monotonic clock for wall-clock time (NTP time in sender reports). Default:
  /// read from the system once.
  Duration wallClockOffset = systemWallClockOffset();
  dtls::CertificatePems certificates = {};
  /// Where I/O threads tell what they listen on, of their transports, and each 10 s what they
  /// dropped; never anything for one packet. Empty: nowhere.
  LogSink log = {};

  [[nodiscard]] KMS_API static Duration systemWallClockOffset();
};

/// Owns the I/O threads with their sockets, packets and transports. All methods on any thread;
/// `ioThread` is 0 .. threadCount() - 1, another one throws Error 40107.
class KMS_API Router {
 public:
  /// Binds the ports and starts the threads. `clock` outlives the router. Throws Error 40009 naming
  /// the port that is taken, 40107 when there are no threads or a certificate cannot be used.
  Router(const RouterConfig& config, const Clock& clock);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  [[nodiscard]] std::size_t threadCount() const noexcept { return m_threads.size(); }
  [[nodiscard]] io::Executor& executor(std::size_t ioThread) const;
  /// The port, of IPv4 and IPv6, of that thread.
  [[nodiscard]] std::uint16_t udpPort(std::size_t ioThread) const;
  [[nodiscard]] std::uint16_t tcpPort(std::size_t ioThread) const;
  /// What transports are made with, on that thread.
  [[nodiscard]] ThreadContext& thread(std::size_t ioThread) const;
  [[nodiscard]] dtls::CertificateStore& certificates() noexcept { return m_certificates; }
  /// Counters of that thread by name: received, sent, dropped (by reason), ... Read while it runs,
  /// each by itself exact.
  [[nodiscard]] Map counters(std::size_t ioThread) const;

  [[nodiscard]] std::unique_ptr<Feed> createFeed(std::size_t ioThread, FeedConfig config);
  [[nodiscard]] std::unique_ptr<Tap> createTap(std::size_t ioThread, TapConfig config);

  /// Ends the threads after the tasks posted so far; what lives on them is closed. Not on an I/O
  /// thread. Idempotent. Feeds and taps may be destroyed later; transports may not.
  void close();

 private:
  void joinThreads();

  dtls::CertificateStore m_certificates;
  std::vector<std::shared_ptr<ThreadContext>> m_threads;
  std::vector<std::unique_ptr<MirrorWay>> m_ways;  // between each two threads, both ways
};

}  // namespace kms::router
