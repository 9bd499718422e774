// An RtpSession under a hand-turned clock, which forwards what it receives to the peer that sent
// it: so packets of a fuzzer go all the way through producer and consumer.
#pragma once

#include "fuzz/input.hpp"
#include "router/test-lane.hpp"

#include <kms/router/rtp-session.hpp>
#include <kms/rtp/bytes.hpp>

namespace kms::fuzz {

class FuzzedSession final : private router::RtpOutlet, private router::RtpSessionListener {
 public:
  static constexpr std::uint8_t kAv1 = 45;          ///< payload type
  static constexpr std::uint8_t kDependencies = 4;  ///< header extension

  FuzzedSession() {
    m_session.configure({stream(media::Medium::kAudio), stream(media::Medium::kVideo)});
    for (const auto medium : media::kMedia) {
      m_session.setSource(medium, m_session.producer(medium));
    }
    m_session.onWritable();
  }

  void takeRtp(std::span<const std::uint8_t> bytes) {
    const io::PacketRef packet = m_lane.pool.allocate();
    demand(bool{packet});
    packet->size = static_cast<std::uint32_t>(std::min(bytes.size(), io::kPacketCapacity));
    std::copy_n(bytes.begin(), packet->size, packet->data.begin());
    packet->received = m_lane.clock.now();
    m_session.receiveRtp(packet);
    m_lane.deliver();
  }
  /// Words of value 0x0A0D10 and 0x71DE0 stand for the SSRCs of our audio and video, which are
  /// random.
  void takeRtcp(std::vector<std::uint8_t> compound) {
    for (std::size_t at = 0; at + 4 <= compound.size(); at += 4) {
      const std::uint32_t word = rtp::read32(&compound[at]);
      if (word == kAudioWord)
        rtp::write32(&compound[at], m_session.localSsrc(media::Medium::kAudio));
      if (word == kVideoWord)
        rtp::write32(&compound[at], m_session.localSsrc(media::Medium::kVideo));
    }
    m_session.receiveRtcp(compound, m_lane.clock.now());
  }
  void advance(Duration by) { m_lane.advance(by); }
  /// Bit/s of video that may be sent; 0: any.
  void limit(std::uint64_t rate) { m_session.setBandwidth({.maxSend = rate}); }

 private:
  static constexpr std::uint32_t kAudioWord = 0x0A0D10;
  static constexpr std::uint32_t kVideoWord = 0x071DE0;

  static router::StreamParameters stream(media::Medium medium) {
    const bool isAudio = medium == media::Medium::kAudio;
    router::StreamParameters parameters;
    parameters.medium = medium;
    parameters.mid.assign(1, isAudio ? '0' : '1');
    parameters.send = parameters.receive = true;
    parameters.codecs = isAudio ? audioCodecs() : videoCodecs();
    for (auto& codec : parameters.codecs) {
      codec.transportCc = codec.fir = codec.remb = true;
      codec.rtx = static_cast<std::uint8_t>(codec.payloadType + 1);
    }
    parameters.remoteSsrcs = {isAudio ? 2U : 1U};
    parameters.extensions = {
        {1, "urn:ietf:params:rtp-hdrext:sdes:mid"},
        {2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"},
        {3, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"},
        {kDependencies,
         "https://aomediacodec.github.io/av1-rtp-spec/"
         "#dependency-descriptor-rtp-header-extension"}};
    return parameters;
  }
  static std::vector<router::CodecParameters> videoCodecs() {
    auto codecs = router::laneCodecs();
    router::CodecParameters av1 = codecs.front();
    av1.payloadType = kAv1;
    av1.format.codec = "AV1";
    codecs.push_back(av1);
    return codecs;
  }
  static std::vector<router::CodecParameters> audioCodecs() {
    router::CodecParameters opus;
    opus.payloadType = 111;
    opus.format = {"OPUS", 48000, 2, {}};
    opus.nack = true;
    return {opus};
  }

  [[nodiscard]] bool writable() const noexcept override { return true; }
  bool sendRtp(const srtp::RtpParts& parts) override {
    std::vector<std::uint8_t> packet(parts.header.begin(), parts.header.end());
    packet.insert(packet.end(), parts.prefix.begin(), parts.prefix.end());
    packet.insert(packet.end(), parts.payload.begin(), parts.payload.end());
    demand(rtp::PacketView::parse(packet).has_value());
    return true;
  }
  void sendRtcp(std::span<const std::uint8_t> compound) override {
    rtp::RtcpReader reader(compound);
    while (reader.next()) continue;
    demand(!reader.malformed());
  }
  [[nodiscard]] std::optional<Duration> roundTrip() const override {
    return std::chrono::milliseconds(30);
  }
  void onMediaStateChanged(bool) override {}
  void onSourceFormat(router::StreamId, const media::Format&) override {}
  void onFlow(router::StreamId, bool, bool) override {}

  router::TestLane m_lane;
  router::RtpSession m_session{m_lane.environment, *this, *this};
};

}  // namespace kms::fuzz
