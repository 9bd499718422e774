#include <kms/base/error.hpp>
#include <kms/io/send-queue.hpp>
#include <kms/io/udp-socket.hpp>

#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <vector>

namespace kms::io {
namespace {

using namespace std::chrono_literals;

/// Keeps what arrives, with the addresses; `await` waits for a number of datagrams.
class Inbox final : public UdpReceiver {
 public:
  struct Datagram {
    std::vector<std::uint8_t> bytes;
    Address remote;
    Address local;
  };

  void onDatagram(PacketRef packet) override {
    const std::scoped_lock lock(m_mutex);
    const auto bytes = packet->bytes();
    m_datagrams.push_back({{bytes.begin(), bytes.end()}, packet->remote, packet->local});
    m_changed.notify_all();
  }
  void onDropped() override {
    const std::scoped_lock lock(m_mutex);
    ++m_dropped;
    m_changed.notify_all();
  }
  void onBatchEnd() override {}

  std::vector<Datagram> await(std::size_t count, int dropped = 0) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, 5s,
                       [&] { return m_datagrams.size() >= count && m_dropped >= dropped; });
    return m_datagrams;
  }
  int dropped() {
    const std::scoped_lock lock(m_mutex);
    return m_dropped;
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<Datagram> m_datagrams;
  int m_dropped = 0;
};

/// Reads a datagram and gives its traffic class; -1 when none comes, or it has none.
int trafficClassOfNext(const UdpSocket& socket) {
  pollfd ready{socket.fd(), POLLIN, 0};
  if (::poll(&ready, 1, 5000) != 1) return -1;
  std::array<std::uint8_t, kPacketCapacity> data{};
  alignas(cmsghdr) std::array<std::uint8_t, 256> control{};
  iovec vector{data.data(), data.size()};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  if (::recvmsg(socket.fd(), &header, 0) < 0) return -1;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_TOS) return *CMSG_DATA(part);
    if (part->cmsg_level != IPPROTO_IPV6 || part->cmsg_type != IPV6_TCLASS) continue;
    int value = 0;
    std::memcpy(&value, CMSG_DATA(part), sizeof value);
    return value;
  }
  return -1;
}

class Udp : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    m_sender = bindUdpPair(0);
    m_receiver = bindUdpPair(0);
    if (isV6() && !m_sender.v6) GTEST_SKIP() << "no IPv6 here";
    socket(m_receiver).attach(m_thread, m_pool, m_inbox);
    m_thread.start([] {});
  }
  void TearDown() override {
    if (m_receiver.v4) m_thread.post([this] { socket(m_receiver).detach(); });
    m_thread.stop();
  }
  [[nodiscard]] bool isV6() const { return GetParam(); }
  UdpSocket& socket(UdpSocketPair& pair) { return isV6() ? *pair.v6 : *pair.v4; }
  [[nodiscard]] Address loopback(std::uint16_t port) const {
    return *Address::parse(isV6() ? "::1" : "127.0.0.1", port);
  }
  void aim(Flow& flow) {
    flow.redirect(socket(m_sender), loopback(m_receiver.v4->port()), loopback(m_sender.v4->port()));
  }

  SystemClock m_clock;
  PacketPool m_pool{256};
  Inbox m_inbox;
  UdpSocketPair m_sender;
  UdpSocketPair m_receiver;
  IoThread m_thread{m_clock, "udp"};
  SendQueue m_queue{64};
};

std::vector<std::uint8_t> filled(std::size_t size, std::uint8_t value) {
  return std::vector<std::uint8_t>(size, value);
}

TEST_P(Udp, tellsBothAddressesOfADatagram) {
  Flow flow(m_queue);
  aim(flow);
  m_queue.send(flow, filled(10, 1));
  m_queue.flush();
  const auto got = m_inbox.await(1);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].remote, loopback(m_sender.v4->port()));
  EXPECT_EQ(got[0].local, loopback(m_receiver.v4->port()));
}

TEST_P(Udp, givesManyFlowsToTheKernelInPortionsAndNoneInTwo) {
  constexpr std::size_t kFlows = 20;
  constexpr std::size_t kEach = 3;
  std::vector<std::unique_ptr<Flow>> flows;
  for (std::size_t i = 0; i < kFlows; ++i) {
    Flow& flow = *flows.emplace_back(std::make_unique<Flow>(m_queue));
    aim(flow);
    for (std::size_t j = 0; j < kEach; ++j) {
      m_queue.reserve(flow)[0] = static_cast<std::uint8_t>(i);
      m_queue.commit(flow, 1);
    }
  }
  EXPECT_GT(m_queue.counters().messages, 0U);
  EXPECT_LT(m_queue.counters().messages, kFlows);
  m_queue.flush();
  EXPECT_EQ(m_queue.counters().messages, kFlows);
  const auto got = m_inbox.await(kFlows * kEach);
  ASSERT_EQ(got.size(), kFlows * kEach);
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].bytes[0], i / kEach);
}

TEST_P(Udp, segmentsRunsOfOneDestinationAndKeepsTheirOrder) {
  Flow flow(m_queue);
  aim(flow);
  const std::size_t sizes[] = {500, 500, 500, 100, 700, 700, 701, 20};
  std::uint8_t mark = 0;
  for (const std::size_t size : sizes) m_queue.send(flow, filled(size, mark++));
  m_queue.flush();
  const auto got = m_inbox.await(std::size(sizes));
  ASSERT_EQ(got.size(), std::size(sizes));
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].bytes, filled(sizes[i], static_cast<std::uint8_t>(i)));
  }
  EXPECT_EQ(m_queue.counters().packets, std::size(sizes));
  EXPECT_EQ(m_queue.counters().messages, 3U) << "500x3+100, 700x2, 701+20";
  EXPECT_EQ(m_queue.counters().aggregates, 3U);
  EXPECT_EQ(m_queue.counters().segments, std::size(sizes));
}

TEST_P(Udp, marksThePacketsOfAFlowWithItsCodePoint) {
  const UdpSocket plain(isV6(), 0);
  const int on = 1;
  ASSERT_EQ(::setsockopt(plain.fd(), isV6() ? IPPROTO_IPV6 : IPPROTO_IP,
                         isV6() ? IPV6_RECVTCLASS : IP_RECVTOS, &on, sizeof on),
            0);
  Flow flow(m_queue);
  flow.setDscp(46);
  flow.redirect(socket(m_sender), loopback(plain.port()), loopback(m_sender.v4->port()));
  for (const std::size_t size : {10U, 500U, 500U}) m_queue.send(flow, filled(size, 1));
  m_queue.flush();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(trafficClassOfNext(plain), 46 << 2) << i;
}

TEST_P(Udp, interleavedDestinationsEachGetTheirOwn) {
  Flow first(m_queue);
  Flow second(m_queue);
  aim(first);
  aim(second);
  for (std::uint8_t i = 0; i < 10; ++i) m_queue.send(i % 2 == 0 ? first : second, filled(300, i));
  m_queue.flush();
  EXPECT_EQ(m_inbox.await(10).size(), 10U);
  EXPECT_EQ(m_queue.counters().messages, 2U);
}

TEST_P(Udp, flushesByItselfWhenTheSlabIsFull) {
  Flow flow(m_queue);
  aim(flow);
  for (int i = 0; i < 65; ++i) m_queue.send(flow, filled(50, static_cast<std::uint8_t>(i)));
  EXPECT_EQ(m_inbox.await(64).size(), 64U);
  m_queue.flush();
  EXPECT_EQ(m_inbox.await(65).size(), 65U);
}

TEST_P(Udp, aFlowThatGoesAwayStillSendsWhatWasQueued) {
  {
    Flow flow(m_queue);
    aim(flow);
    m_queue.send(flow, filled(10, 1));
  }
  EXPECT_EQ(m_inbox.await(1).size(), 1U);
}

TEST_P(Udp, countsAndDropsDatagramsThatAreTooLong) {
  const auto huge = filled(kPacketCapacity + 1, 0);
  sockaddr_storage name{};
  const socklen_t length = loopback(m_receiver.v4->port()).toSockaddr(name);
  ::sendto(socket(m_sender).fd(), huge.data(), huge.size(), 0, reinterpret_cast<sockaddr*>(&name),
           length);
  Flow flow(m_queue);
  aim(flow);
  m_queue.send(flow, huge);
  m_queue.send(flow, filled(10, 1));
  m_queue.flush();
  EXPECT_EQ(m_inbox.await(1, 1).size(), 1U);
  EXPECT_EQ(m_inbox.dropped(), 1);
  EXPECT_EQ(m_queue.counters().failed, 1U);
}

TEST_P(Udp, aPortThatIsTakenIsNamedInTheError) {
  const std::uint16_t port = m_sender.v4->port();
  try {
    [[maybe_unused]] const auto again = bindUdpPair(port);
    FAIL() << "bound twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40009);
    EXPECT_NE(std::string(error.what()).find(std::to_string(port)), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Udp, ::testing::Values(false, true),
                         [](const auto& test) { return test.param ? "IPv6" : "IPv4"; });

}  // namespace
}  // namespace kms::io
