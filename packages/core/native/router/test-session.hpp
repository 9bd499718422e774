// For tests: RtpSessions without a network, and VP8 packets with all that a descriptor can tell.
#pragma once

#include "router/test-lane.hpp"

#include <kms/router/rtp-session.hpp>
#include <kms/rtp/bytes.hpp>
#include <kms/rtp/rtx.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kms::router {

/// One VP8 packet of a source.
struct Vp8Packet {
  std::uint32_t ssrc = 1;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool keyframe = false;
  bool marker = true;
  std::uint16_t pictureId = 0;
  std::uint8_t tl0 = 0;
  std::uint8_t temporal = 0;
  bool sync = false;
  std::size_t size = 20;  ///< of the payload
  std::string rid{};      ///< sent as header extension 7 if not empty
  std::uint8_t payloadType = 96;
};

inline std::vector<std::uint8_t> vp8Payload(const Vp8Packet& what) {
  std::vector<std::uint8_t> payload(std::max<std::size_t>(what.size, 8));
  const bool first = what.pictureId != 0 || what.keyframe;
  payload[0] = first ? 0x90 : 0x80;
  payload[1] = 0xE0;
  rtp::write16(&payload[2], static_cast<std::uint16_t>(0x8000U | what.pictureId));
  payload[4] = what.tl0;
  payload[5] = static_cast<std::uint8_t>((what.temporal << 6U) | (what.sync ? 0x20U : 0U));
  payload[6] = what.keyframe ? 0 : 1;
  return payload;
}

/// An RTP packet in the lane's pool, with the text of extension `ridId` if `rid` is not empty.
inline io::PacketRef rtpPacket(TestLane& lane, const rtp::Header& header,
                               std::span<const std::uint8_t> payload, std::string_view rid = {},
                               std::uint8_t ridId = 7) {
  const io::PacketRef packet = lane.pool.allocate();
  rtp::HeaderWriter writer(packet->data, header);
  if (!rid.empty())
    writer.add(ridId, {reinterpret_cast<const std::uint8_t*>(rid.data()), rid.size()});
  const std::size_t head = writer.finish();
  std::ranges::copy(payload, &packet->data[head]);
  packet->size = static_cast<std::uint32_t>(head + payload.size());
  packet->received = lane.clock.now();
  return packet;
}

inline io::PacketRef rtpPacket(TestLane& lane, const Vp8Packet& what) {
  return rtpPacket(lane, {what.payloadType, what.marker, what.sequence, what.timestamp, what.ssrc},
                   vp8Payload(what), what.rid);
}

/// What a session sends.
class TestOutlet final : public RtpOutlet {
 public:
  using Bytes = std::vector<std::uint8_t>;

  [[nodiscard]] bool writable() const noexcept override { return open; }
  bool sendRtp(const srtp::RtpParts& parts) override {
    Bytes packet(parts.header.begin(), parts.header.end());
    packet.insert(packet.end(), parts.prefix.begin(), parts.prefix.end());
    packet.insert(packet.end(), parts.payload.begin(), parts.payload.end());
    rtp.push_back(std::move(packet));
    return true;
  }
  void sendRtcp(std::span<const std::uint8_t> compound) override {
    rtcp.emplace_back(compound.begin(), compound.end());
  }
  [[nodiscard]] std::optional<Duration> roundTrip() const override { return {}; }

  [[nodiscard]] rtp::PacketView view(std::size_t index) const {
    return *rtp::PacketView::parse(rtp.at(index));
  }
  /// The last REMB that was sent.
  [[nodiscard]] std::optional<std::uint64_t> remb() const {
    std::optional<std::uint64_t> last;
    for (const Bytes& compound : rtcp) {
      rtp::RtcpReader reader(compound);
      while (const auto packet = reader.next()) {
        if (const auto read = rtp::readRemb(*packet)) last = read;
      }
    }
    return last;
  }
  /// SSRCs that keyframes were asked of.
  [[nodiscard]] std::vector<std::uint32_t> plis() const {
    std::vector<std::uint32_t> asked;
    for (const Bytes& compound : rtcp) {
      rtp::RtcpReader reader(compound);
      while (const auto packet = reader.next()) {
        const bool isPli =
            packet->type == rtp::RtcpType::kPayloadFeedback && packet->count == rtp::kFormatPli;
        if (isPli) asked.push_back(rtp::readMediaSource(*packet).value_or(0));
      }
    }
    return asked;
  }

  bool open = true;
  std::vector<Bytes> rtp;
  std::vector<Bytes> rtcp;
};

/// Keeps what a session tells.
class TestSessionListener final : public RtpSessionListener {
 public:
  void onMediaStateChanged(bool connected) override { mediaConnected = connected; }
  void onSourceFormat(StreamId, const media::Format& format) override {
    formats.push_back(format.codec);
  }
  void onFlow(StreamId stream, bool inbound, bool flowing) override {
    if (flowing) (inbound ? flowingIn : flowingOut).push_back(stream);
  }

  bool mediaConnected = false;
  std::vector<std::string> formats;
  std::vector<StreamId> flowingIn;  // in the order in which they began
  std::vector<StreamId> flowingOut;
};

/// A session with VP8 (96, retransmissions 97), rid in extension 7, repaired rid in 8,
/// transport-wide numbers in 5.
struct TestSession {
  TestSession(TestLane& lane, const std::vector<std::string>& rids, bool transportCc = false)
      : session(lane.environment, outlet, listener) {
    StreamParameters video;
    video.medium = media::Medium::kVideo;
    video.send = true;
    video.receive = true;
    video.codecs = {laneCodecs().front()};
    video.codecs[0].rtx = 97;
    video.codecs[0].remb = true;
    video.codecs[0].transportCc = transportCc;
    video.rids = rids;
    video.rtcpReducedSize = true;
    video.extensions = {{7, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"},
                        {8, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"}};
    if (transportCc) {
      video.extensions.push_back(
          {5, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"});
    }
    parameters = video;
    session.configure({video});
  }

  TestOutlet outlet;
  TestSessionListener listener;
  StreamParameters parameters;
  RtpSession session;
};

}  // namespace kms::router
