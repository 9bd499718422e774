// RTP: headers, header extensions and payloads, as they come out of SRTP, on their way through a
// session.
//
// Input: packets (input.hpp), 5 ms apart.
#include "fuzz/fuzzed-session.hpp"

#include <kms/rtp/keyframe.hpp>

namespace kms::fuzz {
namespace {

constexpr std::array<std::string_view, 7> kCodecs = {"VP8", "VP9",  "H264",   "H265",
                                                     "AV1", "OPUS", "unknown"};

/// What a view hands out lies inside the packet.
void demandInside(rtp::ByteView part, rtp::ByteView packet) {
  demand(part.empty() || (part.data() >= packet.data() &&
                          part.data() + part.size() <= packet.data() + packet.size()));
}

void readParts(rtp::ByteView packet) {
  use(rtp::isRtcp(packet));
  const auto view = rtp::PacketView::parse(packet);
  if (!view) return;
  demandInside(view->payload(), packet);
  for (unsigned id = 0; id <= 255; ++id) {
    if (const auto data = view->extension(static_cast<std::uint8_t>(id))) {
      demandInside(*data, packet);
    }
  }
  for (const std::string_view codec : kCodecs) {
    use(rtp::keyframeDetector(codec)(view->payload()));
  }
}

}  // namespace
}  // namespace kms::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  kms::fuzz::FuzzedSession session;
  for (int i = 0; i < 64 && !input.empty(); ++i) {
    const auto packet = input.packet();
    kms::fuzz::readParts(packet);
    session.takeRtp(packet);
    session.advance(std::chrono::milliseconds(5));
  }
  session.advance(std::chrono::milliseconds(500));
  return 0;
}
