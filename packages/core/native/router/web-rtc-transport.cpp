// Life and DTLS of a WebRtcTransport.
#include "router/protocol-drops.hpp"
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

WebRtcTransport::Impl::Impl(ThreadContext& context, WebRtcTransportListener& listener,
                            const WebRtcTransportOptions& options)
    : m_context(context),
      m_certificate(context.certificates().get(options.certificateKey)),
      m_listener(listener),
      m_ice(context, *this),
      m_dtlsTimer(context.environment().timers,
                  [this] {
                    if (!m_dtlsStarted) return startDtls();
                    m_dtls->onTimer();
                    rearmDtls();
                  }),
      m_session(context.environment(), *this, listener),
      m_data(std::make_shared<sctp::DataChannels>(context.executor())) {
  m_ice.setDscp(options.dscp);
  m_local.ice = m_ice.credentials();
  m_local.fingerprint = m_certificate.fingerprint();
  m_local.cname = m_session.cname();
  m_local.audioSsrc = m_session.localSsrc(Medium::kAudio);
  m_local.videoSsrc = m_session.localSsrc(Medium::kVideo);
  m_local.audioRtxSsrc = m_session.localRtxSsrc(Medium::kAudio);
  m_local.videoRtxSsrc = m_session.localRtxSsrc(Medium::kVideo);
}

WebRtcTransport::Impl::~Impl() {
  close();
}

void WebRtcTransport::Impl::setRemote(const RemoteParameters& parameters) {
  parameters.ice.validate("remote");
  makeDtls(parameters);
  m_session.configure(parameters.streams);
  negotiateData(parameters);
  m_ice.setRemote(parameters.iceRole == ice::Role::Controlling, parameters.ice);
}

const ice::Credentials& WebRtcTransport::Impl::restartIce() {
  m_local.ice = m_ice.restart();
  return m_local.ice;
}

void WebRtcTransport::Impl::makeDtls(const RemoteParameters& parameters) {
  if (m_dtls) return;  // a renegotiation keeps the association
  const Fingerprint& fingerprint = chooseFingerprint(parameters.fingerprints);
  auto session = std::make_unique<dtls::Session>(m_certificate, parameters.dtlsRole,
                                                 m_context.environment().clock, *this);
  session->setRemoteFingerprint(fingerprint.algorithm, fingerprint.value);
  m_dtls = std::move(session);
  m_dtlsRole = parameters.dtlsRole;
}

void WebRtcTransport::Impl::close() {
  if (std::exchange(m_closed, true)) return;
  m_session.close();
  m_data->silence();
  m_data->disconnect();
  if (m_dtls) m_dtls->close();
  m_dtlsTimer.stop();
  m_ice.close();
}

// ICE.

void WebRtcTransport::Impl::onLocalCandidate(const ice::Candidate& candidate) {
  m_listener.onLocalCandidate(candidate.text());
}

void WebRtcTransport::Impl::onGatheringProblem(const std::string& problem) {
  m_listener.onGatheringProblem(problem);
}

void WebRtcTransport::Impl::onIceStateChanged(ice::State state) {
  m_listener.onIceStateChanged(state);
  if (state == ice::State::Ready && m_ice.hasPath()) whenPathKnown();
}

void WebRtcTransport::Impl::onPathSelected(const ice::SelectedPair& pair) {
  m_ledger.select(pair.path, {m_bytesSent, m_bytesReceived});
  m_listener.onCandidatePairSelected(pair.local.text(), pair.remote.text());
  whenPathKnown();
  m_session.onWritable();
}

/// A client that speaks before the controlling peer has chosen a pair may not be heard, and then
/// loses a retransmission's time: it waits for the choice, which should come within a round trip,
/// but not for long.
void WebRtcTransport::Impl::whenPathKnown() {
  if (!m_dtls || m_dtlsStarted) return;
  const bool mayBeTooEarly = m_dtlsRole == dtls::Role::kClient &&
                             m_ice.role() == ice::Role::Controlled &&
                             m_ice.state() != ice::State::Ready;
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

// DTLS.

void WebRtcTransport::Impl::onDtlsPacket(std::span<const std::uint8_t> packet) {
  if (m_closed) return countDrop(DropReason::kAfterEnd);
  if (!m_dtls) return countDrop(DropReason::kDtlsWrongState);
  if (!m_dtlsStarted) return keepForLater(packet);
  const dtls::Counters before = m_dtls->counters();
  m_dtls->handlePacket(packet);
  addDrops([this](DropReason reason, std::uint64_t packets) { countDrop(reason, packets); },
           kDtlsDrops, m_dtls->counters(), before);
  rearmDtls();
}

/// The peer's pair works already, ours not yet: there is no way for an answer.
void WebRtcTransport::Impl::keepForLater(std::span<const std::uint8_t> packet) {
  if (m_earlyDtls.size() >= kMaxEarlyDtls) return countDrop(DropReason::kDtlsTooMany);
  m_earlyDtls.emplace_back(packet.begin(), packet.end());
}

void WebRtcTransport::Impl::countDrop(DropReason reason, std::uint64_t packets) {
  m_drops[reason] += packets;
  m_context.environment().countDrop(reason, packets);
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
  m_ice.send(datagram);
}

void WebRtcTransport::Impl::onStateChanged(dtls::State state) {
  if (m_closed) return;
  m_listener.onDtlsStateChanged(state);
  if (state == dtls::State::kConnected) {
    m_session.onWritable();
    // What a keyframe request before the keys could not tell.
    m_session.requestKeyframe();
    connectData();
  }
  if (state == dtls::State::kClosed || state == dtls::State::kFailed) m_data->disconnect();
}

void WebRtcTransport::Impl::onSrtpKeys(const srtp::Keys& outbound, const srtp::Keys& inbound) {
  m_outbound.emplace(outbound);
  m_inbound.emplace(inbound);
  for (const StreamId stream : m_streams) announce(stream);
}

void WebRtcTransport::Impl::announce(StreamId stream) {
  const ConsumerSsrcs ssrcs = localSsrcs(stream);
  m_outbound->addSsrc(ssrcs.media);
  m_outbound->addSsrc(ssrcs.rtx);
}

StreamId WebRtcTransport::Impl::addStream(Medium medium) {
  const StreamId added = m_session.addStream(medium);
  m_streams.push_back(added);
  if (m_outbound) announce(added);
  return added;
}

ConsumerSsrcs WebRtcTransport::Impl::localSsrcs(StreamId stream) const {
  return {m_session.localSsrc(stream), m_session.localRtxSsrc(stream)};
}

// The public face.

WebRtcTransport::WebRtcTransport(ThreadContext& context, WebRtcTransportListener& listener,
                                 const WebRtcTransportOptions& options)
    : m_impl(std::make_unique<Impl>(context, listener, options)) {}
WebRtcTransport::~WebRtcTransport() = default;
const LocalParameters& WebRtcTransport::localParameters() const {
  return m_impl->localParameters();
}
void WebRtcTransport::gather(const GatherOptions& options) {
  m_impl->gather(options);
}
const ice::Credentials& WebRtcTransport::restartIce() {
  return m_impl->restartIce();
}
void WebRtcTransport::setRemote(const RemoteParameters& parameters) {
  m_impl->setRemote(parameters);
}
void WebRtcTransport::addRemoteCandidate(const std::string& candidate) {
  m_impl->ice().addRemoteCandidate(candidate);
}
void WebRtcTransport::endOfRemoteCandidates() {
  m_impl->ice().endOfRemoteCandidates();
}
StreamId WebRtcTransport::addStream(Medium medium) {
  return m_impl->addStream(medium);
}
ConsumerSsrcs WebRtcTransport::localSsrcs(StreamId stream) const {
  return m_impl->localSsrcs(stream);
}
std::shared_ptr<Producer> WebRtcTransport::producer(StreamId stream) const {
  return m_impl->session().producer(stream);
}
void WebRtcTransport::setSource(StreamId stream, std::shared_ptr<Producer> producer) {
  m_impl->session().setSource(stream, std::move(producer));
}
void WebRtcTransport::setBandwidth(const BandwidthLimits& limits) {
  m_impl->session().setBandwidth(limits);
}
void WebRtcTransport::requestKeyframe() {
  m_impl->session().requestKeyframe();
}
const std::shared_ptr<sctp::DataChannels>& WebRtcTransport::dataChannels() const {
  return m_impl->dataChannels();
}
TransportStats WebRtcTransport::stats() const {
  return m_impl->stats();
}
std::uint64_t WebRtcTransport::videoRoom() const noexcept {
  return m_impl->session().videoRoom();
}
void WebRtcTransport::close() {
  m_impl->close();
}

}  // namespace kms::router
