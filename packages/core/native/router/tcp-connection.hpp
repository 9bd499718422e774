// One connection of a TcpPort.
#pragma once

#include "router/tcp-port.hpp"

namespace kms::router {

class TcpConnection final : public io::StreamReceiver {
 public:
  /// `sink` null: a stranger.
  TcpConnection(TcpPort& port, const ice::Path& path, DatagramSink* sink, TimePoint since);

  [[nodiscard]] io::StreamSocket& socket() noexcept { return m_socket; }
  [[nodiscard]] const ice::Path& path() const noexcept { return m_path; }
  [[nodiscard]] DatagramSink* sink() const noexcept { return m_sink; }
  [[nodiscard]] TimePoint since() const noexcept { return m_since; }
  void setSink(DatagramSink* sink) noexcept { m_sink = sink; }
  /// Queues a frame; false: no room.
  bool send(std::span<const std::uint8_t> packet);
  void flush();

  std::size_t onBytes(std::span<std::uint8_t> bytes) override;
  void onClosed() override { m_port.closed(*this); }

 private:
  [[nodiscard]] bool onFrame(std::span<std::uint8_t> frame);
  [[nodiscard]] bool onStrangersFrame(std::span<const std::uint8_t> frame);
  void refuse(std::uint64_t TcpCounters::* reason);

  TcpPort& m_port;
  const ice::Path m_path;
  DatagramSink* m_sink;
  const TimePoint m_since;
  unsigned m_strangersFrames = 0;
  bool m_isQueued = false;
  io::StreamSocket m_socket;
};

}  // namespace kms::router
