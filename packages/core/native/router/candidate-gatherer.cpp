#include "router/candidate-gatherer.hpp"

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

ice::TransactionId taggedId(std::uint32_t tag) {
  ice::TransactionId id{};
  ice::secureRandom()(id);
  for (unsigned i = 0; i < 4; ++i) id[i] = static_cast<std::uint8_t>(tag >> (24U - 8U * i));
  return id;
}

}  // namespace

CandidateGatherer::CandidateGatherer(ThreadContext& context, GathererListener& listener)
    : m_context(context),
      m_listener(listener),
      m_timer(context.environment().timers, [this] { onTimer(); }) {}

void CandidateGatherer::start(const GatherOptions& options, std::uint32_t transactionTag) {
  m_isGathering = true;
  m_candidates.clear();
  m_queries.clear();
  m_mappings.clear();
  m_tag = transactionTag;
  m_keepalive = options.stunKeepalive;
  addHosts(options);
  if (options.stunServer) ask(*options.stunServer);
  if (options.turnServer) openRelay(options);
  settle();
}

void CandidateGatherer::close() {
  m_isGathering = false;
  m_queries.clear();
  m_mappings.clear();
  m_timer.stop();
  if (m_relay) m_relay->close();
}

// UDP before TCP: clients try them in this order.
void CandidateGatherer::addHosts(const GatherOptions& options) {
  const auto addresses = m_context.localAddresses(options.interfaces);
  std::vector<ice::TcpType> types = {ice::TcpType::None};
  if (options.tcp) types.insert(types.end(), {ice::TcpType::Active, ice::TcpType::Passive});
  for (const ice::TcpType type : types) {
    unsigned index = 0;
    for (const Address& address : addresses) {
      addHost(address, address.isV6 ? options.externalIPv6 : options.externalIPv4, index++, type);
    }
  }
}

void CandidateGatherer::addHost(const Address& address, const std::optional<Address>& external,
                                unsigned index, ice::TcpType tcpType) {
  ice::Candidate candidate;
  candidate.address = address;
  candidate.tcpType = tcpType;
  if (tcpType != ice::TcpType::None) candidate.transport = ice::Transport::Tcp;
  if (tcpType == ice::TcpType::Active) candidate.address.port = ice::kActiveTcpPort;
  if (tcpType == ice::TcpType::Passive) candidate.address.port = m_context.tcp().port();
  if (external) {
    candidate.base = candidate.address;
    candidate.address = *external;
    candidate.address.port = candidate.base->port;
  }
  candidate.foundation =
      ice::candidateFoundation(ice::CandidateType::Host, address, std::nullopt, tcpType);
  candidate.priority = ice::candidatePriority(
      ice::CandidateType::Host, ice::localPreference(address, index), candidate.component, tcpType);
  add(std::move(candidate));
}

void CandidateGatherer::ask(const Address& server) {
  unsigned index = 0;
  const auto hosts = m_candidates;
  for (const ice::Candidate& host : hosts) {
    const Address& base = host.baseAddress();
    if (host.transport != ice::Transport::Udp || base.isV6 != server.isV6) continue;
    begin(base, server, index++, false);
  }
}

void CandidateGatherer::begin(const Address& base, const Address& server, unsigned index,
                              bool isRenewal) {
  ice::StunQuery query(taggedId(m_tag), m_context.now());
  m_queries.push_back({base, server, index, isRenewal, std::move(query)});
  m_listener.onQuery(m_queries.back().query.request(), base, server);
}

void CandidateGatherer::keepMappings(bool isNeeded) {
  m_keepsMappings = isNeeded;
  if (!isNeeded) std::erase_if(m_queries, [](const Query& each) { return each.isRenewal; });
  rearm();
}

void CandidateGatherer::renewMappings(TimePoint now) {
  for (Mapping& each : m_mappings) {
    if (now < each.renewAt) continue;
    each.renewAt = now + m_keepalive;
    begin(each.base, each.server, 0, true);
  }
}

void CandidateGatherer::openRelay(const GatherOptions& options) {
  if (m_isRelayOpening) return;
  if (m_relay && m_relay->relayed()) {
    const Address relayed = *m_relay->relayed();
    return onRelayed(relayed, m_relayMapped);
  }
  m_isRelayOpening = true;
  RelayListener& self = *this;
  m_relay = std::make_unique<Relay>(m_context, *options.turnServer, self);
  m_relay->start();
}

void CandidateGatherer::onTimer() {
  const TimePoint now = m_context.now();
  std::vector<Query> lost;
  for (Query& each : m_queries) {
    if (each.query.onTimer(now)) m_listener.onQuery(each.query.request(), each.base, each.server);
    if (each.query.isDone()) lost.push_back(each);
  }
  std::erase_if(m_queries, [](const Query& each) { return each.query.isDone(); });
  for (const Query& each : lost) conclude(each);
  if (m_keepsMappings) renewMappings(now);
  settle();
}

bool CandidateGatherer::handleStun(std::span<const std::uint8_t> packet) {
  const auto found =
      std::ranges::find_if(m_queries, [&](Query& each) { return each.query.handlePacket(packet); });
  if (found == m_queries.end()) return false;
  const Query done = *found;
  m_queries.erase(found);
  conclude(done);
  settle();
  return true;
}

void CandidateGatherer::conclude(const Query& done) {
  if (done.isRenewal) return;
  const auto& mapped = done.query.mapped();
  if (!mapped) {
    m_listener.onGatheringProblem("STUN server " + done.server.text() + " from " +
                                  done.base.ipText() + ": " + done.query.failure());
    return;
  }
  const auto isIt = [&](const ice::Candidate& known) {
    return known.transport == ice::Transport::Udp && known.address == *mapped;
  };
  if (std::ranges::any_of(m_candidates, isIt)) return;  // no NAT, or an external address
  ice::Candidate candidate;
  candidate.type = ice::CandidateType::ServerReflexive;
  candidate.address = *mapped;
  candidate.related = done.base;
  candidate.foundation = ice::candidateFoundation(candidate.type, done.base, done.server);
  candidate.priority = ice::candidatePriority(
      candidate.type, ice::localPreference(done.base, done.index), candidate.component);
  m_mappings.push_back({done.base, done.server, m_context.now() + m_keepalive});
  add(std::move(candidate));
}

void CandidateGatherer::add(ice::Candidate candidate) {
  m_candidates.push_back(std::move(candidate));
  const ice::Candidate added = m_candidates.back();
  m_listener.onCandidate(added);
}

void CandidateGatherer::rearm() {
  TimePoint next = TimePoint::max();
  for (const Query& each : m_queries) next = std::min(next, each.query.nextDeadline());
  if (m_keepsMappings) {
    for (const Mapping& each : m_mappings) next = std::min(next, each.renewAt);
  }
  if (next != TimePoint::max()) {
    m_timer.start(next);
  } else {
    m_timer.stop();
  }
}

void CandidateGatherer::settle() {
  rearm();
  if (m_isGathering && m_queries.empty() && !m_isRelayOpening) {
    m_isGathering = false;
    m_listener.onGatheringDone();
  }
}

Relay* CandidateGatherer::relayFor(const Address& relayed) noexcept {
  return m_relay && m_relay->relayed() == relayed ? m_relay.get() : nullptr;
}

void CandidateGatherer::onRelayed(const Address& relayed, const std::optional<Address>& mapped) {
  m_isRelayOpening = false;
  m_relayMapped = mapped;
  ice::Candidate candidate;
  candidate.type = ice::CandidateType::Relayed;
  candidate.address = relayed;
  candidate.related = mapped;
  candidate.foundation = ice::candidateFoundation(candidate.type, relayed);
  candidate.priority =
      ice::candidatePriority(candidate.type, ice::localPreference(relayed, 0), candidate.component);
  add(std::move(candidate));
  settle();
}

void CandidateGatherer::onRelayFailed(const std::string& reason) {
  m_isRelayOpening = false;
  std::erase_if(m_candidates, [](const ice::Candidate& each) {
    return each.type == ice::CandidateType::Relayed;
  });
  m_listener.onGatheringProblem("TURN server: " + reason);
  settle();
}

}  // namespace kms::router
