#include "sctp/stack.hpp"

#include "sctp/usr-socket.hpp"

#include <kms/base/error.hpp>
#include <kms/sctp/channel.hpp>

#include <atomic>
#include <usrsctp.h>
#include <vector>

namespace kms::sctp {

namespace {

constexpr std::uint32_t kBufferBytes = 512 * 1024;  // each way, of one association
constexpr std::uint32_t kChunksOnQueue = 10 * 1024;
constexpr std::uint32_t kMaxRtoMilliseconds = 10'000;
constexpr std::uint32_t kSackDelayMilliseconds = 20;
constexpr std::uint32_t kInitialWindow = 10;  // packets, RFC 6928
constexpr std::uint32_t kBlackHole = 2;       // no answer to packets of no association
constexpr int kClosingTicks = 100;

// The library's callbacks carry no pointer of ours, so the one Stack there is must be found.
std::atomic<Stack*> g_stack = nullptr;
// The last number given to a socket. The library outlives a Stack, and so do its numbers.
std::atomic<std::uintptr_t> g_lastId = 0;

int onOutput(void* id, void* packet, std::size_t size, std::uint8_t /*tos*/, std::uint8_t /*df*/) {
  if (UsrSocket* socket = Stack::find(id)) {
    socket->onOutput({static_cast<const std::uint8_t*>(packet), size});
  }
  return 0;
}

/// What data channels need, and nothing else that a peer could try.
void configure() {
  usrsctp_sysctl_set_sctp_sendspace(kBufferBytes);
  usrsctp_sysctl_set_sctp_recvspace(kBufferBytes);
  usrsctp_sysctl_set_sctp_max_chunks_on_queue(kChunksOnQueue);
  usrsctp_sysctl_set_sctp_initial_cwnd(kInitialWindow);
  usrsctp_sysctl_set_sctp_delayed_sack_time_default(kSackDelayMilliseconds);
  usrsctp_sysctl_set_sctp_rto_max_default(kMaxRtoMilliseconds);
  usrsctp_sysctl_set_sctp_init_rto_max_default(kMaxRtoMilliseconds);
  usrsctp_sysctl_set_sctp_pr_enable(1);
  usrsctp_sysctl_set_sctp_reconfig_enable(1);
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_nrsack_enable(0);
  usrsctp_sysctl_set_sctp_pktdrop_enable(0);
  usrsctp_sysctl_set_sctp_blackhole(kBlackHole);
}

/// Once in a process, for good: the library cannot be started a second time (README.md).
void startLibrary() {
  static const bool isStarted = [] {
    usrsctp_init_nothreads(0, onOutput, nullptr);
    configure();
    return true;
  }();
  (void)isStarted;
}

}  // namespace

Stack::Stack(io::Executor& executor) : m_executor(executor) {
  Stack* none = nullptr;
  if (!g_stack.compare_exchange_strong(none, this)) {
    throw Error(ErrorCode::kUnexpected, "SCTP runs already in this process");
  }
  startLibrary();
}

Stack::~Stack() {
  // What lingers of the sockets goes with the library's own timers.
  for (int i = 0; i < kClosingTicks; ++i) tick(kTick);
  g_stack = nullptr;
}

UsrSocket* Stack::find(const void* id) {
  const Stack* stack = g_stack;
  if (stack == nullptr) return nullptr;
  const auto found = stack->m_sockets.find(reinterpret_cast<std::uintptr_t>(id));
  return found == stack->m_sockets.end() ? nullptr : found->second;
}

std::uintptr_t Stack::add(UsrSocket& socket) {
  const std::uintptr_t id = ++g_lastId;
  if (m_sockets.empty() && m_onBusy) m_onBusy();
  m_sockets.emplace(id, &socket);
  return id;
}

void Stack::remove(std::uintptr_t id) {
  m_sockets.erase(id);
}

std::span<std::uint8_t> Stack::readBuffer() {
  if (m_readBuffer.empty()) m_readBuffer.resize(kMaxMessageSize);
  return m_readBuffer;
}

void Stack::tick(std::chrono::milliseconds elapsed) {
  m_elapsed += elapsed;
  usrsctp_handle_timers(static_cast<std::uint32_t>(elapsed.count()));
  std::vector<std::uintptr_t> ids;
  for (const auto& [id, socket] : m_sockets) {
    if (socket->isReady()) ids.push_back(id);
  }
  for (const std::uintptr_t id : ids) {
    // What one socket reads may have closed another.
    if (const auto found = m_sockets.find(id); found != m_sockets.end()) found->second->process();
  }
}

}  // namespace kms::sctp
