// RTCP: compound packets, as they come out of SRTCP, to a session that has received and sent.
//
// Input: compound packets (input.hpp), 20 ms apart.
#include "fuzz/fuzzed-session.hpp"

#include <kms/rtp/rtcp.hpp>

namespace kms::fuzz {
namespace {

/// Each reader on each packet: which of them fits is the sender's word only.
void read(const rtp::RtcpPacket& packet) {
  use(rtp::readSenderInfo(packet));
  for (std::size_t i = 0; i < 32; ++i) use(rtp::readReportBlock(packet, i));
  use(rtp::readSender(packet));
  use(rtp::readMediaSource(packet));
  use(rtp::readRemb(packet));
  const auto cname = rtp::readCname(packet);
  demand(!cname || cname->text.size() <= 255);
  std::size_t visits = 0;
  rtp::forEachNacked(packet, [&](std::uint16_t) { ++visits; });
  demand(visits <= packet.body.size() / 4 * 17);
  rtp::forEachFir(packet, [](std::uint32_t ssrc, std::uint8_t command) {
    use(ssrc);
    use(command);
  });
  visits = 0;
  rtp::forEachBye(packet, [&](std::uint32_t) { ++visits; });
  demand(visits <= packet.count);
}

void readParts(const std::vector<std::uint8_t>& compound) {
  rtp::RtcpReader reader(compound);
  std::size_t left = compound.size() / 4;
  while (const auto packet = reader.next()) {
    demand(left-- > 0);  // each is a word long at least
    read(*packet);
  }
}

/// VP8 with a gap, so that reports, NACKs and retransmissions have something to be about.
void sendSome(FuzzedSession& session) {
  for (std::uint8_t i = 0; i < 12; ++i) {
    if (i == 5) continue;
    const std::array<std::uint8_t, 15> packet{0x80, 96, 0, i, 0, 0, i, 0, 0, 0, 0, 1, 0x10, 0, i};
    session.takeRtp(packet);
  }
}

}  // namespace
}  // namespace kms::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  kms::fuzz::Input input(data, size);
  kms::fuzz::FuzzedSession session;
  kms::fuzz::sendSome(session);
  for (int i = 0; i < 32 && !input.empty(); ++i) {
    auto compound = input.packet();
    kms::fuzz::readParts(compound);
    session.takeRtcp(std::move(compound));
    session.advance(std::chrono::milliseconds(20));
  }
  session.advance(std::chrono::milliseconds(500));
  return 0;
}
