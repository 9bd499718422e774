// Session: everything native that one embedder has open, built in order and taken down in the
// reverse order.
#pragma once

#include <kms/gst/runtime.hpp>
#include <kms/host/host.hpp>
#include <kms/router/router.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kms::session {

struct SessionConfig {
  std::vector<router::ThreadConfig> threads;   ///< one per I/O thread
  std::vector<std::string> networkInterfaces;  ///< empty: all but loopback
  dtls::CertificatePems certificates = {};
};

/// Owns clock, router, GStreamer runtime and host, with core's own classes registered.
class KMS_API Session : public std::enable_shared_from_this<Session> {
 public:
  /// `outbox` and what `onEvent` needs outlive the session. Throws Error 40107 or 40009 for ports
  /// that cannot be had.
  Session(SessionConfig config, host::Outbox& outbox, host::EventSink onEvent);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] host::Host& host() { return *m_host; }
  /// See gst::Runtime::loadPlugin.
  void loadPlugin(const std::string& path) const { m_runtime->loadPlugin(path); }
  /// {udpPorts: [int], tcpPorts: [int], counters: [map per I/O thread]}.
  [[nodiscard]] Value info() const;
  /// Closes the host, then takes all down on a thread of its own and calls `closed` there. Once;
  /// nothing else is called afterwards.
  void close(std::function<void()> closed);

 private:
  void registerClasses();

  SystemClock m_clock;
  std::unique_ptr<gst::Runtime> m_runtime;  // first: with GStreamer the levels of the log are known
  std::unique_ptr<router::Router> m_router;
  std::unique_ptr<host::Services> m_services;
  std::unique_ptr<host::Host> m_host;
};

}  // namespace kms::session
