// For tests: PlainTransports driven from the test's thread, and a plain UDP socket as their peer.
#pragma once

#include "router/test-peer.hpp"

#include <kms/base/error.hpp>
#include <kms/io/io-thread.hpp>
#include <kms/router/plain-transport.hpp>
#include <kms/rtp/packet-view.hpp>

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <poll.h>
#include <set>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace kms::router {

/// A socket on 127.0.0.1.
class UdpPeer {
 public:
  UdpPeer() : m_fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage name{};
    const socklen_t length = Address::parse("127.0.0.1", 0)->toSockaddr(name);
    if (::bind(m_fd.get(), reinterpret_cast<sockaddr*>(&name), length) != 0) std::terminate();
  }

  [[nodiscard]] Address address() const {
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    ::getsockname(m_fd.get(), reinterpret_cast<sockaddr*>(&name), &length);
    return *Address::fromSockaddr(reinterpret_cast<sockaddr*>(&name));
  }
  void send(const std::vector<std::uint8_t>& packet, std::uint16_t port) const {
    sockaddr_storage name{};
    const socklen_t length = Address::parse("127.0.0.1", port)->toSockaddr(name);
    ::sendto(m_fd.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&name),
             length);
  }
  /// The next datagram; empty when none comes within `patience`.
  [[nodiscard]] std::vector<std::uint8_t> receive(
      std::chrono::milliseconds patience = std::chrono::seconds(10)) const {
    pollfd ready{m_fd.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return {};
    std::vector<std::uint8_t> packet(2000);
    const auto size = ::recv(m_fd.get(), packet.data(), packet.size(), 0);
    packet.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return packet;
  }

 private:
  io::FileDescriptor m_fd;
};

/// An RTP packet with a VP8-like payload of three bytes.
[[nodiscard]] inline std::vector<std::uint8_t> rtpPacket(std::uint16_t sequence,
                                                         std::uint32_t ssrc = 7,
                                                         std::uint8_t payloadType = 96) {
  std::vector<std::uint8_t> packet(64);
  rtp::HeaderWriter writer(packet, {payloadType, true, sequence, sequence * 3000U, ssrc});
  std::size_t size = writer.finish();
  packet[size++] = 0x10;
  packet[size++] = 0;
  packet[size++] = static_cast<std::uint8_t>(sequence);
  packet.resize(size);
  return packet;
}

/// A PlainTransport on 127.0.0.1 whose events are kept as texts, as TestPeer's.
class PlainPeer final : public PlainTransportListener {
 public:
  PlainPeer(Router& router, std::size_t thread, PlainTransportConfig config = {})
      : m_executor(router.executor(thread)) {
    std::exception_ptr failure;
    runOn(m_executor, [&] {
      try {
        m_transport = std::make_unique<PlainTransport>(router.thread(thread), *this, config);
      } catch (const Error&) {
        failure = std::current_exception();
      }
    });
    if (failure) std::rethrow_exception(failure);
  }
  ~PlainPeer() override {
    runOn(m_executor, [&] { m_transport.reset(); });
  }

  template <typename Work>
  auto run(Work work) {
    return runOn(m_executor, work);
  }
  PlainPorts open(media::Medium medium) {
    return run([&] { return m_transport->open(medium); });
  }
  void setRemote(const std::vector<PlainStreamParameters>& streams) {
    run([&] { m_transport->setRemote(streams); });
  }
  [[nodiscard]] std::shared_ptr<Producer> producer(media::Medium medium) {
    return run([&] { return m_transport->producer(medium); });
  }
  void setSource(media::Medium medium, const std::shared_ptr<Producer>& producer) {
    run([&] { m_transport->setSource(medium, producer); });
  }
  [[nodiscard]] PlainTransportStats stats() {
    return run([&] { return m_transport->stats(); });
  }
  [[nodiscard]] PlainLocalParameters local() {
    return run([&] { return m_transport->localParameters(); });
  }
  /// Until `holds(stats())`: false after kPatience.
  template <typename Predicate>
  [[nodiscard]] bool awaitStats(Predicate holds) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!holds(stats())) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  void close() {
    run([&] { m_transport->close(); });
  }
  [[nodiscard]] PlainTransport& transport() { return *m_transport; }

  [[nodiscard]] bool await(const std::string& event) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, kPatience, [&] { return m_events.contains(event); });
  }
  [[nodiscard]] std::size_t count(const std::string& event) {
    const std::scoped_lock lock(m_mutex);
    return m_events.count(event);
  }

  void onMediaStateChanged(bool connected) override {
    note(connected ? "media true" : "media false");
  }
  void onSourceFormat(StreamId stream, const media::Format& format) override {
    note("format " + std::string(media::toText(stream.medium)) + " " + format.codec);
  }
  void onFlow(StreamId stream, bool inbound, bool flowing) override {
    note("flow " + std::string(media::toText(stream.medium)) + (inbound ? " in " : " out ") +
         (flowing ? "true" : "false"));
  }
  void onKeySoftLimit(media::Medium medium) override {
    note("key " + std::string(media::toText(medium)));
  }

 private:
  void note(std::string event) {
    const std::scoped_lock lock(m_mutex);
    m_events.insert(std::move(event));
    m_changed.notify_all();
  }

  io::Executor& m_executor;
  std::unique_ptr<PlainTransport> m_transport;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::multiset<std::string> m_events;
};

/// An m-line of the test's codec, both ways, to `rtp` with RTCP on the port above it.
[[nodiscard]] inline PlainStreamParameters plainStream(media::Medium medium,
                                                       std::optional<std::uint16_t> rtp) {
  PlainStreamParameters stream;
  stream.stream.medium = medium;
  stream.stream.mid = media::toText(medium);
  stream.stream.send = true;
  stream.stream.receive = true;
  stream.stream.codecs = testCodecs(medium);
  stream.stream.codecs[0].transportCc = false;
  if (rtp) {
    stream.rtp = Address::parse("127.0.0.1", *rtp);
    stream.rtcp = Address::parse("127.0.0.1", static_cast<std::uint16_t>(*rtp + 1));
  }
  return stream;
}

}  // namespace kms::router
