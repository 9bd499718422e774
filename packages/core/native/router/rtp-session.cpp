// Life and streams of an RtpSession.
#include "router/random.hpp"

#include <kms/base/error.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/rtp-session.hpp>

#include <algorithm>
#include <string>
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

constexpr std::string_view kDependencyUri =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

std::uint8_t extensionId(const StreamParameters& parameters, std::string_view uri) {
  const auto found = std::ranges::find(parameters.extensions, uri, &HeaderExtension::uri);
  return found == parameters.extensions.end() ? 0 : found->id;
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

std::shared_ptr<Producer> RtpSession::makeProducer(StreamId of) {
  // The origin must know whose it is, before there is anything to know.
  const auto self = std::make_shared<const Producer*>(nullptr);
  ProducerOrigin origin;
  origin.requestKeyframe = [this, of, self] { sendKeyframeRequest(of, *self); };
  origin.nacksDue = [this] { m_nackTimer.startBefore(m_environment.clock.now()); };
  origin.formatChanged = [this, of, self](const media::Format& format) {
    onFormatChanged(of, *self, format);
  };
  auto made =
      std::make_shared<Producer>(of.medium, m_environment, std::move(origin), m_senderClock);
  *self = made.get();
  return made;
}

StreamId RtpSession::addStream(Medium medium) {
  if (m_streams.size() == kMostStreams) {
    throw Error(ErrorCode::kIllegalParam,
                "more than " + std::to_string(kMostStreams) + " streams of one session");
  }
  const auto isOfIt = [&](const Stream& each) { return each.id.medium == medium; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(m_streams, isOfIt));
  const StreamId id{medium, count};
  makeStream(id);
  return id;
}

void RtpSession::makeStream(StreamId id) {
  Stream made(id);
  made.parameters.medium = id.medium;
  made.encodings.emplace_back().producer = makeProducer(id);
  const std::uint32_t ssrc = freshSsrc();
  std::uint32_t rtx = freshSsrc();
  while (rtx == ssrc) rtx = freshSsrc();
  PacketOutlet& outlet = *this;
  made.consumer =
      std::make_unique<RtpConsumer>(id.medium, ConsumerSsrcs{ssrc, rtx}, m_environment, outlet);
  m_streams.push_back(std::move(made));
}

std::size_t RtpSession::indexOf(StreamId id) const {
  const auto found = std::ranges::find(m_streams, id, &Stream::id);
  if (found != m_streams.end()) return static_cast<std::size_t>(found - m_streams.begin());
  throw Error(ErrorCode::kIllegalParam, "streams.number: there is no " +
                                            std::string(toText(id.medium)) + " stream " +
                                            std::to_string(id.number));
}

std::uint32_t RtpSession::localSsrc(StreamId id) const {
  return stream(id).consumer->ssrcs().media;
}

std::uint32_t RtpSession::localRtxSsrc(StreamId id) const {
  return stream(id).consumer->ssrcs().rtx;
}

void RtpSession::configure(const std::vector<StreamParameters>& streams) {
  for (const StreamParameters& each : streams) (void)stream({each.medium, each.number});
  for (Stream& each : m_streams) {
    const auto found = std::ranges::find_if(streams, [&](const StreamParameters& one) {
      return StreamId{one.medium, one.number} == each.id;
    });
    StreamParameters inactive;
    inactive.medium = each.id.medium;
    configureStream(each, found == streams.end() ? inactive : *found);
  }
  updateBudget(m_environment.clock.now());
}

void RtpSession::configureStream(Stream& each, const StreamParameters& parameters) {
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
    stream.encodings.emplace_back().producer = makeProducer(stream.id);
  std::vector<std::shared_ptr<Producer>> others;
  for (std::size_t i = 0; i < count; ++i) {
    Encoding& encoding = stream.encodings[i];
    encoding.rid = rids.empty() ? std::string() : rids[i];
    encoding.producer->setCodecs(stream.parameters.codecs);
    encoding.producer->setDependencyExtension(extensionId(stream.parameters, kDependencyUri));
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
    sending.extensions.dependencies = extensionId(parameters, kDependencyUri);
  }
  consumer.configure(std::move(sending));
}

/// The first encoding stands for all: its format is the source's, even while only others come.
void RtpSession::onFormatChanged(StreamId of, const Producer* producer,
                                 const media::Format& format) {
  const Stream& each = stream(of);
  if (producer == &each.producer()) return m_listener.onSourceFormat(of, format);
  const CodecParameters* codec = producer->codec();
  if (codec != nullptr) each.producer().expect(codec->payloadType);
}

void RtpSession::onWritable() {
  if (!writable()) return;
  for (Stream& each : m_streams) each.consumer->onWritable();
}

void RtpSession::addHot(HotMemory& hot) const noexcept {
  const PacketOutlet& outlet = *this;
  hot.add(&outlet);
  hot.add(&m_transportSequence);
  hot.add(&m_estimator);
  m_outlet.addHot(hot);
}

std::shared_ptr<Producer> RtpSession::producer(StreamId id) const {
  return stream(id).encodings.front().producer;
}

void RtpSession::setSource(StreamId id, std::shared_ptr<Producer> producer) {
  if (!m_closed) stream(id).consumer->setSource(std::move(producer));
}

void RtpSession::requestKeyframe() {
  for (const Stream& each : m_streams) {
    if (!each.isVideo() || !each.receives()) continue;
    for (const Encoding& one : each.encodings) one.producer->requestKeyframe();
  }
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

void RtpSession::onSourceFlowing(const RtpConsumer& consumer) {
  if (m_closed) return;
  for (const Stream& each : m_streams) {
    if (each.consumer.get() == &consumer) return m_listener.onFlow(each.id, true, true);
  }
}

}  // namespace kms::router
