// Candidate lines as browsers and libnice write them, priorities and foundations.
#include <kms/base/error.hpp>
#include <kms/ice/candidate.hpp>
#include <kms/ice/credentials.hpp>

#include <gtest/gtest.h>

#include <random>

namespace kms::ice {
namespace {

TEST(Candidate, readsABrowsersHostLine) {
  const auto parsed = Candidate::parse(
      "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.1 rport 46154 "
      "generation 0 ufrag Yx2k network-id 1 network-cost 10");
  ASSERT_TRUE(parsed.candidate);
  const Candidate& candidate = *parsed.candidate;
  EXPECT_EQ(candidate.foundation, "842163049");
  EXPECT_EQ(candidate.component, 1U);
  EXPECT_EQ(candidate.transport, Transport::Udp);
  EXPECT_EQ(candidate.priority, 1677729535U);
  EXPECT_EQ(candidate.address, Address::parse("203.0.113.7", 46154));
  EXPECT_EQ(candidate.type, CandidateType::ServerReflexive);
  EXPECT_EQ(candidate.related, Address::parse("10.0.0.1", 46154));
  EXPECT_EQ(candidate.baseAddress(), *candidate.related);
}

TEST(Candidate, readsTcpAndIpv6AndTheAttributePrefix) {
  const auto parsed =
      Candidate::parse("a=candidate:6 2 TCP 1015022079 2001:db8::1 9 typ host tcptype active\r\n");
  ASSERT_TRUE(parsed.candidate);
  EXPECT_EQ(parsed.candidate->transport, Transport::Tcp);
  EXPECT_EQ(parsed.candidate->tcpType, TcpType::Active);
  EXPECT_EQ(parsed.candidate->component, 2U);
  EXPECT_TRUE(parsed.candidate->address.isV6);
}

/// Kurento's test_ice_candidates: each kind of line, over each transport and address family.
TEST(KurentoTestIceCandidates, testExpr) {
  struct Expected {
    const char* line;
    Transport transport;
    CandidateType type;
    std::optional<Address> address;
    std::optional<Address> related;
    TcpType tcpType = TcpType::None;
  };
  const Expected all[] = {
      {"1 1 UDP 2013266431 192.0.2.1 40000 typ host", Transport::Udp, CandidateType::Host,
       Address::parse("192.0.2.1", 40000), std::nullopt},
      {"2 1 udp 2013266430 2001:db8::1 40001 typ host", Transport::Udp, CandidateType::Host,
       Address::parse("2001:db8::1", 40001), std::nullopt},
      {"3 1 TCP 1015021823 192.0.2.1 9 typ host tcptype active", Transport::Tcp,
       CandidateType::Host, Address::parse("192.0.2.1", 9), std::nullopt, TcpType::Active},
      {"4 1 TCP 1010827519 2001:db8::1 40002 typ host tcptype passive", Transport::Tcp,
       CandidateType::Host, Address::parse("2001:db8::1", 40002), std::nullopt, TcpType::Passive},
      {"5 1 UDP 1677721855 198.51.100.1 40003 typ srflx raddr 192.0.2.1 rport 40000",
       Transport::Udp, CandidateType::ServerReflexive, Address::parse("198.51.100.1", 40003),
       Address::parse("192.0.2.1", 40000)},
      {"6 1 UDP 335544575 2001:db8::9 40004 typ relay raddr 2001:db8::1 rport 40001",
       Transport::Udp, CandidateType::Relayed, Address::parse("2001:db8::9", 40004),
       Address::parse("2001:db8::1", 40001)},
  };
  for (const auto& [line, transport, type, address, related, tcpType] : all) {
    const auto parsed = Candidate::parse("candidate:" + std::string(line));
    ASSERT_TRUE(parsed.candidate) << line;
    EXPECT_EQ(parsed.candidate->transport, transport) << line;
    EXPECT_EQ(parsed.candidate->type, type) << line;
    EXPECT_EQ(parsed.candidate->address, address) << line;
    EXPECT_EQ(parsed.candidate->related, related) << line;
    EXPECT_EQ(parsed.candidate->tcpType, tcpType) << line;
  }
}

TEST(Candidate, writesWhatItReads) {
  for (const std::string line :
       {"candidate:1 1 UDP 2015363327 192.168.0.2 40000 typ host",
        "candidate:2 1 UDP 1679819007 203.0.113.7 40000 typ srflx raddr 192.168.0.2 rport 40000",
        "candidate:3 1 UDP 505413887 2001:db8::7 3478 typ relay raddr 203.0.113.7 rport 40000",
        "candidate:4 1 TCP 1015022079 192.168.0.2 9 typ host tcptype active",
        "candidate:5 256 UDP 1 0.0.0.1 0 typ prflx raddr 0.0.0.0 rport 0"}) {
    const auto parsed = Candidate::parse(line);
    ASSERT_TRUE(parsed.candidate) << line;
    EXPECT_EQ(parsed.candidate->text(), line);
  }
}

TEST(Candidate, tellsHostNamesFromBrokenLines) {
  EXPECT_EQ(
      Candidate::parse(
          "candidate:1 1 udp 2113937151 8f6b4f4c-9a3b-4b8e-8a3f-3d3f6d1b2c1a.local 5 typ host")
          .error,
      CandidateError::Unresolvable);
  EXPECT_EQ(Candidate::parse("candidate:1 1 udp 1 turn.example.org 5 typ relay").error,
            CandidateError::Unresolvable);
  for (const std::string_view line :
       {"", "candidate:", "candidate", "a=", "candidate:1 1 udp 1 1.2.3.4 5 typ",
        "candidate:1 1 udp 1 1.2.3.4 5 host typ", "candidate:1 0 udp 1 1.2.3.4 5 typ host",
        "candidate:1 257 udp 1 1.2.3.4 5 typ host", "candidate:1 1 sctp 1 1.2.3.4 5 typ host",
        "candidate:1 1 udp -1 1.2.3.4 5 typ host",
        "candidate:1 1 udp 4294967296 1.2.3.4 5 typ host",
        "candidate:1 1 udp 1 1.2.3.4 65536 typ host", "candidate:1 1 udp 1 1.2.3.4 5x typ host",
        "candidate:1 1 udp 1 1.2.3.400 5 typ host", "candidate:1 1 udp 1 1.2.3.4 5 typ other",
        "candidate:1 1 udp 1 ::g 5 typ host",
        "candidate:123456789012345678901234567890123 1 udp 1 1.2.3.4 5 typ host"}) {
    EXPECT_EQ(Candidate::parse(line).error, CandidateError::Malformed) << line;
  }
  EXPECT_EQ(Candidate::parse("candidate:" + std::string(5000, 'a')).error,
            CandidateError::Malformed);
}

TEST(Candidate, survivesMutatedLines) {
  std::mt19937 random(2);
  const std::string line =
      "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 10.0.0.1 rport 46154";
  std::size_t parsed = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string copy = line;
    for (unsigned change = random() % 4; change > 0; --change) {
      copy[random() % copy.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) copy.resize(random() % copy.size());
    const auto result = Candidate::parse(copy);
    EXPECT_NE(result.candidate.has_value(), result.error != CandidateError::None);
    if (!result.candidate) continue;
    ++parsed;
    EXPECT_TRUE(Candidate::parse(result.candidate->text()).candidate) << copy;
  }
  EXPECT_GT(parsed, 1000U);
}

TEST(CandidatePriority, followsTheFormula) {
  EXPECT_EQ(candidatePriority(CandidateType::Host, 65535, 1), 2130706431U);
  EXPECT_EQ(candidatePriority(CandidateType::Relayed, 0, 256), 0U);
  EXPECT_GT(candidatePriority(CandidateType::PeerReflexive, 0, 1),
            candidatePriority(CandidateType::ServerReflexive, 65535, 1));
}

TEST(LocalPreference, isDistinctPerFamilyAndInterface) {
  const auto v4 = *Address::parse("192.0.2.1", 1);
  const auto v6 = *Address::parse("2001:db8::1", 1);
  const auto linkLocal = *Address::parse("fe80::1", 1);
  EXPECT_GT(localPreference(v6, 0), localPreference(v4, 0));
  EXPECT_GT(localPreference(v4, 9), localPreference(linkLocal, 0));
  EXPECT_GT(localPreference(v4, 0), localPreference(v4, 1));
}

TEST(CandidateFoundation, dependsOnTypeBaseAndServerOnly) {
  const auto base = *Address::parse("192.0.2.1", 1);
  const auto samePlace = *Address::parse("192.0.2.1", 2);
  const auto server = *Address::parse("198.51.100.1", 3478);
  EXPECT_EQ(candidateFoundation(CandidateType::Host, base),
            candidateFoundation(CandidateType::Host, samePlace));
  EXPECT_NE(candidateFoundation(CandidateType::Host, base),
            candidateFoundation(CandidateType::ServerReflexive, base, server));
}

TEST(Credentials, areDrawnFromIceCharsAndDiffer) {
  const auto first = Credentials::generate(secureRandom());
  const auto second = Credentials::generate(secureRandom());
  EXPECT_EQ(first.ufrag.size(), 8U);
  EXPECT_EQ(first.pwd.size(), 24U);
  EXPECT_NE(first, second);
  EXPECT_NO_THROW(first.validate("local"));
}

TEST(Credentials, areRefusedWhenUnusable) {
  for (const std::string ufrag : {"", "a:b", "a b", "a\n"}) {
    EXPECT_THROW((Credentials{ufrag, "password"}).validate("remote"), Error) << ufrag;
  }
  EXPECT_THROW((Credentials{"ufrag", std::string(257, 'x')}).validate("remote"), Error);
}

}  // namespace
}  // namespace kms::ice
