// Test support: a peer that speaks SCTP properly, and on its streams whatever a test wants.
#pragma once

#include "sctp/dcep.hpp"
#include "sctp/test-world.hpp"
#include "sctp/usr-socket.hpp"

#include <cstring>
#include <usrsctp.h>

namespace kms::sctp::testing {

/// Makes the checksum of a packet right again, so that what was changed is looked at (RFC
/// 9260 6.8).
inline void seal(Bytes& packet) {
  constexpr std::size_t kChecksum = 8;
  constexpr std::size_t kHeader = 12;
  if (packet.size() < kHeader) return;
  std::memset(packet.data() + kChecksum, 0, 4);
  const std::uint32_t sum = usrsctp_crc32c(packet.data(), packet.size());
  std::memcpy(packet.data() + kChecksum, &sum, sizeof sum);
}

/// DataChannels under test (the DTLS server: odd ids are its own) and a raw peer.
class RawWorld : public World, private SocketListener {
 public:
  RawWorld() : end(home, access(), {.isDtlsClient = false}) {
    end.out.deliver = [this](auto packet) { peer->receive(packet); };
    toEnd.deliver = [this](auto packet) { end.channels->receive(packet); };
    pipes = {&end.out, &toEnd};
    end.channels->connect(kMtu, [this](auto packet) { end.out.send(packet); });
    SocketListener& self = *this;
    peer = std::make_unique<UsrSocket>(stack, self, Config(), kMtu);
    (void)until([this] { return isUp; });
  }
  ~RawWorld() {
    peer.reset();
    end.channels->disconnect();
    sctp->run();
  }
  RawWorld(const RawWorld&) = delete;
  RawWorld& operator=(const RawWorld&) = delete;

  void send(std::uint16_t stream, std::uint32_t ppid, const Bytes& payload) {
    (void)peer->send({.stream = stream, .ppid = ppid, .payload = payload});
  }
  void open(std::uint16_t stream, const ChannelOptions& options = {}) {
    send(stream, 50, writeOpen(options));
  }
  void reset(std::uint16_t stream) {
    const std::uint16_t streams[] = {stream};
    (void)peer->reset(streams);
  }
  void steps(int count) {
    for (int i = 0; i < count; ++i) step();
  }
  [[nodiscard]] Stats stats() {
    steps(20);
    Stats result;
    end.channels->stats([&result](const Stats& stats) { result = stats; });
    step();
    return result;
  }
  [[nodiscard]] std::size_t acks() const {
    return static_cast<std::size_t>(std::ranges::count(received, writeAck(), &Message::payload));
  }

  struct Message {
    std::uint16_t stream = 0;
    std::uint32_t ppid = 0;
    Bytes payload;
  };

  End end;
  Pipe toEnd;
  std::unique_ptr<UsrSocket> peer;
  bool isUp = false;
  bool isDown = false;
  std::vector<Message> received;
  std::vector<std::uint16_t> resetByEnd;

 private:
  void onPacket(std::span<const std::uint8_t> packet) override { toEnd.send(packet); }
  void onUp(std::uint16_t) override { isUp = true; }
  void onDown() override { isDown = true; }
  void onMessage(std::uint16_t stream, std::uint32_t ppid,
                 std::span<const std::uint8_t> payload) override {
    received.push_back({stream, ppid, {payload.begin(), payload.end()}});
  }
  [[nodiscard]] bool mayRead() override { return true; }
  void onTooLong() override {}
  void onPeerReset(std::span<const std::uint16_t> streams) override {
    resetByEnd.insert(resetByEnd.end(), streams.begin(), streams.end());
  }
  void onReset(std::span<const std::uint16_t>, bool) override {}
  void onWritable() override {}
};

}  // namespace kms::sctp::testing
