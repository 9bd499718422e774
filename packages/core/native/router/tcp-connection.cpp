#include "router/tcp-connection.hpp"

#include "router/stream-frames.hpp"
#include "router/thread-context.hpp"

#include <kms/ice/stun.hpp>

#include <algorithm>
#include <array>

namespace kms::router {

namespace {

constexpr std::size_t kReceiveCapacity = 4096;
constexpr std::size_t kSendCapacity = 128 * 1024;  // a keyframe and what comes while it leaves
constexpr unsigned kMaxStrangersFrames = 8;

}  // namespace

TcpConnection::TcpConnection(TcpPort& port, const ice::Path& path, DatagramSink* sink,
                             TimePoint since)
    : m_port(port),
      m_path(path),
      m_sink(sink),
      m_since(since),
      m_socket(kReceiveCapacity, kSendCapacity) {}

bool TcpConnection::send(std::span<const std::uint8_t> packet) {
  const std::array<std::uint8_t, kFrameHeader> header = {
      static_cast<std::uint8_t>(packet.size() >> 8U), static_cast<std::uint8_t>(packet.size())};
  // A stranger is given no buffer: what the kernel does not take at once is lost.
  const bool isSent =
      packet.size() <= io::kPacketCapacity &&
      (m_sink == nullptr ? m_socket.sendAtOnce(header, packet) : m_socket.send(header, packet));
  if (!isSent) {
    ++m_port.m_counters.dropped;
    return false;
  }
  ++m_port.m_counters.sent;
  if (m_sink == nullptr) return true;
  if (!m_isQueued) m_port.queued(*this);
  m_isQueued = true;
  return true;
}

void TcpConnection::flush() {
  m_isQueued = false;
  m_socket.flush();
}

std::size_t TcpConnection::onBytes(std::span<std::uint8_t> bytes) {
  const auto taken = takeFrames(
      bytes, [this](std::span<std::uint8_t> frame) { return onFrame(frame) && m_socket.isOpen(); });
  if (!taken) refuse(&TcpCounters::malformed);
  return taken.value_or(0);
}

bool TcpConnection::onFrame(std::span<std::uint8_t> frame) {
  if (m_sink == nullptr) return onStrangersFrame(frame);
  if (ice::isStun(frame)) {
    m_sink->onStun(frame, m_path);
    return true;
  }
  io::PacketRef packet = m_port.m_environment->pool.allocate();
  if (!packet) {
    ++m_port.m_counters.dropped;
    return true;
  }
  std::ranges::copy(frame, packet->data.begin());
  packet->size = static_cast<std::uint32_t>(frame.size());
  packet->received = m_port.m_thread->now();
  packet->remote = m_path.remote;
  packet->local = m_path.base;
  if (ThreadContext::dispatch(std::move(packet), *m_sink)) return true;
  refuse(&TcpCounters::malformed);
  return false;
}

// Only requests that name a transport of ours are looked at; whether their sender knows its
// password, the transport finds out, and tells by authenticate().
bool TcpConnection::onStrangersFrame(std::span<const std::uint8_t> frame) {
  DatagramSink* sink = m_port.m_directory.stunSink(frame);
  if (sink == nullptr || !ice::usernameFragment(frame) ||
      ++m_strangersFrames > kMaxStrangersFrames) {
    refuse(&TcpCounters::strangers);
    return false;
  }
  sink->onStun(frame, m_path);
  return true;
}

void TcpConnection::refuse(std::uint64_t TcpCounters::* reason) {
  ++(m_port.m_counters.*reason);
  m_socket.close();
  m_port.closed(*this);
}

}  // namespace kms::router
