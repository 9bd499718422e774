#include "sctp/usr-socket.hpp"

#include "sctp/stack.hpp"

#include <kms/base/error.hpp>
#include <kms/sctp/data-channels.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <usrsctp.h>
#include <utility>

namespace kms::sctp {

namespace {

constexpr std::size_t kCommonHeader = 12;  // RFC 9260 3.1; the library's path MTU is without it
constexpr std::size_t kMaxStreamsAtOnce = kStreams;
// The library bounds its send buffer by bytes alone, and a message of one byte costs it hundreds:
// after so many, it gets no more until all have arrived.
constexpr std::uint32_t kMaxSinceDry = 8192;

void* addressOf(std::uintptr_t id) {
  return reinterpret_cast<void*>(id);
}

sockaddr_conn address(std::uintptr_t id, std::uint16_t port) {
  sockaddr_conn result{};
  result.sconn_family = AF_CONN;
  result.sconn_port = htons(port);
  result.sconn_addr = addressOf(id);
  return result;
}

void onUpcall(struct ::socket* /*socket*/, void* id, int /*flags*/) {
  if (UsrSocket* socket = Stack::find(id)) socket->setReady();
}

sctp_prinfo limitOf(const OutgoingMessage& message) {
  if (message.maxRetransmits) return {SCTP_PR_SCTP_RTX, *message.maxRetransmits};
  if (!message.maxPacketLifeTime) return {SCTP_PR_SCTP_NONE, 0};
  // With 0 the library would take the message as reliable.
  return {SCTP_PR_SCTP_TTL, std::max<std::uint32_t>(*message.maxPacketLifeTime, 1)};
}

bool isTemporary(int error) {
  return error == EWOULDBLOCK || error == EAGAIN || error == EALREADY || error == EINPROGRESS;
}

}  // namespace

UsrSocket::UsrSocket(Stack& stack, SocketListener& listener, const Config& config, std::size_t mtu)
    : m_stack(stack), m_listener(listener), m_id(stack.add(*this)) {
  usrsctp_register_address(addressOf(m_id));
  m_socket = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  try {
    if (m_socket == nullptr) throw Error(ErrorCode::kNotEnoughResources, "no SCTP socket");
    configure(mtu);
    bind(config.localPort);
    connect(config.remotePort);
  } catch (const Error&) {
    if (m_socket != nullptr) usrsctp_close(m_socket);
    usrsctp_deregister_address(addressOf(m_id));
    m_stack.remove(m_id);
    throw;
  }
}

UsrSocket::~UsrSocket() {
  m_stack.remove(m_id);  // first: what closing still has to say finds nobody
  usrsctp_set_upcall(m_socket, nullptr, nullptr);
  usrsctp_close(m_socket);
  usrsctp_deregister_address(addressOf(m_id));
}

void UsrSocket::setOption(int option, const void* value, std::size_t size) {
  if (usrsctp_setsockopt(m_socket, IPPROTO_SCTP, option, value, static_cast<socklen_t>(size)) == 0)
    return;
  throw Error(ErrorCode::kNotEnoughResources,
              "SCTP option " + std::to_string(option) + ": " + std::strerror(errno));
}

void UsrSocket::configure(std::size_t mtu) {
  usrsctp_set_non_blocking(m_socket, 1);
  usrsctp_set_upcall(m_socket, onUpcall, addressOf(m_id));
  const linger atOnce{1, 0};
  usrsctp_setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
  const std::uint32_t on = 1;
  const std::uint32_t off = 0;
  setOption(SCTP_NODELAY, &on, sizeof on);
  setOption(SCTP_RECVRCVINFO, &on, sizeof on);
  // One message is read whole before the next begins.
  setOption(SCTP_FRAGMENT_INTERLEAVE, &off, sizeof off);
  const sctp_assoc_value resets{SCTP_ALL_ASSOC, SCTP_ENABLE_RESET_STREAM_REQ};
  setOption(SCTP_ENABLE_STREAM_RESET, &resets, sizeof resets);
  for (const std::uint16_t type : {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT,
                                   SCTP_PARTIAL_DELIVERY_EVENT, SCTP_SENDER_DRY_EVENT}) {
    const sctp_event event{SCTP_ALL_ASSOC, type, 1};
    setOption(SCTP_EVENT, &event, sizeof event);
  }
  sctp_initmsg init{};
  init.sinit_num_ostreams = kStreams;
  init.sinit_max_instreams = kStreams;
  setOption(SCTP_INITMSG, &init, sizeof init);
  sctp_paddrparams path{};
  path.spp_flags = SPP_PMTUD_DISABLE;
  path.spp_pathmtu = static_cast<std::uint32_t>(mtu - kCommonHeader);
  setOption(SCTP_PEER_ADDR_PARAMS, &path, sizeof path);
}

void UsrSocket::bind(std::uint16_t localPort) {
  sockaddr_conn local = address(m_id, localPort);
  if (usrsctp_bind(m_socket, reinterpret_cast<sockaddr*>(&local), sizeof local) == 0) return;
  throw Error(ErrorCode::kNotEnoughResources, std::string("SCTP bind: ") + std::strerror(errno));
}

void UsrSocket::connect(std::uint16_t remotePort) {
  sockaddr_conn remote = address(m_id, remotePort);
  const int result = usrsctp_connect(m_socket, reinterpret_cast<sockaddr*>(&remote), sizeof remote);
  if (result == 0 || errno == EINPROGRESS) return;
  throw Error(ErrorCode::kNotEnoughResources, std::string("SCTP connect: ") + std::strerror(errno));
}

void UsrSocket::receive(std::span<const std::uint8_t> packet) {
  usrsctp_conninput(addressOf(m_id), packet.data(), packet.size(), 0);
  if (m_ready) process();
}

SendResult UsrSocket::send(const OutgoingMessage& message) {
  if (m_sinceDry >= kMaxSinceDry) return SendResult::kLater;
  sctp_sendv_spa spa{};
  spa.sendv_flags = SCTP_SEND_SNDINFO_VALID;
  spa.sendv_sndinfo.snd_sid = message.stream;
  spa.sendv_sndinfo.snd_ppid = htonl(message.ppid);
  spa.sendv_sndinfo.snd_flags = message.ordered ? 0 : SCTP_UNORDERED;
  spa.sendv_prinfo = limitOf(message);
  if (spa.sendv_prinfo.pr_policy != SCTP_PR_SCTP_NONE) spa.sendv_flags |= SCTP_SEND_PRINFO_VALID;
  const auto sent = usrsctp_sendv(m_socket, message.payload.data(), message.payload.size(), nullptr,
                                  0, &spa, sizeof spa, SCTP_SENDV_SPA, 0);
  if (sent >= 0) {
    ++m_sinceDry;
    return SendResult::kTaken;
  }
  return isTemporary(errno) ? SendResult::kLater : SendResult::kFailed;
}

SendResult UsrSocket::reset(std::span<const std::uint16_t> streams) {
  const auto some = streams.first(std::min(streams.size(), kMaxStreamsAtOnce));
  alignas(sctp_reset_streams)
      std::array<std::uint8_t, sizeof(sctp_reset_streams) + kMaxStreamsAtOnce * 2>
          buffer{};
  auto* request = reinterpret_cast<sctp_reset_streams*>(buffer.data());
  request->srs_assoc_id = SCTP_ALL_ASSOC;
  request->srs_flags = SCTP_STREAM_RESET_OUTGOING;
  request->srs_number_streams = static_cast<std::uint16_t>(some.size());
  std::memcpy(buffer.data() + sizeof(sctp_reset_streams), some.data(), some.size_bytes());
  const std::size_t size = sizeof(sctp_reset_streams) + some.size_bytes();
  if (usrsctp_setsockopt(m_socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, buffer.data(),
                         static_cast<socklen_t>(size)) == 0) {
    return SendResult::kTaken;
  }
  return isTemporary(errno) ? SendResult::kLater : SendResult::kFailed;
}

void UsrSocket::process() {
  m_ready = false;
  bool mayRead = true;
  do {
    mayRead = m_listener.mayRead();
  } while (mayRead && readOne());
  if (!mayRead) m_ready = true;  // tried again with the next packet or tick
  const bool isWritable = (usrsctp_get_events(m_socket) & SCTP_EVENT_WRITE) != 0;
  if (isWritable && !m_isDown) m_listener.onWritable();
}

bool UsrSocket::readOne() {
  sctp_rcvinfo info{};
  socklen_t infoSize = sizeof info;
  unsigned infoType = 0;
  int flags = 0;
  const auto buffer = m_stack.readBuffer();
  const auto size = usrsctp_recvv(m_socket, buffer.data(), buffer.size(), nullptr, nullptr, &info,
                                  &infoSize, &infoType, &flags);
  if (size <= 0) return false;
  const auto part = buffer.first(static_cast<std::size_t>(size));
  if ((flags & MSG_NOTIFICATION) != 0) {
    onNotification(part);
  } else if (infoType == SCTP_RECVV_RCVINFO) {
    take(info.rcv_sid, ntohl(info.rcv_ppid), part, (flags & MSG_EOR) != 0);
  }
  return true;
}

void UsrSocket::take(std::uint16_t stream, std::uint32_t ppid, std::span<const std::uint8_t> part,
                     bool isEnd) {
  if (isEnd && m_partial.empty() && !m_discarding) {
    return m_listener.onMessage(stream, ppid, part);
  }
  if (m_partial.size() + part.size() > kMaxMessageSize) m_discarding = true;
  if (!m_discarding) m_partial.insert(m_partial.end(), part.begin(), part.end());
  if (!isEnd) return;
  const Bytes message = std::exchange(m_partial, {});
  if (std::exchange(m_discarding, false)) return m_listener.onTooLong();
  m_listener.onMessage(stream, ppid, message);
}

void UsrSocket::onNotification(std::span<const std::uint8_t> notification) {
  sctp_notification event{};
  if (notification.size() < sizeof event.sn_header || m_isDown) return;
  std::memcpy(&event, notification.data(), std::min(notification.size(), sizeof event));
  switch (event.sn_header.sn_type) {
    case SCTP_ASSOC_CHANGE:
      return onAssociation(event);
    case SCTP_STREAM_RESET_EVENT:
      // With its list of streams, which the union has no room for.
      return onStreamReset(*reinterpret_cast<const sctp_notification*>(notification.data()),
                           notification.size());
    case SCTP_PARTIAL_DELIVERY_EVENT:
      m_partial.clear();
      m_discarding = false;
      return;
    case SCTP_SENDER_DRY_EVENT:
      m_sinceDry = 0;
      return;
    default:
      return;
  }
}

void UsrSocket::onAssociation(const sctp_notification& event) {
  const sctp_assoc_change& change = event.sn_assoc_change;
  switch (change.sac_state) {
    case SCTP_COMM_UP:
    case SCTP_RESTART:
      return m_listener.onUp(std::min(change.sac_outbound_streams, change.sac_inbound_streams));
    case SCTP_COMM_LOST:
    case SCTP_SHUTDOWN_COMP:
    case SCTP_CANT_STR_ASSOC:
      m_isDown = true;
      return m_listener.onDown();
    default:
      return;
  }
}

void UsrSocket::onStreamReset(const sctp_notification& event, std::size_t size) {
  const sctp_stream_reset_event& reset = event.sn_strreset_event;
  const std::size_t whole = std::min<std::size_t>(size, reset.strreset_length);
  if (whole < sizeof reset) return;
  const std::span streams(reset.strreset_stream_list, (whole - sizeof reset) / 2);
  const auto flags = reset.strreset_flags;
  if ((flags & SCTP_STREAM_RESET_INCOMING_SSN) != 0) m_listener.onPeerReset(streams);
  if ((flags & SCTP_STREAM_RESET_OUTGOING_SSN) != 0) {
    const bool refused = (flags & (SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED)) != 0;
    m_listener.onReset(streams, !refused);
  }
}

}  // namespace kms::sctp
