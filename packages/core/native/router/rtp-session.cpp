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

constexpr std::string_view kMidUri = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr std::string_view kRidUri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
constexpr std::string_view kRepairedRidUri =
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
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

RtpIdentity RtpIdentity::make() {
  return {randomCname(), std::make_shared<rtp::SenderClock>()};
}

RtpSession::RtpSession(Environment& environment, RtpOutlet& outlet, RtpSessionListener& listener,
                       const RtpIdentity& identity)
    : m_environment(environment),
      m_outlet(outlet),
      m_listener(listener),
      m_cname(identity.cname),
      m_senderClock(identity.clock),
      m_tickTimer(environment.timers, [this] { onTick(); }),
      m_nackTimer(environment.timers, [this] { sendNacks(); }),
      m_feedbackTimer(environment.timers, [this] { sendFeedback(); }),
      m_probeTimer(environment.timers, [this] { sendProbes(); }) {
  for (const Medium medium : media::kMedia) makeStream(medium);
  m_tickTimer.start(environment.clock.now() + kFirstTick);
}

RtpSession::~RtpSession() {
  close();
}

std::uint32_t RtpSession::freshSsrc() const {
  const auto isTaken = [this](std::uint32_t ssrc) {
    return std::ranges::any_of(m_streams, [&](const Stream& each) {
      return each.consumer->ssrcs().media == ssrc || each.consumer->ssrcs().rtx == ssrc;
    });
  };
  std::uint32_t ssrc = randomSsrc();
  while (isTaken(ssrc)) ssrc = randomSsrc();
  return ssrc;
}

std::shared_ptr<Producer> RtpSession::makeProducer(Medium medium) {
  // The origin must know whose it is, before there is anything to know.
  const auto self = std::make_shared<const Producer*>(nullptr);
  ProducerOrigin origin;
  origin.requestKeyframe = [this, self] { sendKeyframeRequest(*self); };
  origin.nacksDue = [this] { m_nackTimer.startBefore(m_environment.clock.now()); };
  origin.formatChanged = [this, medium, self](const media::Format& format) {
    onFormatChanged(medium, *self, format);
  };
  auto made = std::make_shared<Producer>(medium, m_environment, std::move(origin), m_senderClock);
  *self = made.get();
  return made;
}

void RtpSession::makeStream(Medium medium) {
  Stream made;
  made.medium = medium;
  made.encodings.emplace_back().producer = makeProducer(medium);
  const std::uint32_t ssrc = freshSsrc();
  std::uint32_t rtx = freshSsrc();
  while (rtx == ssrc) rtx = freshSsrc();
  PacketOutlet& outlet = *this;
  made.consumer =
      std::make_unique<RtpConsumer>(medium, ConsumerSsrcs{ssrc, rtx}, m_environment, outlet);
  m_streams.push_back(std::move(made));
}

std::uint32_t RtpSession::localSsrc(Medium medium) const {
  return stream(medium).consumer->ssrcs().media;
}

std::uint32_t RtpSession::localRtxSsrc(Medium medium) const {
  return stream(medium).consumer->ssrcs().rtx;
}

void RtpSession::configure(const std::vector<StreamParameters>& streams) {
  for (const Stream& each : m_streams) {
    const auto found = std::ranges::find(streams, each.medium, &StreamParameters::medium);
    StreamParameters inactive;
    inactive.medium = each.medium;
    configureStream(found == streams.end() ? inactive : *found);
  }
  updateBudget(m_environment.clock.now());
}

void RtpSession::configureStream(const StreamParameters& parameters) {
  Stream& each = stream(parameters.medium);
  each.parameters = parameters;
  if (!parameters.receive) {
    each.parameters.codecs.clear();
    each.parameters.rids.clear();
  }
  each.rtxTypes.reset();
  for (const CodecParameters& codec : each.parameters.codecs) {
    if (codec.rtx && *codec.rtx < each.rtxTypes.size()) each.rtxTypes.set(*codec.rtx);
  }
  each.midExtension = extensionId(parameters, kMidUri);
  each.ridExtension = extensionId(parameters, kRidUri);
  each.repairedRidExtension = extensionId(parameters, kRepairedRidUri);
  each.transportSequenceExtension = extensionId(parameters, kTransportSequenceUri);
  each.transportCc = each.transportSequenceExtension != 0 &&
                     std::ranges::any_of(each.parameters.codecs, &CodecParameters::transportCc);
  if (each.transportCc && !m_feedback) m_feedback.emplace();
  configureEncodings(each);
  configureConsumer(parameters, *each.consumer);
}

/// One encoding for each rid; the first one always stays, as consumers hold it.
void RtpSession::configureEncodings(Stream& stream) {
  const auto& rids = stream.parameters.rids;
  const std::size_t count = std::clamp<std::size_t>(rids.size(), 1, kMostEncodings);
  while (stream.encodings.size() > count) {
    const auto gone = stream.encodings.back().producer;
    stream.encodings.pop_back();
    gone->close();
  }
  while (stream.encodings.size() < count)
    stream.encodings.emplace_back().producer = makeProducer(stream.medium);
  std::vector<std::shared_ptr<Producer>> others;
  for (std::size_t i = 0; i < count; ++i) {
    Encoding& encoding = stream.encodings[i];
    encoding.rid = rids.empty() ? std::string() : rids[i];
    encoding.producer->setCodecs(stream.parameters.codecs);
    if (i > 0) others.push_back(encoding.producer);
  }
  stream.producer().setOtherEncodings(std::move(others));
}

void RtpSession::configureConsumer(const StreamParameters& parameters, RtpConsumer& consumer) {
  RtpConsumerParameters sending;
  if (parameters.send) {
    sending.codecs = parameters.codecs;
    sending.mid = parameters.mid;
    sending.extensions.mid = extensionId(parameters, kMidUri);
    sending.extensions.transportSequence = extensionId(parameters, kTransportSequenceUri);
    sending.extensions.absoluteSendTime = extensionId(parameters, kAbsoluteSendTimeUri);
  }
  consumer.configure(std::move(sending));
}

/// The first encoding stands for all: its format is the source's, even while only others come.
void RtpSession::onFormatChanged(Medium medium, const Producer* producer,
                                 const media::Format& format) {
  const Stream& each = stream(medium);
  if (producer == &each.producer()) return m_listener.onSourceFormat(medium, format);
  const CodecParameters* codec = producer->codec();
  if (codec != nullptr) each.producer().expect(codec->payloadType);
}

RtpSession::Encoding* RtpSession::encodingOf(const Producer* producer) {
  for (Stream& each : m_streams) {
    const auto found = std::ranges::find_if(
        each.encodings, [&](const Encoding& one) { return one.producer.get() == producer; });
    if (found != each.encodings.end()) return &*found;
  }
  return nullptr;
}

void RtpSession::onWritable() {
  if (!writable()) return;
  for (Stream& each : m_streams) each.consumer->onWritable();
}

std::shared_ptr<Producer> RtpSession::producer(Medium medium) const {
  return stream(medium).encodings.front().producer;
}

void RtpSession::setSource(Medium medium, std::shared_ptr<Producer> producer) {
  if (!m_closed) stream(medium).consumer->setSource(std::move(producer));
}

void RtpSession::requestKeyframe() {
  const Stream& video = stream(Medium::kVideo);
  if (!video.receives()) return;
  for (const Encoding& each : video.encodings) each.producer->requestKeyframe();
}

void RtpSession::close() {
  if (std::exchange(m_closed, true)) return;
  for (Stream& each : m_streams) each.consumer->setSource(nullptr);
  if (writable()) sendByes();
  for (Stream& each : m_streams) {
    for (Encoding& encoding : each.encodings) encoding.producer->close();
  }
  for (io::Timer* timer : {&m_tickTimer, &m_nackTimer, &m_feedbackTimer, &m_probeTimer})
    timer->stop();
}

void RtpSession::onSourceFlowing(Medium medium) {
  if (!m_closed) m_listener.onFlow(medium, true, true);
}

std::vector<StreamStats> RtpSession::stats() const {
  std::vector<StreamStats> all;
  for (const Stream& each : m_streams) {
    for (const Encoding& encoding : each.encodings) {
      if (encoding.producer->ssrc()) all.push_back(inboundStats(each, encoding));
    }
    if (each.consumer->active()) all.push_back(outboundStats(each));
  }
  return all;
}

DropCounts RtpSession::drops() const {
  DropCounts drops;
  drops[DropReason::kMalformed] = m_counters.malformed;
  drops[DropReason::kUnknownStream] = m_counters.unknownStream;
  for (const Stream& each : m_streams) {
    for (const Encoding& encoding : each.encodings) {
      const ProducerCounters& received = encoding.producer->counters();
      drops[DropReason::kUnknownPayloadType] += received.unknownPayloadType;
      drops[DropReason::kDuplicate] += received.duplicates;
      drops[DropReason::kStrayed] += received.strayed;
    }
    drops[DropReason::kNoCommonCodec] += each.consumer->counters().dropped;
    drops[DropReason::kViewerQueueFull] += each.consumer->counters().overflowed;
  }
  return drops;
}

StreamStats RtpSession::inboundStats(const Stream& each, const Encoding& encoding) const {
  const Producer& producer = *encoding.producer;
  const auto& received = producer.statistics();
  StreamStats stats;
  stats.medium = each.medium;
  stats.inbound = true;
  stats.ssrc = producer.ssrc().value_or(0);
  stats.packets = received.packets();
  stats.bytes = received.bytes();
  stats.packetsLost = received.lost();
  stats.fractionLost = received.fractionLost();
  stats.jitter = received.jitter();
  stats.roundTripTime = seconds(m_outlet.roundTrip().value_or(Duration::zero()));
  stats.nackCount = producer.counters().nacksSent;
  stats.pliCount = encoding.plisSent;
  stats.firCount = encoding.firsSent;
  if (const CodecParameters* codec = producer.codec()) stats.codec = *codec;
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
  if (const CodecParameters* codec = each.consumer->codec()) stats.codec = *codec;
  return stats;
}

}  // namespace kms::router
