#include <kms/io/send-queue.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/udp.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103  // linux/udp.h; absent from older C libraries
#endif

namespace kms::io {

namespace {

constexpr std::uint32_t kMaxSegments = 64;      // the kernel's UDP_MAX_SEGMENTS
constexpr std::uint32_t kMaxAggregate = 65000;  // the longest UDP payload, with room to spare
constexpr std::uint32_t kEnough = 32;           // packets, half of what the first cache holds

template <typename Info>
std::size_t writeControl(std::uint8_t* room, int level, int type, const Info& info) {
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(sizeof info);
  header.cmsg_level = level;
  header.cmsg_type = type;
  std::memcpy(room, &header, sizeof header);
  std::memcpy(room + CMSG_LEN(0), &info, sizeof info);
  return CMSG_SPACE(sizeof info);
}

std::size_t writeSource(std::uint8_t* room, const Address& local) {
  if (local.isV6) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, local.ip.data(), sizeof info.ipi6_addr);
    return writeControl(room, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  in_pktinfo info{};
  std::memcpy(&info.ipi_spec_dst, local.ip.data(), sizeof info.ipi_spec_dst);
  return writeControl(room, IPPROTO_IP, IP_PKTINFO, info);
}

std::size_t writeMark(std::uint8_t* room, bool v6, std::uint8_t dscp) {
  const int trafficClass = dscp << 2;  // the two low bits are ECN's
  return v6 ? writeControl(room, IPPROTO_IPV6, IPV6_TCLASS, trafficClass)
            : writeControl(room, IPPROTO_IP, IP_TOS, trafficClass);
}

}  // namespace

void Flow::addHot(HotMemory& hot) const noexcept {
  hot.add(&m_queue, kCacheLine + sizeof m_control);
}

Flow::~Flow() {
  if (m_first != kNone) m_queue.flush();
}

void Flow::redirect(const UdpSocket& socket, const Address& remote, const Address& local) {
  if (m_first != kNone) m_queue.flush();
  m_fd = socket.fd();
  m_remote = remote;
  m_local = local;
  m_nameLength = remote.toSockaddr(m_name);
  m_control.fill(0);
  std::size_t length = writeSource(m_control.data(), local);
  if (m_dscp != 0) {
    length += writeMark(m_control.data() + length, local.isV6, m_dscp);
  }
  m_controlLength = static_cast<std::uint8_t>(length);
  m_segmentation = true;
}

SendQueue::SendQueue(std::size_t slots)
    // Written once, so that no packet has to wait for its memory.
    : m_data(std::make_unique<std::uint8_t[]>(slots * kPacketCapacity)),
      m_slots(slots),
      m_headers(slots),
      m_vectors(slots),
      m_controls(slots) {
  m_flows.reserve(slots);
  m_messages.reserve(slots);
}

std::span<std::uint8_t> SendQueue::reserve() {
  if (m_used == m_slots.size()) flush();
  return {slotData(m_used), kPacketCapacity};
}

std::span<std::uint8_t> SendQueue::reserve(const Flow& flow) {
  if (m_used >= kEnough && flow.m_first == Flow::kNone) flush();
  return reserve();
}

void SendQueue::commit(Flow& flow, std::size_t size) {
  const std::uint32_t slot = m_used++;
  m_slots[slot] = {static_cast<std::uint32_t>(size), Flow::kNone};
  if (flow.m_first == Flow::kNone) {
    flow.m_first = slot;
    m_flows.push_back(&flow);
  } else {
    m_slots[flow.m_last].next = slot;
  }
  flow.m_last = slot;
}

void SendQueue::send(Flow& flow, std::span<const std::uint8_t> packet) {
  if (packet.size() > kPacketCapacity) {
    ++m_counters.failed;
    return;
  }
  const auto room = reserve();
  std::memcpy(room.data(), packet.data(), packet.size());
  commit(flow, packet.size());
}

void SendQueue::flush() {
  if (m_used == 0) return;
  for (Flow* flow : m_flows) gather(*flow);
  m_flows.clear();
  transmit();
  m_messages.clear();
  m_used = 0;
}

void SendQueue::gather(Flow& flow) {
  std::uint32_t slot = std::exchange(flow.m_first, Flow::kNone);
  while (slot != Flow::kNone) {
    const std::uint32_t count = runLength(flow, slot);
    addMessage(flow, slot, count);
    for (std::uint32_t i = 0; i < count; ++i) slot = m_slots[slot].next;
  }
}

std::uint32_t SendQueue::runLength(const Flow& flow, std::uint32_t first) const {
  if (!flow.m_segmentation) return 1;
  const std::uint32_t size = m_slots[first].size;
  const std::uint32_t most = std::min(kMaxSegments, kMaxAggregate / std::max(size, 1U));
  std::uint32_t count = 1;
  std::uint32_t slot = m_slots[first].next;
  // All segments are equal, but the last may be shorter.
  while (count < most && slot != Flow::kNone && m_slots[slot].size <= size) {
    ++count;
    if (m_slots[slot].size < size) break;
    slot = m_slots[slot].next;
  }
  return count;
}

void SendQueue::addMessage(Flow& flow, std::uint32_t first, std::uint32_t count) {
  const std::size_t index = m_messages.size();
  const std::size_t vector =
      index == 0
          ? 0
          : static_cast<std::size_t>(m_headers[index - 1].msg_hdr.msg_iov - m_vectors.data()) +
                m_headers[index - 1].msg_hdr.msg_iovlen;
  m_messages.push_back({&flow, first, count});
  std::uint32_t slot = first;
  for (std::uint32_t i = 0; i < count; ++i, slot = m_slots[slot].next) {
    m_vectors[vector + i] = {slotData(slot), m_slots[slot].size};
  }
  msghdr& header = m_headers[index].msg_hdr;
  header = {};
  header.msg_name = &flow.m_name;
  header.msg_namelen = flow.m_nameLength;
  header.msg_iov = &m_vectors[vector];
  header.msg_iovlen = count;
  header.msg_control = flow.m_control.data();
  header.msg_controllen = flow.m_controlLength;
  if (count > 1) addSegmentControl(index, static_cast<std::uint16_t>(m_slots[first].size));
}

void SendQueue::addSegmentControl(std::size_t message, std::uint16_t size) {
  const Flow& flow = *m_messages[message].flow;
  std::uint8_t* room = m_controls[message].data();
  std::memcpy(room, flow.m_control.data(), flow.m_controlLength);
  msghdr& header = m_headers[message].msg_hdr;
  header.msg_control = room;
  header.msg_controllen = flow.m_controlLength +
                          writeControl(room + flow.m_controlLength, IPPROTO_UDP, UDP_SEGMENT, size);
}

void SendQueue::transmit() {
  std::size_t begin = 0;
  while (begin < m_messages.size()) {
    std::size_t end = begin + 1;
    while (end < m_messages.size() && m_messages[end].flow->m_fd == m_messages[begin].flow->m_fd)
      ++end;
    while (begin < end) begin += transmitRun(begin, end);
  }
}

std::size_t SendQueue::transmitRun(std::size_t begin, std::size_t end) {
  const int sent = ::sendmmsg(m_messages[begin].flow->m_fd, &m_headers[begin],
                              static_cast<unsigned>(end - begin), 0);
  if (sent > 0) {
    account(begin, begin + static_cast<std::size_t>(sent));
    return static_cast<std::size_t>(sent);
  }
  if (errno == EINTR) return 0;
  if (errno == EAGAIN || errno == ENOBUFS) {
    // Waiting would make everything late: recovery is the business of retransmission.
    for (std::size_t i = begin; i < end; ++i) m_counters.dropped += m_messages[i].count;
    return end - begin;
  }
  onFailure(begin);
  return 1;
}

void SendQueue::onFailure(std::size_t message) {
  if (m_messages[message].count == 1) {
    ++m_counters.failed;
    return;
  }
  // The device, the path's MTU or a filter refuses aggregates: never again to this destination.
  m_messages[message].flow->m_segmentation = false;
  sendSingly(m_messages[message]);
}

void SendQueue::sendSingly(const Message& message) {
  std::uint32_t slot = message.first;
  for (std::uint32_t i = 0; i < message.count; ++i, slot = m_slots[slot].next) {
    iovec vector{slotData(slot), m_slots[slot].size};
    msghdr header{};
    header.msg_name = &message.flow->m_name;
    header.msg_namelen = message.flow->m_nameLength;
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = message.flow->m_control.data();
    header.msg_controllen = message.flow->m_controlLength;
    if (::sendmsg(message.flow->m_fd, &header, 0) < 0) {
      ++m_counters.failed;
      continue;
    }
    ++m_counters.packets;
    ++m_counters.messages;
    m_counters.bytes += m_slots[slot].size;
  }
}

void SendQueue::account(std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    m_counters.packets += m_messages[i].count;
    m_counters.bytes += m_headers[i].msg_len;
    if (m_messages[i].count == 1) continue;
    ++m_counters.aggregates;
    m_counters.segments += m_messages[i].count;
  }
  m_counters.messages += end - begin;
}

}  // namespace kms::io
