// ICE-TCP on one I/O thread (RFC 6544): the shared listening port, and the connections of its
// transports, with RFC 4571 framing.
#pragma once

#include <kms/ice/agent.hpp>
#include <kms/io/packet.hpp>
#include <kms/io/stream-socket.hpp>
#include <kms/io/tcp-listener.hpp>
#include <kms/io/timer.hpp>
#include <kms/router/environment.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace kms::router {

class DatagramSink;
class TcpConnection;

struct TcpCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;    ///< too many strangers or connections of one transport
  std::uint64_t strangers = 0;  ///< closed: did not authenticate, or too late
  std::uint64_t malformed = 0;  ///< closed: a frame of no length, too long, or no protocol of ours
  std::uint64_t dropped = 0;    ///< packets that found the peer's buffer full
  std::uint64_t sent = 0;
};

/// Finds the transport that a STUN request is for.
class StunDirectory {
 public:
  virtual ~StunDirectory() = default;
  [[nodiscard]] virtual DatagramSink* stunSink(std::span<const std::uint8_t> packet) const = 0;
};

/// A connection is a stranger's until a transport answers its request with success: it has 5 s and
/// one small buffer, and at most kMaxStrangers of them wait at once. I/O thread.
class TcpPort final : private io::TcpAcceptor {
 public:
  /// Binds. `port` 0: any. Throws Error 40009 naming the port.
  TcpPort(std::uint16_t port, bool hasV6, const StunDirectory& directory);
  ~TcpPort() override;

  [[nodiscard]] std::uint16_t port() const noexcept { return m_listeners.v4->port(); }
  void start(io::IoThread& thread, Environment& environment);
  void stop();

  /// Queues a packet for `path`, whose connection is opened first if that is our part. False when
  /// it was dropped.
  bool send(const ice::Path& path, std::span<const std::uint8_t> packet, DatagramSink& sink);
  /// The peer on `path` has authenticated itself to `sink`.
  void authenticate(const ice::Path& path, DatagramSink& sink);
  /// Closes the connections of `sink`, after what is queued.
  void removeSink(const DatagramSink& sink);
  /// Gives to the kernel what was queued. At the end of each batch.
  void flush();
  /// Destroys what was closed. Not within a call of a connection.
  void sweep();
  [[nodiscard]] const TcpCounters& counters() const noexcept { return m_counters; }

 private:
  friend class TcpConnection;
  struct PathHash {
    std::size_t operator()(const ice::Path& path) const noexcept {
      const std::hash<Address> hash;
      return hash(path.base) * 31U + hash(path.remote);
    }
  };
  static constexpr std::size_t kMaxStrangers = 64;
  static constexpr std::size_t kMaxOfSink = 32;

  void onAccepted(io::FileDescriptor connection, const Address& local,
                  const Address& remote) override;
  void onExpiry();
  [[nodiscard]] TcpConnection* find(const ice::Path& path) noexcept;
  [[nodiscard]] TcpConnection* open(const ice::Path& path, DatagramSink& sink);
  [[nodiscard]] bool hasRoom(const DatagramSink& sink) const noexcept;
  void closed(TcpConnection& connection);
  void queued(TcpConnection& connection) { m_queued.push_back(&connection); }

  const StunDirectory& m_directory;
  io::TcpListenerPair m_listeners;
  io::IoThread* m_thread = nullptr;
  Environment* m_environment = nullptr;
  std::unique_ptr<io::Timer> m_expiry;
  std::unordered_map<ice::Path, std::unique_ptr<TcpConnection>, PathHash> m_connections;
  std::size_t m_strangers = 0;
  std::vector<std::unique_ptr<TcpConnection>> m_closed;
  std::vector<TcpConnection*> m_queued;
  TcpCounters m_counters;
};

}  // namespace kms::router
