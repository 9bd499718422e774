#include "test-network.hpp"

#include <kms/ice/turn.hpp>

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace kms::ice::test {
namespace {

const Address kRelayed = at("198.51.100.9", 50000);
const Address kMapped = at("203.0.113.7", 4000);
const Address kPeer = at("192.0.2.44", 6000);
const Octets kData = {1, 2, 3, 4, 5};

std::string keyOf(const std::string& text) {
  std::array<unsigned char, 16> digest{};
  std::size_t length = digest.size();
  EVP_Q_digest(nullptr, "MD5", nullptr, text.data(), text.size(), digest.data(), &length);
  return {digest.begin(), digest.end()};
}

/// A client and a server that answers as a TURN server does, with knobs for its faults.
class Turn : public ::testing::Test, public TurnListener {
 protected:
  void make(bool isReliable = false) {
    TurnConfig config;
    config.username = "user";
    config.password = password;
    config.isReliable = isReliable;
    config.random = seeded(11);
    client = std::make_unique<TurnClient>(std::move(config), clock, *this);
    client->start();
  }
  void SetUp() override { make(); }

  void onTurnSend(ByteView message) override { sent.emplace_back(message.begin(), message.end()); }
  void onRelayed(const Address& relayed, const std::optional<Address>& mapped) override {
    EXPECT_EQ(relayed, kRelayed);
    EXPECT_EQ(mapped, kMapped);
    ++relayedTold;
  }
  void onAlternateServer(const Address& server) override { alternates.push_back(server); }
  void onTurnFailed(const std::string& reason) override { failures.push_back(reason); }
  /// Refuses what was asked last, with an ALTERNATE-SERVER of these octets.
  void redirect(const Octets& alternate) {
    const auto request = StunMessage::parse(sent.back());
    ASSERT_TRUE(request);
    StunWriter writer(StunClass::Error, request->method(), request->transactionId());
    writer.addError(300, "Try Alternate");
    if (!alternate.empty()) writer.add(StunAttribute::AlternateServer, ByteView(alternate));
    (void)client->handlePacket(writer.bytes());
  }

  /// Answers all that was sent; returns how many requests of `method` there were.
  unsigned serve(std::uint16_t method = kTurnAllocate) {
    unsigned found = 0;
    for (int round = 0; round < 10 && !sent.empty(); ++round) {
      for (const Octets& packet : std::exchange(sent, {})) {
        const auto message = StunMessage::parse(packet);
        if (!message || message->messageClass() != StunClass::Request) continue;
        found += message->method() == method ? 1 : 0;
        answer(*message);
      }
    }
    return found;
  }
  void answer(const StunMessage& request) {
    const auto nonceSent = request.text(StunAttribute::Nonce);
    if (!request.hasIntegrity()) return refuse(request, 401, "Unauthorized");
    if (request.integrity(key) != StunMessage::Check::Valid || refusesAll) {
      return refuse(request, 401, "Unauthorized");
    }
    if (nonceSent != nonce) return refuse(request, 438, "Stale Nonce");
    if (request.method() == refusedMethod) return refuse(request, 403, "Forbidden");
    StunWriter writer(StunClass::Success, request.method(), request.transactionId());
    if (request.method() == kTurnAllocate) {
      EXPECT_EQ(request.number32(StunAttribute::RequestedTransport), 17U << 24U);
      writer.addXorAddress(StunAttribute::XorRelayedAddress, kRelayed);
      writer.addXorAddress(StunAttribute::XorMappedAddress, kMapped);
    }
    if (request.method() == kTurnAllocate || request.method() == kTurnRefresh) {
      writer.add32(StunAttribute::Lifetime, lifetime);
    }
    writer.sign(key);
    (void)client->handlePacket(writer.bytes());
  }
  void refuse(const StunMessage& request, int code, std::string_view reason) {
    StunWriter writer(StunClass::Error, request.method(), request.transactionId());
    writer.addError(code, reason);
    if (code == 401 || code == 438) {
      writer.add(StunAttribute::Realm, std::string_view("realm"));
      writer.add(StunAttribute::Nonce, nonce);
    }
    (void)client->handlePacket(writer.bytes());
  }
  void pass(Duration time) {
    const TimePoint end = clock.now() + time;
    while (client->nextDeadline() <= end) {
      if (client->nextDeadline() > clock.now()) clock.advance(client->nextDeadline() - clock.now());
      client->onTimer();
      if (isServing) serve();
    }
    clock.advance(end - clock.now());
  }
  void permit() {
    serve();
    EXPECT_FALSE(client->send(kPeer, kData)) << "no permission yet";
    EXPECT_EQ(serve(kTurnCreatePermission), 1U);
  }
  static Octets channelData(std::uint16_t number, const Octets& data) {
    Octets packet = {static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number), 0,
                     static_cast<std::uint8_t>(data.size())};
    packet.insert(packet.end(), data.begin(), data.end());
    return packet;
  }

  ManualClock clock;
  std::string password = "secret";
  const std::string key = keyOf("user:realm:secret");
  std::string nonce = "first";
  std::uint32_t lifetime = 600;
  std::uint16_t refusedMethod = 0;
  bool refusesAll = false;
  bool isServing = true;
  std::vector<Octets> sent;
  std::vector<Address> alternates;
  std::vector<std::string> failures;
  int relayedTold = 0;
  std::unique_ptr<TurnClient> client;
};

TEST_F(Turn, allocatesWithTheCredentialsThatTheServerAsksFor) {
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_FALSE(StunMessage::parse(sent[0])->hasIntegrity()) << "nothing to sign with yet";
  EXPECT_EQ(serve(), 2U);
  EXPECT_EQ(relayedTold, 1);
  EXPECT_EQ(client->relayed(), kRelayed);
  EXPECT_TRUE(failures.empty());
}

TEST_F(Turn, aWrongPasswordIsToldOnce) {
  password = "wrong";
  sent.clear();
  make();
  serve();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0], "401 Unauthorized");
  EXPECT_FALSE(client->relayed());
  EXPECT_EQ(client->nextDeadline(), TimePoint::max());
}

TEST_F(Turn, aSilentServerIsAskedFiveTimesAndGivenUp) {
  isServing = false;
  pass(seconds(20));
  EXPECT_EQ(sent.size(), 5U);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0], "no answer");
}

TEST_F(Turn, overAStreamNothingIsSentTwice) {
  sent.clear();
  make(true);
  isServing = false;
  pass(seconds(20));
  EXPECT_EQ(sent.size(), 1U);
  EXPECT_EQ(failures.size(), 1U);
}

TEST_F(Turn, refreshesAMinuteBeforeTheEndAndFollowsStaleNonces) {
  serve();
  nonce = "second";
  pass(seconds(539));
  EXPECT_TRUE(sent.empty());
  isServing = false;
  pass(milliseconds(1200));
  EXPECT_EQ(serve(kTurnRefresh), 2U) << "once with the stale nonce, once with the fresh one";
  EXPECT_TRUE(failures.empty());
  isServing = true;
  pass(std::chrono::hours(1));
  EXPECT_EQ(client->relayed(), kRelayed);
}

TEST_F(Turn, aServerThatNeverLikesTheNonceIsGivenUp) {
  serve();
  isServing = false;
  pass(seconds(541));
  for (int round = 0; round < 10 && !sent.empty(); ++round) {
    nonce += "x";
    const auto request = std::exchange(sent, {});
    refuse(*StunMessage::parse(request[0]), 438, "Stale Nonce");
  }
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0], "438 Stale Nonce");
}

TEST_F(Turn, anAllocationThatTheServerEndsIsLost) {
  serve();
  lifetime = 0;
  pass(seconds(541));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_FALSE(client->relayed());
  EXPECT_FALSE(client->send(kPeer, kData));
}

TEST_F(Turn, sendsByIndicationOnceThePeerIsPermitted) {
  permit();
  EXPECT_TRUE(client->send(kPeer, kData));
  const auto message = StunMessage::parse(sent.at(0));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->messageClass(), StunClass::Indication);
  EXPECT_EQ(message->method(), kTurnSend);
  EXPECT_EQ(message->xorAddress(StunAttribute::XorPeerAddress), kPeer);
  const auto data = message->find(StunAttribute::Data);
  ASSERT_TRUE(data);
  EXPECT_TRUE(std::equal(data->begin(), data->end(), kData.begin(), kData.end()));
  EXPECT_TRUE(client->send(at("192.0.2.44", 7000), kData)) << "permissions are for addresses";
}

TEST_F(Turn, aPeerThatTheServerForbidsGetsNothing) {
  refusedMethod = kTurnCreatePermission;
  permit();
  EXPECT_FALSE(client->send(kPeer, kData));
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(client->counters().notPermitted, 2U);
}

TEST_F(Turn, permissionsAndChannelsAreRenewed) {
  permit();
  client->bindChannel(kPeer);
  client->bindChannel(kPeer);
  EXPECT_EQ(serve(kTurnChannelBind), 1U);
  EXPECT_EQ(client->channel(kPeer), 0x4000);
  isServing = false;
  clock.advance(seconds(241));
  client->onTimer();
  unsigned renewals = 0;
  for (const Octets& packet : sent) {
    const auto method = StunMessage::parse(packet)->method();
    renewals += method == kTurnCreatePermission || method == kTurnChannelBind ? 1 : 0;
  }
  EXPECT_EQ(renewals, 2U);
}

TEST_F(Turn, takesDataOfChannelsAndIndications) {
  permit();
  client->bindChannel(kPeer);
  serve();
  const Octets packet = channelData(0x4000, kData);
  auto got = client->handlePacket(packet);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->peer, kPeer);
  EXPECT_TRUE(std::equal(got->data.begin(), got->data.end(), kData.begin(), kData.end()));
  StunWriter writer(StunClass::Indication, kTurnData, {7});
  writer.addXorAddress(StunAttribute::XorPeerAddress, at("192.0.2.44", 7000));
  writer.add(StunAttribute::Data, ByteView(kData));
  got = client->handlePacket(writer.bytes());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->peer, at("192.0.2.44", 7000));
}

TEST_F(Turn, dropsDataOfStrangersAndOfBrokenLength) {
  permit();
  client->bindChannel(kPeer);
  serve();
  EXPECT_FALSE(client->handlePacket(channelData(0x4001, kData)));
  StunWriter writer(StunClass::Indication, kTurnData, {7});
  writer.addXorAddress(StunAttribute::XorPeerAddress, at("192.0.2.45", 6000));
  writer.add(StunAttribute::Data, ByteView(kData));
  EXPECT_FALSE(client->handlePacket(writer.bytes()));
  EXPECT_EQ(client->counters().unknownPeer, 2U);
  Octets longer = channelData(0x4000, kData);
  longer[3] = 200;
  EXPECT_FALSE(client->handlePacket(longer));
  EXPECT_FALSE(client->handlePacket(Octets{0x40, 0}));
  EXPECT_EQ(client->counters().malformed, 2U);
}

TEST_F(Turn, anAnswerThatDoesNotKnowThePasswordCountsForNothing) {
  refuse(*StunMessage::parse(std::exchange(sent, {})[0]), 401, "Unauthorized");
  const auto request = StunMessage::parse(sent.at(0));
  StunWriter forged(StunClass::Success, kTurnAllocate, request->transactionId());
  forged.addXorAddress(StunAttribute::XorRelayedAddress, kPeer);
  forged.sign("guess");
  EXPECT_FALSE(client->handlePacket(forged.bytes()));
  StunWriter bare(StunClass::Success, kTurnAllocate, request->transactionId());
  bare.addXorAddress(StunAttribute::XorRelayedAddress, kPeer);
  EXPECT_FALSE(client->handlePacket(bare.bytes()));
  EXPECT_EQ(client->counters().badIntegrity, 2U);
  EXPECT_FALSE(client->relayed());
  serve();
  EXPECT_EQ(client->relayed(), kRelayed);
}

TEST_F(Turn, asksForABoundedNumberOfPeers) {
  serve();
  for (unsigned i = 0; i < 200; ++i) {
    (void)client->send(at(("192.0.2." + std::to_string(i)).c_str(), 1), kData);
  }
  EXPECT_EQ(sent.size(), 64U);
}

TEST_F(Turn, givesTheAllocationBack) {
  serve();
  client->close();
  ASSERT_EQ(sent.size(), 1U);
  const auto message = StunMessage::parse(sent[0]);
  EXPECT_EQ(message->method(), kTurnRefresh);
  EXPECT_EQ(message->number32(StunAttribute::Lifetime), 0U);
  EXPECT_EQ(client->nextDeadline(), TimePoint::max());
}

TEST_F(Turn, aHostileServerNeitherCrashesItNorIsFollowed) {
  permit();
  client->bindChannel(kPeer);
  serve();
  StunWriter indication(StunClass::Indication, kTurnData, {7});
  indication.addXorAddress(StunAttribute::XorPeerAddress, kPeer);
  indication.add(StunAttribute::Data, ByteView(kData));
  std::vector<Octets> samples = {channelData(0x4000, kData)};
  samples.emplace_back(indication.bytes().begin(), indication.bytes().end());
  std::mt19937 random(3);
  for (int round = 0; round < 20000; ++round) {
    Octets copy = samples[random() % samples.size()];
    for (unsigned change = random() % 8; change > 0; --change) {
      copy[random() % copy.size()] = static_cast<std::uint8_t>(random());
    }
    copy.resize(random() % (copy.size() + 1));
    const auto got = client->handlePacket(copy);
    EXPECT_TRUE(!got || got->data.size() <= copy.size());
  }
  EXPECT_EQ(client->relayed(), kRelayed);
  EXPECT_TRUE(sent.empty()) << "nothing is sent for what nobody asked for";
}

TEST_F(Turn, namesTheServerThatItIsSentTo) {
  redirect({0, 1, 0x0D, 0x96, 198, 51, 100, 20});
  ASSERT_EQ(alternates.size(), 1U);
  EXPECT_EQ(alternates[0], at("198.51.100.20", 3478));
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(client->nextDeadline(), TimePoint::max());
  sent.clear();
  client->close();
  EXPECT_TRUE(sent.empty()) << "there is no allocation to give back";
}

TEST_F(Turn, failsWhenItIsSentNowhere) {
  const std::vector<Octets> nowhere = {
      {},                                // no attribute
      {0, 1, 0, 0, 198, 51, 100, 20},    // port 0
      {0, 1, 0x0D, 0x96, 198, 51, 100},  // too short
      {0, 9, 0x0D, 0x96, 1, 2, 3, 4},    // no family
  };
  for (const Octets& alternate : nowhere) {
    failures.clear();
    make();
    redirect(alternate);
    EXPECT_EQ(failures, std::vector<std::string>{"300 Try Alternate"});
  }
  EXPECT_TRUE(alternates.empty());
}

TEST_F(Turn, isNotSentAwayFromAnAllocation) {
  serve();
  ASSERT_EQ(relayedTold, 1);
  (void)client->send(kPeer, kData);
  redirect({0, 1, 0x0D, 0x96, 198, 51, 100, 20});
  EXPECT_TRUE(alternates.empty());
  EXPECT_EQ(client->relayed(), kRelayed);
}

}  // namespace
}  // namespace kms::ice::test
