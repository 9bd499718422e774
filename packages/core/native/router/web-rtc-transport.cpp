// Life, ICE and DTLS of a WebRtcTransport.
#include "router/random.hpp"
#include "router/web-rtc-transport-impl.hpp"

#include <kms/base/error.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

using media::Medium;

namespace {

constexpr Duration kNominationPatience = std::chrono::milliseconds(100);
constexpr std::size_t kMaxEarlyDtls = 8;

/// The strongest that we know how to check.
const Fingerprint& chooseFingerprint(const std::vector<Fingerprint>& fingerprints) {
  if (fingerprints.empty()) {
    throw Error(ErrorCode::kIllegalParam, "dtls.fingerprints: at least one is needed");
  }
  for (const std::string_view algorithm : {"sha-256", "sha-384", "sha-512"}) {
    const auto found = std::ranges::find(fingerprints, algorithm, &Fingerprint::algorithm);
    if (found != fingerprints.end()) return *found;
  }
  return fingerprints.front();
}

}  // namespace

WebRtcTransport::Impl::Impl(ThreadContext& context, WebRtcTransportListener& listener)
    : m_context(context),
      m_listener(listener),
      m_flow(context.sendQueue()),
      m_iceTimer(context.environment().timers,
                 [this] {
                   m_agent->onTimer();
                   rearmIce();
                 }),
      m_dtlsTimer(context.environment().timers,
                  [this] {
                    if (!m_dtlsStarted) return startDtls();
                    m_dtls->onTimer();
                    rearmDtls();
                  }),
      m_session(context.environment(), *this, listener) {
  m_local.ice = ice::Credentials::generate(ice::secureRandom());
  m_local.fingerprint = context.certificate().fingerprint();
  m_local.cname = m_session.cname();
  m_local.audioSsrc = m_session.localSsrc(Medium::kAudio);
  m_local.videoSsrc = m_session.localSsrc(Medium::kVideo);
  m_local.audioRtxSsrc = m_session.localRtxSsrc(Medium::kAudio);
  m_local.videoRtxSsrc = m_session.localRtxSsrc(Medium::kVideo);
  m_tag = context.addTransport(m_local.ice.ufrag, *this);
  ice::Config config;
  config.local = m_local.ice;
  config.transactionTag = m_tag;
  m_agent = std::make_unique<ice::Agent>(config, context.environment().clock, *this);
}

WebRtcTransport::Impl::~Impl() {
  close();
}

std::vector<std::string> WebRtcTransport::Impl::gather() {
  const auto candidates = hostCandidates();
  std::vector<std::string> texts;
  for (const ice::Candidate& candidate : candidates) {
    if (isShared(candidate.address)) texts.push_back(candidate.text());
  }
  m_agent->setLocalCandidates(candidates);
  rearmIce();
  return texts;
}

std::vector<ice::Candidate> WebRtcTransport::Impl::hostCandidates() const {
  std::vector<ice::Candidate> candidates;
  for (Address address : m_context.localAddresses()) {
    if (m_private && m_private->isV6() == address.isV6) address.port = m_private->port();
    ice::Candidate candidate;
    candidate.address = address;
    candidate.foundation = ice::candidateFoundation(ice::CandidateType::Host, address);
    const auto preference = ice::localPreference(address, static_cast<unsigned>(candidates.size()));
    candidate.priority =
        ice::candidatePriority(ice::CandidateType::Host, preference, candidate.component);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

void WebRtcTransport::Impl::setRemote(const RemoteParameters& parameters) {
  parameters.ice.validate("remote");
  makeDtls(parameters);
  m_session.configure(parameters.streams);
  // The agent is made before the role is known; the call says no more than that this side controls.
  if (parameters.iceRole == ice::Role::Controlling) m_agent->setRemoteLite();
  m_agent->setRemoteCredentials(parameters.ice.ufrag, parameters.ice.pwd);
  rearmIce();
}

void WebRtcTransport::Impl::makeDtls(const RemoteParameters& parameters) {
  if (m_dtls) return;  // a renegotiation keeps the association
  const Fingerprint& fingerprint = chooseFingerprint(parameters.fingerprints);
  auto session = std::make_unique<dtls::Session>(m_context.certificate(), parameters.dtlsRole,
                                                 m_context.environment().clock, *this);
  session->setRemoteFingerprint(fingerprint.algorithm, fingerprint.value);
  m_dtls = std::move(session);
  m_dtlsRole = parameters.dtlsRole;
}

void WebRtcTransport::Impl::addRemoteCandidate(const std::string& text) {
  const auto parsed = ice::Candidate::parse(text);
  if (parsed.error == ice::CandidateError::Malformed) {
    throw Error(ErrorCode::kAddCandidate,
                "candidate '" + text.substr(0, 200) + "' cannot be parsed");
  }
  if (parsed.candidate) m_agent->addRemoteCandidate(*parsed.candidate);
  rearmIce();
}

void WebRtcTransport::Impl::endOfRemoteCandidates() {
  m_agent->endOfRemoteCandidates();
  rearmIce();
}

void WebRtcTransport::Impl::close() {
  if (std::exchange(m_closed, true)) return;
  m_session.close();
  if (m_dtls) m_dtls->close();
  m_hasConsent = false;
  m_iceTimer.stop();
  m_dtlsTimer.stop();
  m_context.removeTransport(*this);
  m_context.sendQueue().flush();  // the goodbyes, before their socket goes
  if (m_private) m_private->detach();
}

// ICE.

void WebRtcTransport::Impl::onStun(std::span<const std::uint8_t> packet, const Address& local,
                                   const Address& remote) {
  if (m_closed) return;
  if (isShared(local) && m_context.isTaken(remote, *this)) {
    if (!m_flow.ready()) usePrivateSocket(remote.isV6);
    return;
  }
  m_agent->handlePacket(packet, local, remote);
  rearmIce();
}

/// The peer's address is another transport's here already: both ends are servers with shared ports
/// (perhaps both are we). DTLS and SRTP from there could not be told apart, so this transport goes
/// on from a port of its own, which the peer learns of from our checks.
void WebRtcTransport::Impl::usePrivateSocket(bool v6) {
  if (m_private) return;
  try {
    m_private = std::make_unique<io::UdpSocket>(v6, 0);
    m_context.attach(*m_private, *this);
    m_agent->setLocalCandidates(hostCandidates());
    rearmIce();
  } catch (const Error&) {
    m_private.reset();  // out of descriptors: checks go unanswered, and ICE fails
  }
}

const io::UdpSocket* WebRtcTransport::Impl::socketFor(const Address& local) const {
  return isShared(local) || !m_private ? m_context.socketFor(local) : m_private.get();
}

void WebRtcTransport::Impl::onDatagram(io::PacketRef packet) {
  if (!ThreadContext::dispatch(std::move(packet), *this)) m_context.countMalformed();
}

void WebRtcTransport::Impl::rearmIce() {
  const TimePoint deadline = m_agent->nextDeadline();
  if (deadline == TimePoint::max() || m_closed) {
    m_iceTimer.stop();
  } else {
    m_iceTimer.start(deadline);
  }
}

void WebRtcTransport::Impl::onSend(std::span<const std::uint8_t> packet, const Address& local,
                                   const Address& remote) {
  constexpr std::uint8_t kSuccessHigh = 0x01;
  constexpr std::uint8_t kSuccessLow = 0x01;
  // We say "success" only to requests that knew the password, so what else comes from there is the
  // peer's.
  const bool success = packet.size() >= 2 && packet[0] == kSuccessHigh && packet[1] == kSuccessLow;
  if (success && isShared(local)) m_context.bindAddress(remote, *this);
  if (const io::UdpSocket* socket = socketFor(local))
    m_context.sendNow(*socket, packet, local, remote);
}

void WebRtcTransport::Impl::onStateChanged(ice::State state) {
  if (m_closed) return;
  m_listener.onIceStateChanged(state);
  if (state == ice::State::Ready && m_flow.ready()) whenPathKnown();
}

void WebRtcTransport::Impl::onSelectedPair(const ice::Candidate& local,
                                           const ice::Candidate& remote) {
  const Address& base = local.baseAddress();
  const io::UdpSocket* socket = socketFor(base);
  if (m_closed || socket == nullptr) return;
  m_flow.redirect(*socket, remote.address, base);
  m_hasConsent = true;
  if (isShared(base)) m_context.bindAddress(remote.address, *this);
  m_listener.onCandidatePairSelected(local.text(), remote.text());
  whenPathKnown();
  m_session.onWritable();
}

/// A client that speaks before the controlling peer has chosen a pair may not be heard, and then
/// loses a retransmission's time: it waits for the choice, which should come within a round trip,
/// but not for long.
void WebRtcTransport::Impl::whenPathKnown() {
  if (!m_dtls || m_dtlsStarted) return;
  const bool mayBeTooEarly = m_dtlsRole == dtls::Role::kClient &&
                             m_agent->role() == ice::Role::Controlled &&
                             m_agent->state() != ice::State::Ready;
  if (mayBeTooEarly) {
    m_dtlsTimer.startBefore(m_context.now() + kNominationPatience);
  } else {
    startDtls();
  }
}

void WebRtcTransport::Impl::startDtls() {
  m_dtlsStarted = true;
  m_dtls->start();
  for (const auto& datagram : std::exchange(m_earlyDtls, {})) m_dtls->handlePacket(datagram);
  rearmDtls();
}

bool WebRtcTransport::Impl::isUsing(const Address& remote) const {
  return !m_closed && (!m_flow.ready() || (m_hasConsent && m_flow.remote() == remote));
}

// DTLS.

void WebRtcTransport::Impl::onDtls(std::span<const std::uint8_t> packet) {
  if (!m_dtls || m_closed) return;
  if (!m_dtlsStarted) {
    // The peer's pair works already, ours not yet: there is no way for an answer.
    if (m_earlyDtls.size() < kMaxEarlyDtls) m_earlyDtls.emplace_back(packet.begin(), packet.end());
    return;
  }
  m_dtls->handlePacket(packet);
  rearmDtls();
}

void WebRtcTransport::Impl::rearmDtls() {
  const auto deadline = m_dtls->nextDeadline();
  if (!deadline || m_closed) {
    m_dtlsTimer.stop();
  } else {
    m_dtlsTimer.start(*deadline);
  }
}

void WebRtcTransport::Impl::onSend(std::span<const std::uint8_t> datagram) {
  // Before there is a pair there is nowhere to send: the flight is sent again later.
  if (m_flow.ready() && m_hasConsent) m_context.sendQueue().send(m_flow, datagram);
}

void WebRtcTransport::Impl::onStateChanged(dtls::State state) {
  if (m_closed) return;
  m_listener.onDtlsStateChanged(state);
  if (state == dtls::State::kConnected) {
    m_session.onWritable();
    // What a keyframe request before the keys could not tell.
    m_session.requestKeyframe();
  }
}

void WebRtcTransport::Impl::onSrtpKeys(const srtp::Keys& outbound, const srtp::Keys& inbound) {
  m_outbound.emplace(outbound);
  m_inbound.emplace(inbound);
  for (const Medium medium : media::kMedia) {
    m_outbound->addSsrc(m_session.localSsrc(medium));
    m_outbound->addSsrc(m_session.localRtxSsrc(medium));
  }
}

// The public face.

WebRtcTransport::WebRtcTransport(ThreadContext& context, WebRtcTransportListener& listener)
    : m_impl(std::make_unique<Impl>(context, listener)) {}
WebRtcTransport::~WebRtcTransport() = default;
const LocalParameters& WebRtcTransport::localParameters() const {
  return m_impl->localParameters();
}
std::vector<std::string> WebRtcTransport::gather() {
  return m_impl->gather();
}
void WebRtcTransport::setRemote(const RemoteParameters& parameters) {
  m_impl->setRemote(parameters);
}
void WebRtcTransport::addRemoteCandidate(const std::string& candidate) {
  m_impl->addRemoteCandidate(candidate);
}
void WebRtcTransport::endOfRemoteCandidates() {
  m_impl->endOfRemoteCandidates();
}
std::shared_ptr<Producer> WebRtcTransport::producer(Medium medium) const {
  return m_impl->session().producer(medium);
}
void WebRtcTransport::setSource(Medium medium, std::shared_ptr<Producer> producer) {
  m_impl->session().setSource(medium, std::move(producer));
}
void WebRtcTransport::setBandwidth(const BandwidthLimits& limits) {
  m_impl->session().setBandwidth(limits);
}
void WebRtcTransport::requestKeyframe() {
  m_impl->session().requestKeyframe();
}
TransportStats WebRtcTransport::stats() const {
  return m_impl->stats();
}
void WebRtcTransport::close() {
  m_impl->close();
}

}  // namespace kms::router
