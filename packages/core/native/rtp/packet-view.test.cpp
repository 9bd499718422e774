#include <kms/rtp/packet-view.hpp>

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace kms::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Header kHeader{111, true, 0xABCD, 0x01020304, 0xCAFEBABE};

Bytes packetWith(bool twoByte, std::initializer_list<std::pair<std::uint8_t, Bytes>> extensions,
                 const Bytes& payload) {
  Bytes packet(200);
  HeaderWriter writer(packet, kHeader, twoByte);
  for (const auto& [id, data] : extensions) EXPECT_TRUE(writer.add(id, data));
  packet.resize(writer.finish());
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

TEST(PacketView, readsWhatHeaderWriterWrites) {
  for (const bool twoByte : {false, true}) {
    const Bytes packet =
        packetWith(twoByte, {{1, {1, 2, 3}}, {5, {9}}, {14, Bytes(16, 7)}}, {42, 43});
    const auto view = PacketView::parse(packet);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->header(), kHeader);
    EXPECT_EQ(Bytes(view->payload().begin(), view->payload().end()), (Bytes{42, 43}));
    ASSERT_TRUE(view->extension(1));
    EXPECT_EQ(view->extension(1)->size(), 3U);
    EXPECT_EQ((*view->extension(5))[0], 9);
    EXPECT_EQ(view->extension(14)->size(), 16U);
    EXPECT_FALSE(view->extension(2));
    EXPECT_FALSE(view->extension(0));
  }
}

TEST(HeaderWriter, writesNoExtensionWhenThereIsNone) {
  Bytes packet(kFixedHeaderSize);
  HeaderWriter writer(packet, kHeader);
  EXPECT_EQ(writer.finish(), kFixedHeaderSize);
  EXPECT_EQ(packet[0], 0x80);
}

TEST(HeaderWriter, refusesWhatTheFormOrTheRoomCannotHold) {
  Bytes packet(24);
  HeaderWriter oneByte(packet, kHeader);
  EXPECT_FALSE(oneByte.add(15, Bytes{1}));
  EXPECT_FALSE(oneByte.add(0, Bytes{1}));
  EXPECT_FALSE(oneByte.add(1, Bytes{}));
  EXPECT_FALSE(oneByte.add(1, Bytes(17)));
  EXPECT_FALSE(oneByte.add(1, Bytes(16)));
  EXPECT_TRUE(oneByte.add(1, Bytes(4)));
  EXPECT_EQ(oneByte.finish(), 24U);
}

TEST(PacketView, takesPaddingAway) {
  Bytes packet = packetWith(false, {}, {1, 2, 3, 0, 0, 3});
  packet[0] |= 0x20U;
  const auto view = PacketView::parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->padding(), 3U);
  EXPECT_EQ(view->payload().size(), 3U);
}

TEST(PacketView, skipsCsrcs) {
  Bytes packet = packetWith(false, {}, {1, 2, 3, 4, 5, 6, 7, 8, 99});
  packet[0] |= 2U;
  const auto view = PacketView::parse(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->headerSize(), kFixedHeaderSize + 8);
  EXPECT_EQ(view->payload()[0], 99);
}

TEST(PacketView, rejectsPartsThatReachBeyondThePacket) {
  Bytes csrcs = packetWith(false, {}, {1});
  csrcs[0] |= 15U;
  EXPECT_FALSE(PacketView::parse(csrcs));
  Bytes padding = packetWith(false, {}, {200});
  padding[0] |= 0x20U;
  EXPECT_FALSE(PacketView::parse(padding));
  padding.back() = 0;
  EXPECT_FALSE(PacketView::parse(padding));
  Bytes extension = packetWith(false, {{1, {1}}}, {});
  extension[15] = 2;
  EXPECT_FALSE(PacketView::parse(extension));
  Bytes version = packetWith(false, {}, {});
  version[0] = 0x40;
  EXPECT_FALSE(PacketView::parse(version));
  EXPECT_FALSE(PacketView::parse(Bytes(11, 0x80)));
}

TEST(PacketView, survivesMutationsWithinTheBoundsOfThePacket) {
  std::mt19937 random(1);
  const Bytes seeds[] = {packetWith(false, {{1, {1, 2, 3}}, {3, Bytes(8)}}, Bytes(30, 5)),
                         packetWith(true, {{200, Bytes(40)}, {7, {}}}, Bytes(10, 250))};
  for (int round = 0; round < 200'000; ++round) {
    Bytes packet = seeds[random() % 2];
    for (unsigned i = random() % 4 + 1; i > 0; --i) {
      packet[random() % packet.size()] = static_cast<std::uint8_t>(random());
    }
    packet.resize(random() % 3 == 0 ? random() % packet.size() : packet.size());
    const Bytes exact(packet);  // no spare capacity, so that ASan sees any overrun
    const auto view = PacketView::parse(exact);
    if (!view) continue;
    ASSERT_LE(view->headerSize() + view->payload().size() + view->padding(), exact.size());
    for (unsigned id = 0; id < 256; id += 7) {
      const auto data = view->extension(static_cast<std::uint8_t>(id));
      if (data) {
        ASSERT_LE(data->data() + data->size(), exact.data() + view->headerSize());
      }
    }
  }
}

}  // namespace
}  // namespace kms::rtp
