#include <kms/rtp/rtcp-writer.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace kms::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

const ReportBlock kBlock{0x11223344, 25, -3, 70000, 90, 0xAABBCCDD, 65536};
const SenderInfo kInfo{0xCAFE0001, 0x0123456789ABCDEF, 90000, 100, 12345};

std::vector<std::uint16_t> nacked(const RtcpPacket& packet) {
  std::vector<std::uint16_t> result;
  forEachNacked(packet, [&](std::uint16_t sequence) { result.push_back(sequence); });
  return result;
}

TEST(Rtcp, readsReportsAndCnameOfACompound) {
  RtcpWriter writer;
  ASSERT_TRUE(writer.addSenderReport(kInfo, {{kBlock}}));
  ASSERT_TRUE(writer.addCname(kInfo.ssrc, "user@host"));
  ASSERT_TRUE(writer.addBye(7));
  RtcpReader reader(writer.bytes());
  const auto report = reader.next();
  ASSERT_TRUE(report);
  EXPECT_EQ(readSenderInfo(*report), kInfo);
  EXPECT_EQ(readReportBlock(*report, 0), kBlock);
  EXPECT_FALSE(readReportBlock(*report, 1));
  const auto sdes = reader.next();
  ASSERT_TRUE(sdes);
  const auto cname = readCname(*sdes);
  ASSERT_TRUE(cname);
  EXPECT_EQ(cname->ssrc, kInfo.ssrc);
  EXPECT_EQ(cname->text, "user@host");
  const auto bye = reader.next();
  ASSERT_TRUE(bye);
  std::vector<std::uint32_t> gone;
  forEachBye(*bye, [&](std::uint32_t ssrc) { gone.push_back(ssrc); });
  EXPECT_EQ(gone, std::vector<std::uint32_t>{7});
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.malformed());
}

TEST(Rtcp, receiverReportHasItsSenderAndBlocks) {
  RtcpWriter writer;
  ASSERT_TRUE(writer.addReceiverReport(5, {{kBlock, kBlock}}));
  const auto report = RtcpReader(writer.bytes()).next();
  ASSERT_TRUE(report);
  EXPECT_EQ(readSender(*report), 5U);
  EXPECT_EQ(readReportBlock(*report, 1), kBlock);
}

TEST(Rtcp, cnameOfAnyLengthKeepsTheWordBoundary) {
  for (std::size_t length = 1; length < 256; ++length) {
    RtcpWriter writer;
    const std::string name(length, 'x');
    ASSERT_TRUE(writer.addCname(9, name));
    ASSERT_TRUE(writer.addPli(1, 2));
    RtcpReader reader(writer.bytes());
    ASSERT_EQ(readCname(*reader.next())->text, name);
    ASSERT_TRUE(reader.next());
  }
}

TEST(Rtcp, nackPacksSequencesAndAsksForAllOfThem) {
  RtcpWriter writer;
  const std::vector<std::uint16_t> wanted = {65534, 65535, 0, 14, 15, 100};
  ASSERT_TRUE(writer.addNack(1, 2, wanted));
  EXPECT_EQ(writer.bytes().size(), 12U + 3 * 4) << "65534..14, 15, 100";
  const auto packet = RtcpReader(writer.bytes()).next();
  ASSERT_TRUE(packet);
  EXPECT_EQ(readSender(*packet), 1U);
  EXPECT_EQ(readMediaSource(*packet), 2U);
  EXPECT_EQ(nacked(*packet), wanted);
}

TEST(Rtcp, keyframeRequestsNameTheirSource) {
  RtcpWriter writer;
  ASSERT_TRUE(writer.addPli(1, 2));
  ASSERT_TRUE(writer.addFir(1, 3, 44));
  RtcpReader reader(writer.bytes());
  const auto pli = reader.next();
  EXPECT_EQ(pli->count, kFormatPli);
  EXPECT_EQ(readMediaSource(*pli), 2U);
  const auto fir = reader.next();
  int seen = 0;
  forEachFir(*fir, [&](std::uint32_t ssrc, std::uint8_t command) {
    ++seen;
    EXPECT_EQ(ssrc, 3U);
    EXPECT_EQ(command, 44);
  });
  EXPECT_EQ(seen, 1);
}

TEST(Rtcp, rembKeepsItsBitrateToWithin18Bits) {
  for (const std::uint64_t rate : {0ULL, 1000ULL, 262143ULL, 5'000'000ULL, 10'000'000'000ULL}) {
    RtcpWriter writer;
    ASSERT_TRUE(writer.addRemb(1, rate, {{7, 8}}));
    const auto read = readRemb(*RtcpReader(writer.bytes()).next());
    ASSERT_TRUE(read);
    EXPECT_LE(*read, rate);
    EXPECT_GE(*read, rate - rate / 65536);
  }
}

TEST(RtcpWriter, leavesOutWhatDoesNotFit) {
  RtcpWriter writer;
  int added = 0;
  while (writer.addPli(1, 2)) ++added;
  EXPECT_EQ(added, static_cast<int>(RtcpWriter::kCapacity / 12));
  const auto size = writer.bytes().size();
  EXPECT_FALSE(writer.addReceiverReport(1, {{kBlock}}));
  EXPECT_EQ(writer.bytes().size(), size);
}

TEST(RtcpReader, stopsAtTheFirstMalformedPacket) {
  RtcpWriter writer;
  ASSERT_TRUE(writer.addPli(1, 2));
  ASSERT_TRUE(writer.addPli(1, 2));
  Bytes bytes(writer.bytes().begin(), writer.bytes().end());
  bytes[15] = 9;  // the second one claims to be longer than the packet
  RtcpReader reader(bytes);
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.malformed());
}

void readEverything(const Bytes& bytes) {
  RtcpReader reader(bytes);
  std::size_t read = 0;
  while (const auto packet = reader.next()) {
    ASSERT_LE(packet->body.data() + packet->body.size(), bytes.data() + bytes.size());
    read += readSenderInfo(*packet).has_value();
    for (std::size_t i = 0; i < 32; ++i) read += readReportBlock(*packet, i).has_value();
    read += readSender(*packet).has_value();
    read += readMediaSource(*packet).has_value();
    if (const auto cname = readCname(*packet)) {
      ASSERT_LE(cname->text.size(), bytes.size());
    }
    read += readRemb(*packet).has_value();
    read += nacked(*packet).size();
    std::uint64_t sum = 0;
    forEachFir(*packet, [&](std::uint32_t ssrc, std::uint8_t command) { sum += ssrc + command; });
    forEachBye(*packet, [&](std::uint32_t ssrc) { sum += ssrc; });
    read += sum != 0;
  }
  EXPECT_LT(read, 1'000'000U);
}

TEST(RtcpReader, survivesMutations) {
  RtcpWriter writer;
  writer.addSenderReport(kInfo, {{kBlock}});
  writer.addCname(1, "abcdef");
  writer.addNack(1, 2, {{1, 2, 30}});
  writer.addFir(1, 2, 3);
  writer.addRemb(1, 1'000'000, {{2}});
  writer.addBye(3);
  const Bytes seed(writer.bytes().begin(), writer.bytes().end());
  std::mt19937 random(2);
  for (int round = 0; round < 100'000; ++round) {
    Bytes bytes = seed;
    for (unsigned i = random() % 5 + 1; i > 0; --i) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    bytes.resize(random() % 3 == 0 ? random() % bytes.size() : bytes.size());
    readEverything(Bytes(bytes));
  }
}

}  // namespace
}  // namespace kms::rtp
