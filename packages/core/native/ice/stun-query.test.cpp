#include "test-network.hpp"

#include <kms/ice/stun-query.hpp>

#include <gtest/gtest.h>

namespace kms::ice::test {
namespace {

const TransactionId kId = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const Address kMapped = at("203.0.113.7", 4000);

StunWriter success(const TransactionId& id = kId) {
  StunWriter writer(StunClass::Success, kStunBinding, id);
  writer.addXorAddress(StunAttribute::XorMappedAddress, kMapped);
  return writer;
}

class StunQueryTest : public ::testing::Test {
 protected:
  ManualClock clock;
  StunQuery query{kId, clock.now()};
};

TEST_F(StunQueryTest, asksWithAFingerprintAndTakesTheAnswer) {
  const auto message = StunMessage::parse(query.request());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->messageClass(), StunClass::Request);
  EXPECT_EQ(message->transactionId(), kId);
  EXPECT_EQ(message->fingerprint(), StunMessage::Check::Valid);
  EXPECT_FALSE(query.isDone());
  EXPECT_TRUE(query.handlePacket(success().bytes()));
  EXPECT_TRUE(query.isDone());
  EXPECT_EQ(query.mapped(), kMapped);
  EXPECT_EQ(query.nextDeadline(), TimePoint::max());
  EXPECT_FALSE(query.handlePacket(success().bytes())) << "answered already";
}

TEST_F(StunQueryTest, sendsAgainWithDoublingPausesAndGivesUp) {
  const TimePoint start = clock.now();
  std::vector<Duration> sends;
  while (!query.isDone()) {
    clock.advance(query.nextDeadline() - clock.now());
    if (query.onTimer(clock.now())) sends.push_back(clock.now() - start);
  }
  const std::vector<Duration> wanted = {milliseconds(500), milliseconds(1500), milliseconds(3500),
                                        milliseconds(7500)};
  EXPECT_EQ(sends, wanted);
  EXPECT_EQ(clock.now() - start, milliseconds(15500));
  EXPECT_EQ(query.mapped(), std::nullopt);
  EXPECT_EQ(query.failure(), "no answer");
}

TEST_F(StunQueryTest, aRefusalEndsIt) {
  StunWriter writer(StunClass::Error, kStunBinding, kId);
  writer.addError(420, "Unknown Attribute");
  EXPECT_TRUE(query.handlePacket(writer.bytes()));
  EXPECT_TRUE(query.isDone());
  EXPECT_EQ(query.failure(), "420 Unknown Attribute");
}

TEST_F(StunQueryTest, anAnswerWithoutAddressIsNone) {
  EXPECT_TRUE(query.handlePacket(StunWriter(StunClass::Success, kStunBinding, kId).bytes()));
  EXPECT_TRUE(query.isDone());
  EXPECT_EQ(query.mapped(), std::nullopt);
  EXPECT_EQ(query.failure(), "answer without address");
}

TEST_F(StunQueryTest, whatIsNoAnswerChangesNothing) {
  EXPECT_FALSE(query.handlePacket(success({9}).bytes()));
  EXPECT_FALSE(query.handlePacket(query.request()));
  StunWriter damaged = success();
  damaged.addFingerprint();
  Octets octets(damaged.bytes().begin(), damaged.bytes().end());
  octets.back() ^= 1U;
  EXPECT_FALSE(query.handlePacket(octets));
  std::mt19937 random(4);
  const auto good = success();
  for (int round = 0; round < 5000; ++round) {
    Octets copy(good.bytes().begin(), good.bytes().end());
    copy[8 + random() % 12] ^= static_cast<std::uint8_t>(1 + random() % 255);
    copy.resize(random() % (copy.size() + 1));
    EXPECT_FALSE(query.handlePacket(copy));
  }
  EXPECT_FALSE(query.isDone());
}

}  // namespace
}  // namespace kms::ice::test
