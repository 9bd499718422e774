// STUN reader and writer against RFC 5769's vectors, hostile input and each other.
#include <kms/ice/stun.hpp>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace kms::ice {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets fromHex(std::string_view hex) {
  Octets out;
  std::string pair;
  for (const char c : hex) {
    if (c == ' ') continue;
    pair += c;
    if (pair.size() < 2) continue;
    out.push_back(static_cast<std::uint8_t>(std::stoi(pair, nullptr, 16)));
    pair.clear();
  }
  return out;
}

constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769 2.1
const Octets kRequest = fromHex(
    "00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74"
    "00240004 6e0001ff 80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020"
    "00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf");
// RFC 5769 2.2
const Octets kResponseV4 = fromHex(
    "0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220"
    "00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7"
    "80280004 c07d4c96");
// RFC 5769 2.3
const Octets kResponseV6 = fromHex(
    "01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220"
    "00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1"
    "1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c");
TEST(StunMessage, readsTheSampleRequestOfRfc5769) {
  ASSERT_TRUE(isStun(kRequest));
  const auto message = StunMessage::parse(kRequest);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->messageClass(), StunClass::Request);
  EXPECT_EQ(message->method(), kStunBinding);
  EXPECT_EQ(message->text(StunAttribute::Username), "evtj:h6vY");
  EXPECT_EQ(message->text(StunAttribute::Software), "STUN test client");
  EXPECT_EQ(message->number32(StunAttribute::Priority), 0x6E0001FFU);
  EXPECT_EQ(message->number64(StunAttribute::IceControlled), 0x932FF9B151263B36ULL);
  EXPECT_EQ(message->integrity(kPassword), StunMessage::Check::Valid);
  EXPECT_EQ(message->integrity("VOkJxbRl1RmTxUk/WvJxBT"), StunMessage::Check::Invalid);
  EXPECT_EQ(message->fingerprint(), StunMessage::Check::Valid);
  EXPECT_TRUE(message->unknownRequired().empty());
  EXPECT_EQ(usernameFragment(kRequest), "evtj");
}

TEST(StunMessage, readsTheSampleResponsesOfRfc5769) {
  for (const auto& [octets, ip] : {std::pair{kResponseV4, "192.0.2.1"},
                                   {kResponseV6, "2001:db8:1234:5678:11:2233:4455:6677"}}) {
    const auto message = StunMessage::parse(octets);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->messageClass(), StunClass::Success);
    EXPECT_EQ(message->mappedAddress(), Address::parse(ip, 32853));
    EXPECT_EQ(message->integrity(kPassword), StunMessage::Check::Valid);
    EXPECT_EQ(message->fingerprint(), StunMessage::Check::Valid);
    EXPECT_EQ(transactionTag(octets), 0xB7E7A701U);
    EXPECT_FALSE(usernameFragment(octets));
  }
}

TEST(StunMessage, verifiesTheLongTermSampleOfRfc5769) {
  const Octets octets = fromHex(
      "00010060 2112a442 78ad3433 c6ad72c0 29da412e 00060012 e3839ee3 8388e383 aae38383 e382afe3"
      "82b90000 0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341"
      "0014000b 6578616d 706c652e 6f726700 00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666");
  const auto message = StunMessage::parse(octets);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text(StunAttribute::Realm), "example.org");
  // key = MD5(username ":" realm ":" SASLprep(password)); the password is "TheMatrIX" after
  // SASLprep.
  const std::string plain(std::string(*message->text(StunAttribute::Username)) +
                          ":example.org:TheMatrIX");
  std::array<std::uint8_t, 16> key{};
  unsigned length = 0;
  ASSERT_EQ(EVP_Digest(plain.data(), plain.size(), key.data(), &length, EVP_md5(), nullptr), 1);
  EXPECT_EQ(message->integrity({reinterpret_cast<const char*>(key.data()), length}),
            StunMessage::Check::Valid);
}

TEST(StunMessage, noticesEachFlippedBit) {
  for (std::size_t bit = 0; bit < kRequest.size() * 8; ++bit) {
    Octets copy = kRequest;
    copy[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto message = StunMessage::parse(copy);
    if (!message) continue;
    EXPECT_NE(message->fingerprint(), StunMessage::Check::Valid) << "bit " << bit;
  }
}

TEST(StunMessage, refusesEachTruncation) {
  for (std::size_t size = 0; size < kRequest.size(); ++size) {
    EXPECT_FALSE(StunMessage::parse(ByteView(kRequest).first(size))) << size;
  }
}

TEST(StunMessage, refusesBytesBehindTheFingerprint) {
  Octets copy = kRequest;
  copy.insert(copy.end(), {0x80, 0x22, 0, 0});
  copy[3] = static_cast<std::uint8_t>(copy[3] + 4);
  EXPECT_FALSE(StunMessage::parse(copy));
}

TEST(StunMessage, ignoresAttributesBehindTheIntegrity) {
  TransactionId id{1, 2, 3};
  StunWriter writer(StunClass::Request, kStunBinding, id);
  writer.add(StunAttribute::Username, "a:b");
  writer.sign("password");
  writer.addFlag(StunAttribute::UseCandidate);
  writer.addFingerprint();
  const auto message = StunMessage::parse(writer.bytes());
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->find(StunAttribute::UseCandidate));
  EXPECT_EQ(message->integrity("password"), StunMessage::Check::Valid);
}

TEST(StunMessage, listsUnknownRequiredAttributesOnly) {
  StunWriter writer(StunClass::Request, kStunBinding, {});
  // A type that nobody has assigned.
  // is the point
  writer.add32(static_cast<StunAttribute>(0x7777), 1);
  // A type that nobody has assigned.
  // is the point
  writer.add32(static_cast<StunAttribute>(0xC057), 1);
  const auto message = StunMessage::parse(writer.bytes());
  ASSERT_TRUE(message);
  ASSERT_EQ(message->unknownRequired().size(), 1U);
  EXPECT_EQ(message->unknownRequired()[0], 0x7777);
}

TEST(StunMessage, leavesOtherProtocolsAlone) {
  EXPECT_FALSE(isStun({}));
  Octets dtls(64, 0);
  dtls[0] = 22;
  Octets rtp(64, 0);
  rtp[0] = 0x80;
  EXPECT_FALSE(isStun(dtls));
  EXPECT_FALSE(isStun(rtp));
  EXPECT_FALSE(usernameFragment(dtls));
  EXPECT_FALSE(transactionTag(rtp));
}

TEST(StunWriter, writesWhatTheReaderReads) {
  const TransactionId id{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2};
  const auto address = Address::parse("fe80::1", 4711);
  StunWriter writer(StunClass::Error, 0x00FF, id);
  writer.addError(487, "Role Conflict");
  writer.addXorAddress(StunAttribute::XorMappedAddress, *address);
  writer.add64(StunAttribute::IceControlling, 0x0102030405060708ULL);
  writer.sign("key");
  writer.addFingerprint();
  const auto message = StunMessage::parse(writer.bytes());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->messageClass(), StunClass::Error);
  EXPECT_EQ(message->method(), 0x00FF);
  EXPECT_EQ(message->transactionId(), id);
  ASSERT_TRUE(message->error());
  EXPECT_EQ(message->error()->code, 487);
  EXPECT_EQ(message->error()->reason, "Role Conflict");
  EXPECT_EQ(message->mappedAddress(), address);
  EXPECT_EQ(message->number64(StunAttribute::IceControlling), 0x0102030405060708ULL);
  EXPECT_EQ(message->integrity("key"), StunMessage::Check::Valid);
  EXPECT_EQ(message->fingerprint(), StunMessage::Check::Valid);
}

TEST(StunWriter, givesNothingWhenTheBufferIsFull) {
  StunWriter writer(StunClass::Request, kStunBinding, {});
  const Octets large(1500, 'x');
  writer.add(StunAttribute::Username, ByteView(large));
  EXPECT_FALSE(writer.bytes().empty());
  writer.add(StunAttribute::Realm, ByteView(large));
  writer.sign("key");
  writer.addFingerprint();
  EXPECT_TRUE(writer.bytes().empty());
}

TEST(StunMessage, survivesMutatedMessages) {
  std::mt19937 random(1);
  std::size_t parsed = 0;
  for (int round = 0; round < 20000; ++round) {
    Octets copy = round % 2 == 0 ? kRequest : kResponseV6;
    const auto changes = random() % 6;
    for (unsigned change = 0; change < changes; ++change) {
      copy[random() % copy.size()] = static_cast<std::uint8_t>(random());
    }
    if (random() % 4 == 0) copy.resize(random() % (copy.size() + 8));
    (void)usernameFragment(copy);
    (void)transactionTag(copy);
    const auto message = StunMessage::parse(copy);
    if (!message) continue;
    ++parsed;
    (void)message->mappedAddress();
    (void)message->error();
    (void)message->integrity(kPassword);
    (void)message->fingerprint();
  }
  EXPECT_GT(parsed, 1000U);
}

}  // namespace
}  // namespace kms::ice
