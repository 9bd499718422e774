#include "io/bind-both.hpp"

#include <kms/base/error.hpp>
#include <kms/io/udp-socket.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <utility>

namespace kms::io {

namespace {

constexpr int kSocketBuffer = 4 << 20;

bool enable(int fd, int level, int option) {
  const int on = 1;
  return ::setsockopt(fd, level, option, &on, sizeof on) == 0;
}

void setBuffer(int fd, int forced, int plain) {
  const int size = kSocketBuffer;
  // The forced form ignores the system's limit, but needs CAP_NET_ADMIN.
  if (::setsockopt(fd, SOL_SOCKET, forced, &size, sizeof size) != 0) {
    ::setsockopt(fd, SOL_SOCKET, plain, &size, sizeof size);
  }
}

bool configure(int fd, bool v6) {
  setBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
  setBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
  if (!v6) return enable(fd, IPPROTO_IP, IP_PKTINFO);
  return enable(fd, IPPROTO_IPV6, IPV6_V6ONLY) && enable(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

}  // namespace

UdpSocket::UdpSocket(bool v6, std::uint16_t port)
    : m_fd(::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      m_v6(v6) {
  const bool isBound = m_fd.valid() && configure(m_fd.get(), v6) && bindAny(m_fd.get(), v6, port);
  const auto local = isBound ? io::localAddress(m_fd.get()) : std::nullopt;
  if (!local) failBind("UDP", port);
  m_port = local->port;
}

void UdpSocket::attach(IoThread& thread, PacketPool& pool, UdpReceiver& receiver) {
  m_thread = &thread;
  m_pool = &pool;
  m_receiver = &receiver;
  thread.watch(m_fd.get(), EPOLLIN, *this);
}

void UdpSocket::detach() noexcept {
  if (m_thread == nullptr) return;
  m_thread->unwatch(m_fd.get(), *this);
  m_thread = nullptr;
  for (auto& packet : m_packets) packet.reset();
  m_used = kBatch;
}

void UdpSocket::onReady(std::uint32_t) {
  for (int round = 0; round < kBatchesPerRound && m_thread != nullptr; ++round) {
    const int count = receiveBatch();
    if (count <= 0) return;
    const TimePoint now = m_thread->updateNow();
    for (int i = 0; i < count; ++i) deliver(static_cast<std::size_t>(i), now);
    m_receiver->onBatchEnd();
    if (static_cast<std::size_t>(count) < kBatch) return;
  }
}

std::size_t UdpSocket::prepare() {
  // Only the places that the last batch used need anything.
  for (std::size_t i = 0; i < m_used; ++i) {
    if (!m_packets[i]) m_packets[i] = m_pool->allocate();
    if (!m_packets[i]) {
      m_used = kBatch;
      return i;
    }
    m_vectors[i] = {m_packets[i]->data.data(), kPacketCapacity};
    msghdr& header = m_messages[i].msg_hdr;
    header = {};
    header.msg_name = &m_names[i];
    header.msg_namelen = sizeof m_names[i];
    header.msg_iov = &m_vectors[i];
    header.msg_iovlen = 1;
    header.msg_control = m_controls[i].data();
    header.msg_controllen = m_controls[i].size();
  }
  m_used = 0;
  return kBatch;
}

int UdpSocket::receiveBatch() {
  const std::size_t ready = prepare();
  if (ready == 0) {
    // The pool is empty: read one datagram away, so that the loop neither spins nor stalls.
    std::uint8_t sink = 0;
    if (::recv(m_fd.get(), &sink, sizeof sink, 0) >= 0) m_receiver->onDropped();
    return 0;
  }
  int count = 0;
  do {
    count = ::recvmmsg(m_fd.get(), m_messages.data(), static_cast<unsigned>(ready), 0, nullptr);
  } while (count < 0 && errno == EINTR);
  if (count > 0) m_used = std::max(m_used, static_cast<std::size_t>(count));
  return count;
}

void UdpSocket::deliver(std::size_t index, TimePoint now) {
  const auto remote = Address::fromSockaddr(reinterpret_cast<sockaddr*>(&m_names[index]));
  const auto local = localAddress(index);
  const bool truncated = (m_messages[index].msg_hdr.msg_flags & MSG_TRUNC) != 0;
  if (!remote || !local || truncated) {
    m_receiver->onDropped();
    return;  // the packet stays in its place for the next batch
  }
  PacketRef packet = std::exchange(m_packets[index], {});
  packet->size = m_messages[index].msg_len;
  packet->received = now;
  packet->remote = *remote;
  packet->local = *local;
  m_receiver->onDatagram(std::move(packet));
}

std::optional<Address> UdpSocket::localAddress(std::size_t index) {
  msghdr& header = m_messages[index].msg_hdr;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    Address address;
    address.port = m_port;
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      std::memcpy(address.ip.data(), &info.ipi_addr, sizeof info.ipi_addr);
      return address;
    }
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(part), sizeof info);
      std::memcpy(address.ip.data(), &info.ipi6_addr, sizeof info.ipi6_addr);
      address.isV6 = true;
      return address;
    }
  }
  return std::nullopt;
}

namespace {

bool hasIpv6() {
  try {
    const UdpSocket probe(true, 0);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

UdpSocketPair bindUdpPair(std::uint16_t port) {
  return bindBoth<UdpSocketPair>(port, hasIpv6());
}

}  // namespace kms::io
