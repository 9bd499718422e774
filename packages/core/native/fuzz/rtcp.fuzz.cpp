// RTCP: compound packets, as they come out of SRTCP.
//
// Input: one compound packet.
#include "fuzz/input.hpp"

#include <kms/rtp/rtcp.hpp>

namespace kms::rtp {
namespace {

using fuzz::demand;
using fuzz::use;

/// Each reader on each packet: which of them fits is the sender's word only.
void read(const RtcpPacket& packet) {
  use(readSenderInfo(packet));
  for (std::size_t i = 0; i < 32; ++i) use(readReportBlock(packet, i));
  use(readSender(packet));
  use(readMediaSource(packet));
  use(readRemb(packet));
  const auto cname = readCname(packet);
  demand(!cname || cname->text.size() <= 255);
  std::size_t visits = 0;
  forEachNacked(packet, [&](std::uint16_t) { ++visits; });
  demand(visits <= packet.body.size() / 4 * 17);
  forEachFir(packet, [](std::uint32_t ssrc, std::uint8_t command) {
    use(ssrc);
    use(command);
  });
  visits = 0;
  forEachBye(packet, [&](std::uint32_t) { ++visits; });
  demand(visits <= packet.count);
}

}  // namespace
}  // namespace kms::rtp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> compound(data, data + size);
  kms::rtp::RtcpReader reader(compound);
  std::size_t left = size / 4;
  while (const auto packet = reader.next()) {
    kms::fuzz::demand(left-- > 0);  // each is a word long at least
    kms::rtp::read(*packet);
  }
  return 0;
}
