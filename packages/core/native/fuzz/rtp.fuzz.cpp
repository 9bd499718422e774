// RTP: headers, header extensions and payloads, as they come out of SRTP, on their way through a
// producer.
//
// Input: packets (input.hpp), 5 ms apart.
#include "fuzz/input.hpp"
#include "router/test-lane.hpp"

#include <kms/rtp/keyframe.hpp>
#include <kms/rtp/transport-feedback.hpp>

namespace kms::router {
namespace {

using fuzz::demand;
using fuzz::Input;

constexpr std::array<std::string_view, 7> kCodecs = {"VP8", "VP9",  "H264",   "H265",
                                                     "AV1", "OPUS", "unknown"};

/// What a view hands out lies inside the packet.
void demandInside(rtp::ByteView part, rtp::ByteView packet) {
  demand(part.empty() || (part.data() >= packet.data() &&
                          part.data() + part.size() <= packet.data() + packet.size()));
}

void readParts(const rtp::PacketView& view, rtp::ByteView packet) {
  demandInside(view.payload(), packet);
  for (unsigned id = 0; id <= 255; ++id) {
    if (const auto data = view.extension(static_cast<std::uint8_t>(id))) {
      demandInside(*data, packet);
    }
  }
  for (const std::string_view codec : kCodecs) {
    fuzz::use(rtp::keyframeDetector(codec)(view.payload()));
  }
}

class Fuzzed {
 public:
  Fuzzed() { m_producer->setCodecs(laneCodecs()); }
  ~Fuzzed() { m_producer->close(); }

  void take(const std::vector<std::uint8_t>& bytes) {
    m_lane.advance(std::chrono::milliseconds(5));
    const io::PacketRef packet = m_lane.pool.allocate();
    demand(bool{packet});
    packet->size = static_cast<std::uint32_t>(std::min(bytes.size(), io::kPacketCapacity));
    std::copy_n(bytes.begin(), packet->size, packet->data.begin());
    packet->received = m_lane.clock.now();
    fuzz::use(rtp::isRtcp(packet->bytes()));
    const auto view = rtp::PacketView::parse(packet->bytes());
    if (!view) return;
    readParts(*view, packet->bytes());
    m_feedback.onPacket(view->header().sequence, m_lane.clock.now());
    fuzz::use(m_producer->receive(packet, *view));
    m_lane.deliver();
    fuzz::use(m_producer->takeNacks(m_lane.clock.now()));
  }

  void finish() {
    rtp::RtcpWriter writer;
    while (m_feedback.build(writer, 1, 2)) writer.clear();
    m_lane.advance(std::chrono::milliseconds(500));
  }

 private:
  TestLane m_lane;
  rtp::TransportFeedback m_feedback;
  std::shared_ptr<Producer> m_producer =
      std::make_shared<Producer>(media::Medium::kVideo, m_lane.environment, ProducerOrigin{},
                                 std::make_shared<rtp::SenderClock>());
};

}  // namespace
}  // namespace kms::router

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  kms::router::Fuzzed fuzzed;
  for (int i = 0; i < 64 && !input.empty(); ++i) fuzzed.take(input.packet());
  fuzzed.finish();
  return 0;
}
