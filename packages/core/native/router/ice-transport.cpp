#include "router/ice-transport.hpp"

#include "router/protocol-drops.hpp"

#include <kms/base/error.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

// We say "success" only to requests that knew the password, so what else comes from there is the
// peer's.
bool isSuccessResponse(std::span<const std::uint8_t> packet) {
  return packet.size() >= 2 && packet[0] == 0x01 && packet[1] == 0x01;
}

}  // namespace

IceTransport::IceTransport(ThreadContext& context, IceTransportListener& listener)
    : m_context(context),
      m_listener(listener),
      m_credentials(ice::Credentials::generate(ice::secureRandom())),
      m_gatherer(context, *this),
      m_timer(context.environment().timers,
              [this] {
                m_agent->onTimer();
                rearm();
              }),
      m_flow(context.sendQueue()) {
  m_tag = context.addTransport(m_credentials.ufrag, *this);
  ice::Config config;
  config.local = m_credentials;
  config.transactionTag = m_tag;
  ice::AgentListener& self = *this;
  m_agent = std::make_unique<ice::Agent>(config, context.environment().clock, self);
}

IceTransport::~IceTransport() {
  close();
}

void IceTransport::close() {
  if (std::exchange(m_closed, true)) return;
  m_hasConsent = false;
  m_timer.stop();
  m_context.sendQueue().flush();  // the goodbyes, before their socket goes
  m_context.removeTransport(*this);
  m_gatherer.close();
  if (m_private) m_private->detach();
}

void IceTransport::gather(const GatherOptions& options) {
  m_gatherer.start(options, m_tag);
}

void IceTransport::setRemote(bool isControlling, const ice::Credentials& remote) {
  // The agent is made before the role is known; the call says no more than that this side controls.
  if (isControlling) m_agent->setRemoteLite();
  m_agent->setRemoteCredentials(remote.ufrag, remote.pwd);
  rearm();
}

void IceTransport::addRemoteCandidate(const std::string& text) {
  const auto parsed = ice::Candidate::parse(text);
  if (parsed.error == ice::CandidateError::Malformed) {
    throw Error(ErrorCode::kAddCandidate,
                "candidate '" + text.substr(0, 200) + "' cannot be parsed");
  }
  if (parsed.candidate) m_agent->addRemoteCandidate(*parsed.candidate);
  rearm();
}

void IceTransport::endOfRemoteCandidates() {
  m_agent->endOfRemoteCandidates();
  rearm();
}

const ice::Credentials& IceTransport::restart() {
  const ice::Credentials fresh = ice::Credentials::generate(ice::secureRandom());
  if (!m_previousUfrag.empty()) m_context.removeUfrag(m_previousUfrag);
  m_previousUfrag = m_credentials.ufrag;
  m_credentials = fresh;
  m_context.addUfrag(fresh.ufrag, *this);
  m_agent->restart(fresh.ufrag, fresh.pwd);
  rearm();
  return m_credentials;
}

void IceTransport::rearm() {
  const TimePoint deadline = m_agent->nextDeadline();
  if (deadline == TimePoint::max() || m_closed) {
    m_timer.stop();
  } else {
    m_timer.start(deadline);
  }
}

// Candidates.

void IceTransport::onCandidate(const ice::Candidate& candidate) {
  if (m_closed) return;
  giveLocals();
  m_listener.onLocalCandidate(candidate);
}

void IceTransport::onGatheringDone() {
  if (!m_closed) m_listener.onGatheringDone();
}

void IceTransport::onGatheringProblem(const std::string& problem) {
  if (m_closed) return;
  giveLocals();
  const bool isRelayLost = m_way == Way::Relay && m_gatherer.relayFor(m_path.base) == nullptr;
  if (isRelayLost) m_agent->closePath(m_path);
  rearm();
  m_listener.onGatheringProblem(problem);
}

void IceTransport::onQuery(std::span<const std::uint8_t> request, const Address& base,
                           const Address& server) {
  if (const io::UdpSocket* socket = m_context.socketFor(server)) {
    m_context.sendNow(*socket, request, base, server);
  }
}

void IceTransport::giveLocals() {
  std::vector<ice::Candidate> locals = m_gatherer.candidates();
  for (ice::Candidate& each : locals) {
    const bool isReplaced = m_private && each.transport == ice::Transport::Udp &&
                            each.type == ice::CandidateType::Host &&
                            each.address.isV6 == m_private->isV6();
    if (!isReplaced) continue;
    each.address.port = m_private->port();
    if (each.base) each.base->port = m_private->port();
  }
  m_agent->setLocalCandidates(std::move(locals));
  rearm();
}

/// The peer's address is another transport's here already: both ends are servers with shared ports
/// (perhaps both are we). DTLS and SRTP from there could not be told apart, so this transport goes
/// on from a port of its own, which the peer learns of from our checks.
void IceTransport::usePrivateSocket(bool v6) {
  if (m_private) return;
  try {
    m_private = std::make_unique<io::UdpSocket>(v6, 0);
    m_context.attach(*m_private, *this);
    giveLocals();
  } catch (const Error&) {
    m_private.reset();  // out of descriptors: checks go unanswered, and ICE fails
  }
}

// In.

void IceTransport::onStun(std::span<const std::uint8_t> packet, const ice::Path& path) {
  if (m_closed) return countDrop(DropReason::kAfterEnd);
  const bool isUdp = path.transport == ice::Transport::Udp;
  if (isUdp && m_gatherer.handleStun(packet)) return;
  if (isUdp && isShared(path.base) && m_context.isTaken(path.remote, *this)) {
    countDrop(DropReason::kIceRefused);
    if (mayComeToUdp()) usePrivateSocket(path.remote.isV6);
    return;
  }
  const ice::Counters before = m_agent->counters();
  m_agent->handlePacket(packet, path);
  addDrops([this](DropReason reason, std::uint64_t packets) { countDrop(reason, packets); },
           kIceDrops, m_agent->counters(), before);
  rearm();
}

void IceTransport::countDrop(DropReason reason, std::uint64_t packets) {
  m_drops[reason] += packets;
  m_context.environment().countDrop(reason, packets);
}

void IceTransport::onDatagram(io::PacketRef packet) {
  if (!ThreadContext::dispatch(std::move(packet), *this)) m_context.countMalformed();
}

void IceTransport::onRelayedPacket(io::PacketRef packet) {
  if (m_closed) return countDrop(DropReason::kAfterEnd);
  onDatagram(std::move(packet));
}

void IceTransport::onTcpClosed(const ice::Path& path) {
  if (m_closed) return;
  m_agent->closePath(path);
  rearm();
}

bool IceTransport::isUsing(const Address& remote) const {
  if (m_closed) return false;
  return mayComeToUdp() || (m_way == Way::Udp && m_hasConsent && m_path.remote == remote);
}

/// No UDP path yet, and no other one is nominated.
bool IceTransport::mayComeToUdp() const {
  return m_way != Way::Udp && m_agent->state() != ice::State::Ready;
}

// Out.

const io::UdpSocket* IceTransport::socketFor(const Address& local) const {
  return isShared(local) || !m_private ? m_context.socketFor(local) : m_private.get();
}

void IceTransport::onSend(std::span<const std::uint8_t> packet, const ice::Path& path) {
  const bool isSuccess = isSuccessResponse(packet);
  if (path.transport == ice::Transport::Tcp) {
    if (isSuccess) m_context.tcp().authenticate(path, *this);
    m_context.tcp().send(path, packet, *this);
  } else if (Relay* relay = m_gatherer.relayFor(path.base)) {
    relay->send(path.remote, packet);
  } else {
    sendUdp(packet, path, isSuccess);
  }
}

void IceTransport::sendUdp(std::span<const std::uint8_t> packet, const ice::Path& path,
                           bool isSuccess) {
  if (isSuccess && isShared(path.base)) m_context.bindAddress(path.remote, *this);
  if (const io::UdpSocket* socket = socketFor(path.base)) {
    m_context.sendNow(*socket, packet, path.base, path.remote);
  }
}

void IceTransport::onStateChanged(ice::State state) {
  if (m_closed) return;
  m_gatherer.keepMappings(state != ice::State::Ready && state != ice::State::Failed);
  m_listener.onIceStateChanged(state);
}

void IceTransport::onSelectedPair(const ice::SelectedPair& pair) {
  if (m_closed) return;
  const ice::Path& path = pair.path;
  if (path.transport == ice::Transport::Tcp) {
    m_way = Way::Tcp;
  } else if (Relay* relay = m_gatherer.relayFor(path.base)) {
    m_way = Way::Relay;
    relay->favour(path.remote);
  } else if (const io::UdpSocket* socket = socketFor(path.base)) {
    m_way = Way::Udp;
    m_flow.redirect(*socket, path.remote, path.base);
    if (isShared(path.base)) m_context.bindAddress(path.remote, *this);
  } else {
    return;
  }
  m_path = path;
  m_hasConsent = true;
  m_listener.onPathSelected(pair);
}

std::span<std::uint8_t> IceTransport::reserve() {
  if (m_way == Way::Udp) return m_context.sendQueue().reserve(m_flow);
  const auto room = m_context.sendQueue().reserve();
  return m_way == Way::Relay ? room.subspan(Relay::kPrefix) : room;
}

void IceTransport::addHot(HotMemory& hot) const noexcept {
  hot.add(&m_context);
  hot.add(&m_way);
  m_flow.addHot(hot);
}

void IceTransport::commit(std::size_t size) {
  io::SendQueue& queue = m_context.sendQueue();
  switch (m_way) {
    case Way::Udp:
      return queue.commit(m_flow, size);
    case Way::Tcp:
      m_context.tcp().send(m_path, queue.reserve().first(size), *this);
      return;
    case Way::Relay:
      if (Relay* relay = m_gatherer.relayFor(m_path.base)) {
        relay->commit(m_path.remote, queue.reserve(), size);
      }
      return;
    case Way::None:
      return;
  }
}

void IceTransport::send(std::span<const std::uint8_t> packet) {
  if (!isWritable()) return;
  const auto room = reserve();
  if (packet.size() > room.size()) return;
  std::ranges::copy(packet, room.begin());
  commit(packet.size());
}

}  // namespace kms::router
