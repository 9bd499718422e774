// For tests: an Environment under a hand-turned clock, and packets made in its pool.
#pragma once

#include <kms/router/producer.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace kms::router {

struct TestLane {
  ManualClock clock;
  io::TimerQueue timers;
  io::PacketPool pool{4096};
  DeliveryQueue delivery;
  DropCounters drops;
  Environment environment{clock, timers, pool, delivery, {}, nullptr, &drops};

  /// Turns the clock in steps of a millisecond, running the timers.
  void advance(Duration by) {
    for (; by > Duration::zero(); by -= std::chrono::milliseconds(1)) {
      clock.advance(std::min<Duration>(by, std::chrono::milliseconds(1)));
      timers.run(clock.now());
    }
  }
  void deliver() { delivery.run(clock.now()); }
};

/// A video packet: VP8 unless the payload type says otherwise.
struct TestPacket {
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool keyframe = false;
  std::uint32_t ssrc = 1;
  std::uint8_t payloadType = 96;
  bool marker = true;
  std::size_t extra = 0;  ///< bytes of payload beyond 3
};

inline bool give(TestLane& lane, Producer& producer, const TestPacket& what,
                 std::optional<TimePoint> capture = {}) {
  const io::PacketRef packet = lane.pool.allocate();
  if (!packet) return false;
  rtp::HeaderWriter writer(
      packet->data, {what.payloadType, what.marker, what.sequence, what.timestamp, what.ssrc});
  std::size_t size = writer.finish();
  packet->data[size++] = 0x10;
  packet->data[size++] = what.keyframe ? 0 : 1;
  packet->data[size++] = static_cast<std::uint8_t>(what.sequence);
  size += what.extra;
  packet->size = static_cast<std::uint32_t>(size);
  packet->received = lane.clock.now();
  const auto view = rtp::PacketView::parse(packet->bytes());
  return view && producer.receive(packet, *view, capture);
}

inline std::vector<CodecParameters> laneCodecs() {
  CodecParameters vp8;
  vp8.payloadType = 96;
  vp8.format = {"VP8", 90000, 0, {}};
  vp8.nack = true;
  vp8.pli = true;
  CodecParameters h264 = vp8;
  h264.payloadType = 102;
  h264.format = {"H264", 90000, 0, {{"packetization-mode", "1"}, {"profile-level-id", "42e01f"}}};
  return {vp8, h264};
}

}  // namespace kms::router
