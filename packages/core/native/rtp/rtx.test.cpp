#include <kms/rtp/rtx.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

namespace kms::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Header kRetransmission{97, true, 500, 90000, 0x22};
constexpr RtxOriginal kOriginal{0x11, 96};

Bytes packetOf(const Header& header, ByteView payload, bool padded = false) {
  Bytes packet(64);
  HeaderWriter writer(packet, header);
  const std::array<std::uint8_t, 2> number{7, 8};
  writer.add(3, number);
  packet.resize(writer.finish());
  packet.insert(packet.end(), payload.begin(), payload.end());
  if (padded) {
    packet[0] |= 0x20U;
    packet.insert(packet.end(), {0, 0, 3});
  }
  return packet;
}

Bytes wrapped(std::uint16_t sequence, ByteView payload) {
  Bytes room(payload.size() + kRtxOverhead);
  const ByteView written = wrapRtx(sequence, payload, room);
  return {written.begin(), written.end()};
}

TEST(Rtx, whatWasWrappedComesBackAsTheOriginal) {
  for (const bool padded : {false, true}) {
    const Bytes payload{1, 2, 3, 4, 5};
    Bytes packet = packetOf(kRetransmission, wrapped(0xFFFE, payload), padded);
    packet.resize(unwrapRtx(packet, *PacketView::parse(packet), kOriginal));
    EXPECT_EQ(packet, packetOf({96, true, 0xFFFE, 90000, 0x11}, payload, padded));
    const auto view = PacketView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_TRUE(std::ranges::equal(view->payload(), payload));
    EXPECT_TRUE(view->extension(3)) << "header extensions stay";
  }
}

TEST(Rtx, aPacketWithoutAnOriginalIsLeftAlone) {
  for (const Bytes& payload : {Bytes{}, Bytes{9}}) {
    Bytes packet = packetOf(kRetransmission, payload, true);
    const Bytes before = packet;
    EXPECT_EQ(unwrapRtx(packet, *PacketView::parse(packet), kOriginal), 0U);
    EXPECT_EQ(packet, before);
  }
}

TEST(Rtx, anEmptyOriginalIsOneToo) {
  Bytes packet = packetOf(kRetransmission, wrapped(4, {}));
  packet.resize(unwrapRtx(packet, *PacketView::parse(packet), kOriginal));
  EXPECT_EQ(packet, packetOf({96, true, 4, 90000, 0x11}, {}));
}

TEST(Rtx, wrapsNothingIntoTooLittleRoom) {
  std::array<std::uint8_t, 4> room{};
  EXPECT_TRUE(wrapRtx(1, Bytes(3), room).empty());
  EXPECT_EQ(wrapRtx(1, Bytes(2), room).size(), 4U);
}

TEST(Rtx, survivesRandomPackets) {
  std::mt19937 random(4588);
  for (int round = 0; round < 20'000; ++round) {
    Bytes packet(random() % 60);
    for (auto& byte : packet) byte = static_cast<std::uint8_t>(random());
    if (packet.size() > 1) packet[0] = static_cast<std::uint8_t>(0x80U | (packet[0] & 0x3FU));
    const auto view = PacketView::parse(packet);
    if (!view) continue;
    const std::size_t before = packet.size();
    const std::size_t size = unwrapRtx(packet, *view, kOriginal);
    ASSERT_TRUE(size == 0 || size == before - kRtxOverhead);
  }
}

}  // namespace
}  // namespace kms::rtp
