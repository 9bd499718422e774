#include "router/tcp-port.hpp"

#include "router/tcp-connection.hpp"
#include "router/thread-context.hpp"

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kStrangersTime = std::chrono::seconds(5);

}  // namespace

TcpPort::TcpPort(std::uint16_t port, bool hasV6, const StunDirectory& directory)
    : m_directory(directory), m_listeners(io::bindTcpPair(port, hasV6)) {}

TcpPort::~TcpPort() = default;

void TcpPort::start(io::IoThread& thread, Environment& environment) {
  m_thread = &thread;
  m_environment = &environment;
  m_expiry = std::make_unique<io::Timer>(environment.timers, [this] { onExpiry(); });
  m_listeners.v4->attach(thread, *this);
  if (m_listeners.v6) m_listeners.v6->attach(thread, *this);
}

void TcpPort::stop() {
  m_listeners.v4->detach();
  if (m_listeners.v6) m_listeners.v6->detach();
  m_expiry.reset();
  m_queued.clear();
  m_connections.clear();
  m_closed.clear();
}

void TcpPort::onAccepted(io::FileDescriptor connection, const Address& local,
                         const Address& remote) {
  ++m_counters.accepted;
  if (m_strangers >= kMaxStrangers) {
    ++m_counters.refused;
    return;
  }
  const TimePoint now = m_thread->now();
  const ice::Path path{local, remote, ice::Transport::Tcp};
  auto& added = m_connections[path];
  added = std::make_unique<TcpConnection>(*this, path, nullptr, now);
  ++m_strangers;
  added->socket().adopt(std::move(connection), *m_thread, *added);
  m_expiry->startBefore(now + kStrangersTime);
}

void TcpPort::onExpiry() {
  const TimePoint latest = m_thread->now() - kStrangersTime;
  std::vector<TcpConnection*> expired;
  for (const auto& [path, each] : m_connections) {
    if (each->sink() != nullptr) continue;
    if (each->since() <= latest) {
      expired.push_back(each.get());
    } else {
      m_expiry->startBefore(each->since() + kStrangersTime);
    }
  }
  for (TcpConnection* each : expired) {
    ++m_counters.strangers;
    each->socket().close();
    closed(*each);
  }
}

TcpConnection* TcpPort::find(const ice::Path& path) noexcept {
  const auto found = m_connections.find(path);
  return found == m_connections.end() ? nullptr : found->second.get();
}

bool TcpPort::hasRoom(const DatagramSink& sink) const noexcept {
  const auto has = std::ranges::count_if(
      m_connections, [&](const auto& each) { return each.second->sink() == &sink; });
  return static_cast<std::size_t>(has) < kMaxOfSink;
}

TcpConnection* TcpPort::open(const ice::Path& path, DatagramSink& sink) {
  if (path.base.port != ice::kActiveTcpPort || !hasRoom(sink)) return nullptr;
  auto made = std::make_unique<TcpConnection>(*this, path, &sink, m_thread->now());
  if (!made->socket().connect(path.remote, path.base, *m_thread, *made)) return nullptr;
  return (m_connections[path] = std::move(made)).get();
}

bool TcpPort::send(const ice::Path& path, std::span<const std::uint8_t> packet,
                   DatagramSink& sink) {
  TcpConnection* connection = find(path);
  if (connection == nullptr) connection = open(path, sink);
  return connection != nullptr && connection->send(packet);
}

void TcpPort::authenticate(const ice::Path& path, DatagramSink& sink) {
  TcpConnection* connection = find(path);
  if (connection == nullptr || connection->sink() == &sink) return;
  if (connection->sink() != nullptr || !hasRoom(sink)) {
    ++m_counters.refused;
    return;
  }
  connection->setSink(&sink);
  --m_strangers;
}

void TcpPort::removeSink(const DatagramSink& sink) {
  flush();
  for (auto each = m_connections.begin(); each != m_connections.end();) {
    if (each->second->sink() != &sink) {
      ++each;
      continue;
    }
    each->second->socket().close();
    m_closed.push_back(std::move(each->second));
    each = m_connections.erase(each);
  }
}

void TcpPort::sweep() {
  m_closed.clear();
}

void TcpPort::closed(TcpConnection& connection) {
  const auto found = m_connections.find(connection.path());
  if (found == m_connections.end() || found->second.get() != &connection) return;
  std::ranges::replace(m_queued, &connection, static_cast<TcpConnection*>(nullptr));
  m_closed.push_back(std::move(found->second));
  m_connections.erase(found);
  DatagramSink* sink = connection.sink();
  if (sink == nullptr) {
    --m_strangers;
  } else {
    sink->onTcpClosed(connection.path());
  }
}

void TcpPort::flush() {
  for (std::size_t i = 0; i < m_queued.size(); ++i) {
    if (m_queued[i] != nullptr) m_queued[i]->flush();
  }
  m_queued.clear();
}

}  // namespace kms::router
