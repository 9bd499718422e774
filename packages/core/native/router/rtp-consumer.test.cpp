#include "router/test-lane.hpp"

#include <kms/router/rtp-consumer.hpp>
#include <kms/rtp/bytes.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace kms::router {
namespace {

using namespace std::chrono_literals;
using media::Medium;
using Bytes = std::vector<std::uint8_t>;

class FakeOutlet final : public PacketOutlet {
 public:
  void addHot(HotMemory&) const noexcept override {}
  void prefetchNext() const noexcept override {}
  [[nodiscard]] bool writable() const noexcept override { return open; }
  bool sendRtp(const srtp::RtpParts& parts) override {
    Bytes packet(parts.header.begin(), parts.header.end());
    packet.insert(packet.end(), parts.prefix.begin(), parts.prefix.end());
    packet.insert(packet.end(), parts.payload.begin(), parts.payload.end());
    sent.push_back(std::move(packet));
    return true;
  }
  [[nodiscard]] std::uint16_t numberPacket(std::size_t bytes, TimePoint) override {
    numbered += bytes;
    return transportSequence++;
  }
  void onSourceFlowing(const RtpConsumer&) override { ++flowing; }

  [[nodiscard]] rtp::PacketView view(std::size_t index) const {
    return *rtp::PacketView::parse(sent.at(index));
  }
  [[nodiscard]] rtp::PacketView last() const { return view(sent.size() - 1); }

  bool open = true;
  int flowing = 0;
  std::uint16_t transportSequence = 77;
  std::size_t numbered = 0;  ///< bytes
  std::vector<Bytes> sent;
};

class RtpConsumerTest : public ::testing::Test {
 protected:
  RtpConsumerTest() {
    for (auto* each : {&m_one, &m_two}) {
      *each = std::make_shared<Producer>(Medium::kVideo, m_lane.environment,
                                         ProducerOrigin{[this] { ++m_requests; }, {}, {}},
                                         std::make_shared<rtp::SenderClock>());
      (*each)->setCodecs(laneCodecs());
    }
    m_consumer.configure(parameters());
    m_consumer.setSource(m_one);
  }
  ~RtpConsumerTest() override {
    m_one->close();
    m_two->close();
  }

  static RtpConsumerParameters parameters() {
    RtpConsumerParameters wanted;
    wanted.codecs = laneCodecs();
    wanted.codecs[0].payloadType = 120;
    wanted.codecs[1].payloadType = 121;
    wanted.mid = "v0";
    wanted.extensions = {4, 5, 6};
    return wanted;
  }
  void give(Producer& producer, std::uint16_t sequence, bool keyframe = false,
            std::uint8_t type = 96) {
    router::give(m_lane, producer, {sequence, sequence * 3000U, keyframe, 1, type});
    m_lane.deliver();
  }
  void nack(std::vector<std::uint16_t> sequences) {
    rtp::RtcpWriter writer;
    writer.addNack(1, m_consumer.ssrc(), sequences);
    m_consumer.onNack(*rtp::RtcpReader(writer.bytes()).next(), m_lane.clock.now());
  }
  std::optional<rtp::SenderInfo> senderReport() {
    rtp::RtcpWriter writer;
    if (!m_consumer.addSenderReport(writer, m_lane.clock.now(), {})) return std::nullopt;
    return rtp::readSenderInfo(*rtp::RtcpReader(writer.bytes()).next());
  }

  TestLane m_lane;
  int m_requests = 0;
  std::shared_ptr<Producer> m_one;
  std::shared_ptr<Producer> m_two;
  FakeOutlet m_outlet;
  RtpConsumer m_consumer{Medium::kVideo, {0xABCD, 0xEF01}, m_lane.environment, m_outlet};
};

TEST_F(RtpConsumerTest, startsAtAKeyframeUnderItsOwnHeader) {
  give(*m_one, 1);
  EXPECT_TRUE(m_outlet.sent.empty());
  give(*m_one, 2, true);
  give(*m_one, 3);
  ASSERT_EQ(m_outlet.sent.size(), 2U);
  const auto view = m_outlet.view(0);
  EXPECT_EQ(view.header().ssrc, 0xABCDU);
  EXPECT_EQ(view.header().payloadType, 120);
  EXPECT_LT(view.header().sequence, 0x8000);
  ASSERT_TRUE(view.extension(4));
  EXPECT_TRUE(std::ranges::equal(*view.extension(4), std::string_view("v0")));
  ASSERT_TRUE(view.extension(5));
  EXPECT_EQ(rtp::read16(view.extension(5)->data()), 77);
  ASSERT_TRUE(view.extension(6));
  EXPECT_EQ(view.payload().back(), 2);
  EXPECT_EQ(m_outlet.view(1).header().sequence,
            static_cast<std::uint16_t>(view.header().sequence + 1));
  EXPECT_EQ(m_outlet.view(1).header().timestamp - view.header().timestamp, 3000U);
}

TEST_F(RtpConsumerTest, startsWithTheCachedKeyframeAsSoonAsItCanSend) {
  m_outlet.open = false;
  give(*m_one, 1, true);
  give(*m_one, 2);
  m_requests = 0;
  m_outlet.open = true;
  m_consumer.onWritable();
  ASSERT_EQ(m_outlet.sent.size(), 2U);
  EXPECT_EQ(m_outlet.view(0).payload().back(), 1);
  EXPECT_EQ(m_requests, 0);
  give(*m_one, 3);
  ASSERT_EQ(m_outlet.sent.size(), 3U);
  EXPECT_EQ(m_outlet.last().header().sequence,
            static_cast<std::uint16_t>(m_outlet.view(0).header().sequence + 2));
  EXPECT_EQ(m_outlet.last().header().timestamp - m_outlet.view(0).header().timestamp, 6000U);
}

TEST_F(RtpConsumerTest, asksForAKeyframeWhenTheCachedOneIsTooOld) {
  m_outlet.open = false;
  give(*m_one, 1, true);
  m_lane.advance(2s);
  give(*m_one, 2);
  m_requests = 0;
  m_outlet.open = true;
  m_consumer.onWritable();
  EXPECT_TRUE(m_outlet.sent.empty());
  EXPECT_EQ(m_requests, 1);
}

TEST_F(RtpConsumerTest, aSwitchWaitsForANewKeyframe) {
  // The cached one is of the past: timestamps would run ahead of the clock from then on.
  give(*m_two, 50, true);
  give(*m_one, 1, true);
  m_lane.advance(500ms);
  m_requests = 0;
  m_consumer.setSource(m_two);
  EXPECT_EQ(m_outlet.sent.size(), 1U);
  EXPECT_EQ(m_requests, 1);
}

TEST_F(RtpConsumerTest, aNackIsAnsweredWithTheVerySamePacket) {
  give(*m_one, 1, true);
  give(*m_one, 2);
  m_lane.advance(20ms);
  const Bytes original = m_outlet.sent[1];
  nack({m_outlet.view(1).header().sequence});
  ASSERT_EQ(m_outlet.sent.size(), 3U);
  EXPECT_EQ(m_outlet.sent[2], original) << "another header under the same index would break GCM";
  EXPECT_EQ(m_consumer.counters().retransmitted, 1U);
}

TEST_F(RtpConsumerTest, paddingIsSentAndSentAgainAsRtpPadding) {
  router::give(m_lane, *m_one, {1, 0, true, 1, 96, false, 500});
  router::give(m_lane, *m_one, {2, 0, false, 1, 96, true, 502});
  m_lane.deliver();
  ASSERT_EQ(m_outlet.sent.size(), 2U);
  EXPECT_EQ(m_outlet.sent[0].size(), m_outlet.sent[1].size());
  EXPECT_EQ(m_outlet.view(0).padding(), 2U);
  EXPECT_EQ(m_outlet.view(0).payload().size(), 503U);
  EXPECT_EQ(m_outlet.view(1).padding(), 0U);
  m_lane.advance(20ms);
  nack({m_outlet.view(0).header().sequence});
  ASSERT_EQ(m_outlet.sent.size(), 3U);
  EXPECT_EQ(m_outlet.sent[2], m_outlet.sent[0]);
}

TEST_F(RtpConsumerTest, aNackRepeatedAtOnceIsAnsweredOnce) {
  give(*m_one, 1, true);
  const auto sequence = m_outlet.last().header().sequence;
  nack({sequence});
  nack({sequence});
  EXPECT_EQ(m_outlet.sent.size(), 2U);
  m_lane.advance(20ms);
  nack({sequence});
  EXPECT_EQ(m_outlet.sent.size(), 3U);
}

TEST_F(RtpConsumerTest, nacksForWhatWasNeverSentAreNotAnswered) {
  give(*m_one, 1, true);
  const auto sequence = m_outlet.last().header().sequence;
  nack({static_cast<std::uint16_t>(sequence - 1), static_cast<std::uint16_t>(sequence + 1)});
  EXPECT_EQ(m_outlet.sent.size(), 1U);
}

TEST_F(RtpConsumerTest, whatRetransmissionsDoNotMendAKeyframeDoes) {
  give(*m_one, 1, true);
  give(*m_one, 2);
  const auto missing = m_outlet.last().header().sequence;
  const int before = m_requests;
  for (int i = 0; i < 5; ++i, m_lane.advance(100ms)) nack({missing});
  EXPECT_EQ(m_requests, before) << "retransmissions may yet arrive";
  nack({missing});
  EXPECT_EQ(m_requests, before + 1);
  give(*m_one, 3, true);
  for (int i = 0; i < 20; ++i, m_lane.advance(100ms)) nack({missing});
  EXPECT_EQ(m_requests, before + 1) << "before the keyframe nothing is needed";
}

TEST_F(RtpConsumerTest, patienceGrowsWithTheRoundTripWhileTheViewerAsks) {
  give(*m_one, 1, true);
  const auto missing = m_outlet.last().header().sequence;
  m_lane.advance(600ms);
  rtp::ReportBlock block;
  const auto report = senderReport();
  ASSERT_TRUE(report);
  block.lastSenderReport = static_cast<std::uint32_t>(report->ntp >> 16U);
  m_lane.advance(600ms);
  m_consumer.onReport(block, m_lane.clock.now());
  const int before = m_requests;
  for (int i = 0; i < 8; ++i, m_lane.advance(100ms)) nack({missing});
  EXPECT_EQ(m_requests, before) << "the first answer may be on its way";
  nack({missing});
  EXPECT_EQ(m_requests, before + 1);
}

TEST_F(RtpConsumerTest, whatItsSourceLostMayStillComeFromThere) {
  give(*m_one, 1, true);
  give(*m_one, 3);
  const int before = m_requests;
  nack({static_cast<std::uint16_t>(m_outlet.last().header().sequence - 1)});
  EXPECT_EQ(m_requests, before);
  give(*m_one, 2);
  EXPECT_EQ(m_outlet.sent.size(), 3U);
}

TEST_F(RtpConsumerTest, whatIsForgottenAKeyframeMends) {
  give(*m_one, 1, true);
  give(*m_one, 2);
  const auto missing = m_outlet.last().header().sequence;
  for (std::uint16_t i = 3; i < 1100; ++i) give(*m_one, i);
  m_lane.advance(1s);
  const int before = m_requests;
  nack({missing});
  EXPECT_EQ(m_requests, before + 1);
}

TEST_F(RtpConsumerTest, retransmissionsAreBounded) {
  give(*m_one, 0, true);
  for (std::uint16_t i = 1; i < 500; ++i) give(*m_one, i);
  const std::size_t before = m_outlet.sent.size();
  std::vector<std::uint16_t> all;
  all.reserve(500);
  const auto first = m_outlet.view(0).header().sequence;
  for (std::uint16_t i = 0; i < 500; ++i) all.push_back(static_cast<std::uint16_t>(first + i));
  for (int i = 0; i < 10; ++i) nack(all);
  EXPECT_LE(m_outlet.sent.size() - before, 300U);
}

TEST_F(RtpConsumerTest, switchingSourcesLeavesNoGapAndWaitsForAKeyframe) {
  give(*m_one, 1, true);
  const auto before = m_outlet.last().header();
  m_lane.advance(50ms);
  m_consumer.setSource(m_two);
  give(*m_one, 2);
  give(*m_two, 700);
  EXPECT_EQ(m_outlet.sent.size(), 1U);
  give(*m_two, 701, true);
  const auto after = m_outlet.last().header();
  EXPECT_EQ(after.sequence, static_cast<std::uint16_t>(before.sequence + 1));
  EXPECT_EQ(after.timestamp - before.timestamp, 4500U) << "50 ms";
  nack({before.sequence});
  EXPECT_EQ(m_outlet.sent.size(), 2U) << "the old source's packets are gone";
}

TEST_F(RtpConsumerTest, recoveredPacketsComeLateButInTheirPlace) {
  give(*m_one, 1, true);
  give(*m_one, 3);
  give(*m_one, 2);
  ASSERT_EQ(m_outlet.sent.size(), 3U);
  EXPECT_EQ(m_outlet.view(2).header().sequence,
            static_cast<std::uint16_t>(m_outlet.view(0).header().sequence + 1));
}

TEST_F(RtpConsumerTest, takesThePayloadTypeOfTheCodecAndDropsWhatTheViewerCannotDecode) {
  auto only = parameters();
  only.codecs.erase(only.codecs.begin());  // H264 only
  m_consumer.configure(only);
  give(*m_one, 1, true);
  EXPECT_TRUE(m_outlet.sent.empty());
  EXPECT_EQ(m_consumer.counters().dropped, 1U);
  router::give(m_lane, *m_two, {5, 0, true, 1, 102});  // payload 0x10: no IDR, so nothing starts
  m_consumer.setSource(m_two);
  EXPECT_TRUE(m_outlet.sent.empty());
}

TEST_F(RtpConsumerTest, senderReportsTellTheCaptureTime) {
  EXPECT_FALSE(senderReport());
  const TimePoint capture = m_lane.clock.now() - 70ms;
  router::give(m_lane, *m_one, {1, 3000, true}, capture);
  m_lane.deliver();
  const auto timestamp = m_outlet.last().header().timestamp;
  m_lane.advance(30ms);
  const auto report = senderReport();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->ssrc, 0xABCDU);
  EXPECT_EQ(report->packets, 1U);
  EXPECT_EQ(report->rtpTime - timestamp, 9000U) << "100 ms after the capture";
  m_lane.advance(6s);
  EXPECT_FALSE(senderReport()) << "silent sources send no reports";
}

TEST_F(RtpConsumerTest, learnsTheRoundTripFromReports) {
  give(*m_one, 1, true);
  const auto report = senderReport();
  m_lane.advance(150ms);
  rtp::ReportBlock block;
  block.ssrc = 0xABCD;
  block.fractionLost = 64;
  block.cumulativeLost = 3;
  block.lastSenderReport = static_cast<std::uint32_t>(report->ntp >> 16U);
  block.delaySinceLast = 6554;  // 100 ms
  m_consumer.onReport(block, m_lane.clock.now());
  ASSERT_TRUE(m_consumer.report().roundTrip);
  EXPECT_NEAR(std::chrono::duration<double>(*m_consumer.report().roundTrip).count(), 0.05, 0.001);
  EXPECT_DOUBLE_EQ(m_consumer.report().fractionLost, 0.25);
  block.delaySinceLast = 0xFFFFFFF0;
  m_consumer.onReport(block, m_lane.clock.now());
  EXPECT_NEAR(std::chrono::duration<double>(*m_consumer.report().roundTrip).count(), 0.05, 0.2);
}

TEST_F(RtpConsumerTest, renegotiatedHeadersBeginANewStretchOfNumbers) {
  give(*m_one, 1, true);
  const auto sequence = m_outlet.last().header().sequence;
  auto changed = parameters();
  changed.extensions.mid = 9;
  m_consumer.configure(changed);
  m_lane.advance(20ms);
  nack({sequence});
  EXPECT_EQ(m_outlet.sent.size(), 1U) << "it cannot be the very same packet any more";
  give(*m_one, 2, true);
  ASSERT_EQ(m_outlet.sent.size(), 2U);
  EXPECT_EQ(m_outlet.last().header().sequence, static_cast<std::uint16_t>(sequence + 1));
  EXPECT_TRUE(m_outlet.last().extension(9));
}

TEST_F(RtpConsumerTest, tellsWhenItsSourceFlowsAndFallsSilent) {
  give(*m_one, 1, true);
  give(*m_one, 2);
  EXPECT_EQ(m_outlet.flowing, 1);
  EXPECT_FALSE(m_consumer.takeSilence(m_lane.clock.now(), 2s));
  m_lane.advance(2s);
  EXPECT_TRUE(m_consumer.takeSilence(m_lane.clock.now(), 2s));
  EXPECT_FALSE(m_consumer.takeSilence(m_lane.clock.now(), 2s));
  give(*m_one, 3);
  EXPECT_EQ(m_outlet.flowing, 2);
}

TEST_F(RtpConsumerTest, noSequenceNumberEverCarriesTwoPackets) {
  std::mt19937 random(9);
  std::map<std::uint16_t, Bytes> seen;
  std::array<std::uint16_t, 2> next{1, 40000};
  for (int i = 0; i < 8000; ++i) {
    const std::size_t which = random() % 40 == 0 ? random() % 2 : (i / 50) % 2;
    const auto& source = which == 0 ? m_one : m_two;
    if (random() % 30 == 0) m_consumer.setSource(random() % 2 == 0 ? m_one : m_two);
    const auto number =
        static_cast<std::uint16_t>(next[which]++ - (random() % 8 == 0 ? random() % 6 : 0));
    give(*source, number, random() % 10 == 0);
    m_lane.clock.advance(3ms);
    if (!m_outlet.sent.empty() && random() % 4 == 0) {
      nack({static_cast<std::uint16_t>(m_outlet.last().header().sequence - random() % 30)});
    }
  }
  for (const Bytes& packet : m_outlet.sent) {
    const auto [entry, added] = seen.try_emplace(rtp::read16(&packet[2]), packet);
    if (!added) {
      ASSERT_EQ(entry->second, packet);
    }
  }
  EXPECT_GT(seen.size(), 1000U);
}

}  // namespace
}  // namespace kms::router
