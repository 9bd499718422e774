// For tests: packets of layered VP9 and AV1 streams.
#pragma once

#include "router/test-session.hpp"
#include "rtp/test-descriptor.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace kms::router {

inline constexpr std::string_view kDependencyUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
inline constexpr std::uint8_t kDependencyId = 9;

/// One packet of a layer frame; by default the frame is one packet.
struct Vp9Packet {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  bool interPredicted = false;
  bool interLayer = false;
  bool notReferenced = false;
  bool switchingUp = false;
  bool start = true;
  bool end = true;
  std::uint16_t pictureId = 0;
  std::uint8_t tl0 = 0;
  std::size_t size = 20;  ///< of the payload
};

inline std::vector<std::uint8_t> vp9Payload(const Vp9Packet& what) {
  std::vector<std::uint8_t> payload(std::max<std::size_t>(what.size, 8));
  payload[0] = static_cast<std::uint8_t>(0xA0U | (what.interPredicted ? 0x40U : 0U) |
                                         (what.start ? 8U : 0U) | (what.end ? 4U : 0U) |
                                         (what.notReferenced ? 1U : 0U));
  rtp::write16(&payload[1], static_cast<std::uint16_t>(0x8000U | what.pictureId));
  payload[3] = static_cast<std::uint8_t>((what.temporal << 5U) | (what.switchingUp ? 0x10U : 0U) |
                                         (what.spatial << 1U) | (what.interLayer ? 1U : 0U));
  payload[4] = what.tl0;
  return payload;
}

/// A packet with a dependency descriptor.
inline io::PacketRef describedPacket(TestLane& lane, const rtp::Header& header,
                                     std::span<const std::uint8_t> payload,
                                     std::span<const std::uint8_t> descriptor) {
  const io::PacketRef packet = lane.pool.allocate();
  rtp::HeaderWriter writer(packet->data, header, descriptor.size() > 16);
  writer.add(kDependencyId, descriptor);
  const std::size_t head = writer.finish();
  std::ranges::copy(payload, &packet->data[head]);
  packet->size = static_cast<std::uint32_t>(head + payload.size());
  packet->received = lane.clock.now();
  return packet;
}

inline CodecParameters svcCodec(std::string_view name) {
  CodecParameters codec = laneCodecs().front();
  codec.payloadType = 98;
  codec.format.codec = name;
  codec.rtx = 99;
  return codec;
}

/// A session with VP9 or AV1 (98, retransmissions 99), descriptors in extension 9 if it takes them.
struct SvcSession {
  SvcSession(TestLane& lane, std::string_view codec, bool described = true)
      : session(lane.environment, outlet, listener) {
    StreamParameters video;
    video.medium = media::Medium::kVideo;
    video.mid = "v";
    video.send = true;
    video.receive = true;
    video.codecs = {svcCodec(codec)};
    video.rtcpReducedSize = true;
    if (described) video.extensions = {{kDependencyId, std::string(kDependencyUri)}};
    session.configure({video});
  }

  TestOutlet outlet;
  TestSessionListener listener;
  RtpSession session;
};

}  // namespace kms::router
