#include <kms/rtp/bytes.hpp>
#include <kms/rtp/feedback-reader.hpp>
#include <kms/rtp/transport-feedback.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace kms::rtp {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

std::vector<PacketStatus> readAll(ByteView compound) {
  std::vector<PacketStatus> found;
  RtcpReader packets(compound);
  while (const auto packet = packets.next()) {
    FeedbackReader reader(*packet);
    while (const auto status = reader.next()) found.push_back(*status);
    EXPECT_FALSE(reader.malformed());
  }
  return found;
}

Bytes feedbackOf(const Bytes& fci) {
  RtcpWriter writer;
  writer.addFeedback(RtcpType::kTransportFeedback, kFormatTransportCc, 1, 2, fci);
  return {writer.bytes().begin(), writer.bytes().end()};
}

TEST(FeedbackReader, readsEachKindOfChunkAndDelta) {
  // Base 10, 18 packets, reference 2 x 64 ms: a run of two that came, one-bit and two-bit vectors.
  Bytes fci{0, 10, 0, 18, 0, 0, 2, 0, 0x20, 0x02, 0x80, 0x01, 0xD8, 0x00};
  const Bytes deltas{4, 8, 12, 1, 0xFF, 0xFC};
  fci.insert(fci.end(), deltas.begin(), deltas.end());
  const auto all = readAll(feedbackOf(fci));
  ASSERT_EQ(all.size(), 18U);
  EXPECT_EQ(all[0], (PacketStatus{10, true, 129ms}));
  EXPECT_EQ(all[1], (PacketStatus{11, true, 131ms}));
  EXPECT_EQ(all[2], (PacketStatus{12, false, 0ms}));
  EXPECT_EQ(all[15], (PacketStatus{25, true, 134ms})) << "last of the one-bit vector";
  EXPECT_EQ(all[16], (PacketStatus{26, true, 134250us}));
  EXPECT_EQ(all[17], (PacketStatus{27, true, 133250us})) << "a negative delta of two bytes";
}

TEST(FeedbackReader, readsWhatTheBuilderWrites) {
  std::mt19937 random(15);
  for (int round = 0; round < 200; ++round) {
    TransportFeedback builder;
    std::map<std::uint16_t, Duration> told;
    auto sequence = static_cast<std::uint16_t>(random());
    TimePoint now{std::chrono::hours(1)};
    for (int i = 0; i < 300; ++i, ++sequence) {
      now += std::chrono::microseconds(random() % 20'000);
      if (random() % 8 == 0) continue;
      builder.onPacket(sequence, now);
      told[sequence] = now.time_since_epoch() % 64ms;
    }
    RtcpWriter writer;
    std::size_t received = 0;
    while (builder.build(writer, 1, 2)) {
      for (const PacketStatus& status : readAll(writer.bytes())) {
        if (!status.received) continue;
        ++received;
        ASSERT_TRUE(told.contains(status.sequence));
        const Duration off = (told[status.sequence] - status.arrival % 64ms + 64ms) % 64ms;
        ASSERT_TRUE(off >= 0us && off < 250us);
      }
      writer.clear();
    }
    ASSERT_EQ(received, told.size());
  }
}

TEST(FeedbackReader, aPacketThatIsCutShortSaysNothing) {
  const Bytes fci{0, 10, 0, 3, 0, 0, 2, 0, 0x20, 0x03, 4, 8, 12, 0};
  const Bytes whole = feedbackOf(fci);
  ASSERT_EQ(readAll(whole).size(), 3U);
  const auto packet = RtcpReader(whole).next();
  for (std::size_t size = 0; size < 20; ++size) {
    RtcpPacket cut = *packet;
    cut.body = cut.body.first(size);
    FeedbackReader reader(cut);
    std::size_t read = 0;
    while (reader.next()) ++read;
    EXPECT_LT(read, 3U) << size;
    EXPECT_TRUE(reader.malformed()) << size;
  }
}

TEST(FeedbackReader, aRunOfNoPacketsEndsNothingAndIsMalformed) {
  const Bytes whole = feedbackOf({0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0});
  FeedbackReader reader(*RtcpReader(whole).next());
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.malformed());
}

TEST(FeedbackReader, aReservedSymbolIsMalformed) {
  const Bytes whole = feedbackOf({0, 1, 0, 2, 0, 0, 0, 0, 0x60, 0x02, 1, 1});
  FeedbackReader reader(*RtcpReader(whole).next());
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.malformed());
}

TEST(FeedbackReader, survivesRandomBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 50'000; ++round) {
    Bytes fci(8 + random() % 40);
    for (auto& byte : fci) byte = static_cast<std::uint8_t>(random());
    const Bytes bytes = feedbackOf(fci);
    const auto packet = RtcpReader(bytes).next();
    ASSERT_TRUE(packet);
    FeedbackReader reader(*packet);
    std::size_t read = 0;
    while (reader.next()) ++read;
    ASSERT_LE(read, 65535U);
  }
}

}  // namespace
}  // namespace kms::rtp
