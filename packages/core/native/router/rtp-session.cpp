// Life and packets of an RtpSession, and its statistics.
#include "router/random.hpp"

#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

using media::Medium;

namespace {

constexpr Duration kFirstTick = std::chrono::milliseconds(500);
constexpr Duration kFeedbackInterval = std::chrono::milliseconds(100);

constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr std::string_view kTransportSequenceUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
constexpr std::string_view kAbsoluteSendTimeUri =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

std::uint8_t extensionId(const StreamParameters& parameters, std::string_view uri) {
  const auto found = std::ranges::find(parameters.extensions, uri, &HeaderExtension::uri);
  return found == parameters.extensions.end() ? 0 : found->id;
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

RtpSession::RtpSession(Environment& environment, RtpOutlet& outlet, RtpSessionListener& listener)
    : m_environment(environment),
      m_outlet(outlet),
      m_listener(listener),
      m_cname(randomCname()),
      m_senderClock(std::make_shared<rtp::SenderClock>()),
      m_tickTimer(environment.timers, [this] { onTick(); }),
      m_nackTimer(environment.timers, [this] { sendNacks(); }),
      m_feedbackTimer(environment.timers, [this] { sendFeedback(); }) {
  for (const Medium medium : media::kMedia) makeStream(medium);
  m_tickTimer.start(environment.clock.now() + kFirstTick);
}

RtpSession::~RtpSession() {
  close();
}

void RtpSession::makeStream(Medium medium) {
  Stream made;
  made.medium = medium;
  ProducerOrigin origin;
  origin.requestKeyframe = [this, medium] { sendKeyframeRequest(stream(medium)); };
  origin.nacksDue = [this] { m_nackTimer.startBefore(m_environment.clock.now()); };
  origin.formatChanged = [this, medium](const media::Format& format) {
    m_listener.onSourceFormat(medium, format);
  };
  made.producer =
      std::make_shared<Producer>(medium, m_environment, std::move(origin), m_senderClock);
  std::uint32_t ssrc = randomSsrc();
  if (!m_streams.empty() && m_streams.front().consumer->ssrc() == ssrc) ++ssrc;
  PacketOutlet& outlet = *this;
  made.consumer = std::make_unique<RtpConsumer>(medium, ssrc, m_environment, outlet);
  m_streams.push_back(std::move(made));
}

std::uint32_t RtpSession::localSsrc(Medium medium) const {
  return stream(medium).consumer->ssrc();
}

void RtpSession::configure(const std::vector<StreamParameters>& streams) {
  for (const Stream& each : m_streams) {
    const auto found = std::ranges::find(streams, each.medium, &StreamParameters::medium);
    StreamParameters inactive;
    inactive.medium = each.medium;
    configureStream(found == streams.end() ? inactive : *found);
  }
}

void RtpSession::configureStream(const StreamParameters& parameters) {
  Stream& each = stream(parameters.medium);
  each.receive = parameters.receive;
  each.mid = parameters.mid;
  each.remoteSsrcs = parameters.remoteSsrcs;
  each.codecs = parameters.receive ? parameters.codecs : std::vector<CodecParameters>();
  each.midExtension = extensionId(parameters, kMidUri);
  each.transportSequenceExtension = extensionId(parameters, kTransportSequenceUri);
  each.transportCc = std::ranges::any_of(each.codecs, &CodecParameters::transportCc);
  if (each.transportCc && each.transportSequenceExtension != 0 && !m_feedback) m_feedback.emplace();
  each.producer->setCodecs(each.codecs);

  RtpConsumerParameters sending;
  if (parameters.send) {
    sending.codecs = parameters.codecs;
    sending.mid = parameters.mid;
    sending.midExtension = each.midExtension;
    sending.transportSequenceExtension = each.transportSequenceExtension;
    sending.absoluteSendTimeExtension = extensionId(parameters, kAbsoluteSendTimeUri);
  }
  each.consumer->configure(std::move(sending));
}

void RtpSession::onWritable() {
  if (!writable()) return;
  for (Stream& each : m_streams) each.consumer->onWritable();
}

std::shared_ptr<Producer> RtpSession::producer(Medium medium) const {
  return stream(medium).producer;
}

void RtpSession::setSource(Medium medium, std::shared_ptr<Producer> producer) {
  if (!m_closed) stream(medium).consumer->setSource(std::move(producer));
}

void RtpSession::requestKeyframe() {
  const Stream& video = stream(Medium::kVideo);
  if (video.receive) video.producer->requestKeyframe();
}

void RtpSession::close() {
  if (std::exchange(m_closed, true)) return;
  for (Stream& each : m_streams) each.consumer->setSource(nullptr);
  if (writable()) sendByes();
  for (Stream& each : m_streams) each.producer->close();
  for (io::Timer* timer : {&m_tickTimer, &m_nackTimer, &m_feedbackTimer}) timer->stop();
}

void RtpSession::onSourceFlowing(Medium medium) {
  if (!m_closed) m_listener.onFlow(medium, true, true);
}

void RtpSession::receiveRtp(const io::PacketRef& packet) {
  if (m_closed) return;
  noteMedia(packet->received);
  const auto view = rtp::PacketView::parse(packet->bytes());
  if (!view) {
    ++m_counters.malformed;
    return;
  }
  Stream* found = streamOf(*view);
  if (found == nullptr) {
    ++m_counters.unknownStream;
    return;
  }
  noteTransportSequence(*found, *view, packet->received);
  if (!found->producer->receive(packet, *view)) return;
  if (!std::exchange(found->flowingOut, true)) m_listener.onFlow(found->medium, false, true);
}

RtpSession::Stream* RtpSession::streamOf(const rtp::PacketView& view) {
  for (Stream& each : m_streams) {
    if (each.receive && each.producer->ssrc() == view.header().ssrc) return &each;
  }
  return streamOfUnknownSsrc(view);
}

RtpSession::Stream* RtpSession::streamOfUnknownSsrc(const rtp::PacketView& view) {
  const std::uint32_t ssrc = view.header().ssrc;
  for (Stream& each : m_streams) {
    if (each.receive && std::ranges::find(each.remoteSsrcs, ssrc) != each.remoteSsrcs.end())
      return &each;
  }
  for (Stream& each : m_streams) {
    const auto mid = each.midExtension != 0 ? view.extension(each.midExtension) : std::nullopt;
    if (each.receive && mid && std::ranges::equal(*mid, each.mid)) return &each;
  }
  for (Stream& each : m_streams) {
    const auto type =
        std::ranges::find(each.codecs, view.header().payloadType, &CodecParameters::payloadType);
    if (each.receive && type != each.codecs.end()) return &each;
  }
  return nullptr;
}

void RtpSession::noteTransportSequence(const Stream& stream, const rtp::PacketView& view,
                                       TimePoint arrival) {
  if (!m_feedback || !stream.transportCc) return;
  const auto number = view.extension(stream.transportSequenceExtension);
  if (!number || number->size() != 2) return;
  m_feedback->onPacket(static_cast<std::uint16_t>(((*number)[0] << 8U) | (*number)[1]), arrival);
  m_feedbackSsrc = view.header().ssrc;
  if (!m_feedbackTimer.active()) m_feedbackTimer.start(arrival + kFeedbackInterval);
}

void RtpSession::noteMedia(TimePoint arrival) {
  m_lastMedia = arrival;
  if (!std::exchange(m_mediaConnected, true)) m_listener.onMediaStateChanged(true);
}

std::vector<StreamStats> RtpSession::stats() const {
  std::vector<StreamStats> all;
  for (const Stream& each : m_streams) {
    if (each.producer->ssrc()) all.push_back(inboundStats(each));
    if (each.consumer->active()) all.push_back(outboundStats(each));
  }
  return all;
}

StreamStats RtpSession::inboundStats(const Stream& each) const {
  const auto& received = each.producer->statistics();
  StreamStats stats;
  stats.medium = each.medium;
  stats.inbound = true;
  stats.ssrc = each.producer->ssrc().value_or(0);
  stats.packets = received.packets();
  stats.bytes = received.bytes();
  stats.packetsLost = received.lost();
  stats.fractionLost = received.fractionLost();
  stats.jitter = received.jitter();
  stats.roundTripTime = seconds(m_outlet.roundTrip().value_or(Duration::zero()));
  stats.nackCount = each.producer->counters().nacksSent;
  stats.pliCount = each.plisSent;
  stats.firCount = each.firsSent;
  return stats;
}

StreamStats RtpSession::outboundStats(const Stream& each) const {
  const RtpConsumerCounters& sent = each.consumer->counters();
  const ReceiverReport& report = each.consumer->report();
  StreamStats stats;
  stats.medium = each.medium;
  stats.ssrc = each.consumer->ssrc();
  stats.packets = sent.packets;
  stats.bytes = sent.bytes;
  stats.packetsLost = report.packetsLost;
  stats.fractionLost = report.fractionLost;
  stats.jitter = report.jitter;
  stats.roundTripTime = seconds(report.roundTrip.value_or(Duration::zero()));
  stats.nackCount = sent.nacks;
  stats.pliCount = sent.plis;
  stats.firCount = sent.firs;
  stats.remb = m_remb;
  return stats;
}

}  // namespace kms::router
