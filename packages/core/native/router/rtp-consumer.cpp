// The packet path of an RtpConsumer. Encodings: rtp-consumer-layers.cpp; retransmission and
// reports: rtp-consumer-feedback.cpp.
#include "router/random.hpp"

#include <kms/router/rtp-consumer.hpp>
#include <kms/rtp/send-time.hpp>
#include <kms/rtp/vp8-descriptor.hpp>
#include <kms/rtp/vp9-descriptor.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kKeyframeWishInterval = std::chrono::seconds(1);
/// What fills the place of a packet that is left out too late: padding of one byte.
constexpr std::array<std::uint8_t, 1> kOnlyPadding{1};

}  // namespace

RtpConsumer::RtpConsumer(media::Medium medium, ConsumerSsrcs ssrcs, Environment& environment,
                         PacketOutlet& outlet)
    : m_outlet(outlet),
      m_medium(medium),
      m_ssrcs(ssrcs),
      m_rewriter(static_cast<std::uint16_t>(random32() & 0x7FFFU), random32()),
      m_environment(environment),
      m_rtxSequence(static_cast<std::uint16_t>(random32() & 0x7FFFU)),
      m_paceTimer(environment.timers, [this] { releaseQueue(); }) {}

RtpConsumer::~RtpConsumer() {
  setSource(nullptr);
}

void RtpConsumer::configure(RtpConsumerParameters parameters) {
  if (parameters == m_parameters) return;
  m_parameters = std::move(parameters);
  // Headers look different from now on: what was sent with the old ones cannot be sent again.
  m_history.clear();
  m_header.build(m_parameters.extensions, m_parameters.mid);
  m_payloadType = kNoPayloadType;
  m_rtxPayloadType = kNoPayloadType;
  if (m_format) onFormat(*m_format);
}

void RtpConsumer::onWritable() {
  m_hot.clear();
  m_outlet.addHot(m_hot);
  if (!m_producer || m_rewriter.active()) return;
  const auto source = m_producer;
  if (!wantsReplay() || !source->replay(*this)) source->requestKeyframe();
}

bool RtpConsumer::wantsReplay() const noexcept {
  // Into a stream that runs, packets of the last second would go out with timestamps of the future.
  return !active();
}

const CodecParameters* RtpConsumer::codec() const noexcept {
  const auto found =
      std::ranges::find(m_parameters.codecs, m_payloadType, &CodecParameters::payloadType);
  return found == m_parameters.codecs.end() ? nullptr : &*found;
}

bool RtpConsumer::hasCodec(std::uint8_t payloadType) const noexcept {
  return std::ranges::any_of(m_parameters.codecs,
                             [&](const auto& codec) { return codec.payloadType == payloadType; });
}

void RtpConsumer::onFormat(const media::Format& format) {
  m_format = format;
  const CodecParameters* codec = findCodec(m_parameters.codecs, format);
  const std::uint8_t before =
      std::exchange(m_payloadType, codec ? codec->payloadType : kNoPayloadType);
  m_rtxPayloadType = codec ? codec->rtx.value_or(kNoPayloadType) : kNoPayloadType;
  m_numbered = Numbered::kNo;
  if (format.codec == "VP8") m_numbered = Numbered::kVp8;
  if (format.codec == "VP9") m_numbered = Numbered::kVp9;
  if (before != m_payloadType) m_rewriter.end();
}

void RtpConsumer::onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                            TimePoint now) {
  m_lastArrival = now;
  if (!std::exchange(m_flowing, true)) m_outlet.onSourceFlowing(*this);
  if (!m_outlet.writable()) return;
  if (m_payloadType == kNoPayloadType) return countUnsendable(packets.size());
  if (&producer == m_next.get()) packets = takeOver(packets);
  if (&producer != m_producer.get()) return;
  for (const rtp::MediaPacket& packet : packets) admit(producer, packet, now);
}

void RtpConsumer::prefetch(Turn turn) const noexcept {
  if (turn == Turn::kNextButOne) {
    const auto* end = reinterpret_cast<const char*>(&m_header) + 2 * kCacheLine;
    kms::prefetch(this, static_cast<std::size_t>(end - reinterpret_cast<const char*>(this)));
    m_hot.prefetch();
  } else {
    m_history.prefetch(static_cast<std::uint16_t>(m_lastSequence + 1));
    m_outlet.prefetchNext();
  }
}

/// There is no common codec; where nothing was negotiated at all, nothing is missed.
void RtpConsumer::countUnsendable(std::size_t packets) {
  if (m_parameters.codecs.empty()) return;
  m_counters.dropped += packets;
  m_environment.countDrop(DropReason::kNoCommonCodec, packets);
}

bool RtpConsumer::takeSilence(TimePoint now, Duration timeout) noexcept {
  if (!m_flowing || now - m_lastArrival < timeout) return false;
  m_flowing = false;
  return true;
}

void RtpConsumer::admit(Producer& producer, const rtp::MediaPacket& packet, TimePoint now) {
  if (m_queue.empty() && m_pacer.admit(packet.payloadSize, now)) {
    return forward(producer, packet, now);
  }
  if (m_queue.full()) {
    // More than a second of it: what waits is of no use any more, and a keyframe begins anew.
    m_counters.overflowed += PacketQueue::kCapacity;
    m_environment.countDrop(DropReason::kViewerQueueFull, PacketQueue::kCapacity);
    dropQueue();
    m_rewriter.end();
    producer.requestKeyframe();
  }
  m_queue.push(packet);
  updatePacing(now);
  if (!m_paceTimer.active()) m_paceTimer.start(now + congestion::kPacerInterval);
}

void RtpConsumer::releaseQueue() {
  const TimePoint now = m_environment.clock.now();
  while (m_producer && !m_queue.empty() && m_pacer.admit(m_queue.front().payloadSize, now)) {
    const rtp::MediaPacket packet = m_queue.pop();
    forward(*m_producer, packet, now);
  }
  if (!m_queue.empty()) {
    m_paceTimer.start(now + congestion::kPacerInterval);
  } else {
    updatePacing(now);
  }
}

void RtpConsumer::dropQueue() {
  m_queue.clear();
  m_paceTimer.stop();
}

void RtpConsumer::forward(Producer& producer, const rtp::MediaPacket& packet, TimePoint now) {
  if (m_generation != producer.generation()) m_rewriter.end();
  if (!m_rewriter.active() && !start(producer, packet, now)) return;
  const bool isLeftOut = leavesOut(producer, packet, now);
  if (awaitsKeyframe(packet)) wishKeyframe(producer, now);
  if (isLeftOut) return leaveOut(packet, now);
  const auto output = m_rewriter.next(packet, packet.packet->received);
  if (!output) return;
  const std::size_t described = m_header.hasDependencies() ? packet.descriptorSize : 0;
  SentPacket* sent = record(packet.sequence, *output,
                            std::size_t{packet.payloadSize} + packet.padding + described, now);
  if (sent == nullptr) return;
  sent->marker = packet.marker || endsPicture(packet);
  if (packet.keyframe) m_repairs.onKeyframe(output->sequence);
  if (packet.timestamp != m_lastSourceTimestamp) notePicture(packet, output->skippedPictures);
  if (!send(packet, *sent, now)) return;
  m_lastSequence = output->sequence;
  m_lastSourceTimestamp = packet.timestamp;
  m_lastTimestamp = output->timestamp;
  m_lastReceived = packet.packet->received;
  if (packet.descriptorSize != 0) noteFrame(packet);
}

void RtpConsumer::noteFrame(const rtp::MediaPacket& packet) noexcept {
  const auto number = static_cast<std::uint16_t>(packet.frame + m_frameOffset);
  if (static_cast<std::int16_t>(number - m_lastFrame) > 0) m_lastFrame = number;
}

bool RtpConsumer::start(Producer& producer, const rtp::MediaPacket& packet, TimePoint now) {
  if (m_medium == media::Medium::kVideo && !packet.keyframe) {
    wishKeyframe(producer, now);
    return false;
  }
  m_generation = producer.generation();
  m_clockRate = std::max(producer.clockRate(), 1U);
  m_rewriter.begin(packet, packet.packet->received, m_clockRate);
  beginNumbers(packet);
  m_lastSourceTimestamp = packet.timestamp - 1;  // a picture of its own
  m_layers.begin(wantedLayers());
  if (producer.dependencies())
    m_dependencies.begin(packet, *producer.dependencies(), wantedLayers());
  return true;
}

/// Notes what a number is sent with; null when it was given already.
SentPacket* RtpConsumer::record(std::int64_t source, const StreamRewriter::Output& output,
                                std::size_t bytes, TimePoint now) {
  SentPacket* sent = m_history.take(output.sequence, now);
  if (sent == nullptr) return nullptr;
  sent->source = source;
  sent->skippedPictures = output.skippedPictures;
  if (m_header.hasTransportSequence())
    sent->transportSequence = m_outlet.numberPacket(m_header.size() + bytes, now);
  if (m_header.hasAbsoluteSendTime()) sent->absoluteSendTime = rtp::absoluteSendTime(now);
  return sent;
}

/// Numbers of pictures and frames go on where those of the source before ended.
void RtpConsumer::beginNumbers(const rtp::MediaPacket& first) {
  m_frameOffset = static_cast<std::uint16_t>(m_lastFrame + 1 - first.frame);
  if (m_numbered == Numbered::kVp8) {
    if (const auto read = rtp::Vp8Descriptor::parse(first.payload())) m_pictures.begin(*read);
  } else if (m_numbered == Numbered::kVp9) {
    if (const auto read = rtp::Vp9Descriptor::parse(first.payload())) m_pictures.begin(*read);
  }
}

void RtpConsumer::notePicture(const rtp::MediaPacket& packet, std::uint16_t skippedPictures) {
  if (m_numbered == Numbered::kVp8) {
    if (const auto read = rtp::Vp8Descriptor::parse(packet.payload()))
      m_pictures.note(*read, skippedPictures);
  } else if (m_numbered == Numbered::kVp9) {
    // References are distances between numbers: pictures that are left out leave their gaps.
    if (const auto read = rtp::Vp9Descriptor::parse(packet.payload())) m_pictures.note(*read, 0);
  }
}

void RtpConsumer::wishKeyframe(Producer& producer, TimePoint now) {
  if (now - m_lastKeyframeWish < kKeyframeWishInterval) return;
  m_lastKeyframeWish = now;
  producer.requestKeyframe();
}

bool RtpConsumer::leavesOut(const Producer& producer, const rtp::MediaPacket& packet,
                            TimePoint now) noexcept {
  if (m_medium != media::Medium::kVideo) return false;
  const rtp::DependencyTracker* tracker = producer.dependencies();
  if (packet.descriptorSize == 0 || tracker == nullptr)
    return !m_layers.keeps(packet, wantedLayers());
  const bool isKept = m_dependencies.keeps(packet, *tracker, wantedLayers(), now);
  if (!isKept && m_dependencies.isUndecodable(packet)) {
    ++m_counters.undecodable;
    m_environment.countDrop(DropReason::kUndecodable);
  }
  return !isKept;
}

bool RtpConsumer::endsPicture(const rtp::MediaPacket& packet) const noexcept {
  return packet.descriptorSize == 0 ? m_layers.endsPicture(packet)
                                    : m_dependencies.endsPicture(packet);
}

bool RtpConsumer::awaitsKeyframe(const rtp::MediaPacket& packet) const noexcept {
  if (m_medium != media::Medium::kVideo) return false;
  return packet.descriptorSize == 0 ? m_layers.wantsKeyframe(wantedLayers())
                                    : m_dependencies.wantsKeyframe();
}

void RtpConsumer::leaveOut(const rtp::MediaPacket& packet, TimePoint now) {
  ++m_counters.thinned;
  const auto hole = m_rewriter.skip(packet);
  if (!hole) return;
  const SentPacket* sent = record(-1, *hole, kOnlyPadding.size(), now);
  if (sent == nullptr) return;
  PacketHeader header = headerOf(packet, *sent);
  header.padded = true;
  m_outlet.sendRtp({m_header.fill(header), {}, kOnlyPadding});
}

PacketHeader RtpConsumer::headerOf(const rtp::MediaPacket& packet, const SentPacket& sent) const {
  PacketHeader made;
  made.header = {m_payloadType, sent.marker, static_cast<std::uint16_t>(sent.sequence),
                 m_rewriter.timestampOf(packet), m_ssrcs.media};
  made.padded = packet.padding > 0;
  made.transportSequence = sent.transportSequence;
  made.absoluteSendTime = sent.absoluteSendTime;
  if (packet.descriptorSize != 0 && sent.source >= 0) {
    made.dependencies = packet.descriptor();
    made.frame = static_cast<std::uint16_t>(packet.frame + m_frameOffset);
  }
  return made;
}

/// The payload with the outgoing picture numbers: a copy of its descriptor, and the rest as it is.
void RtpConsumer::rewrite(const rtp::MediaPacket& packet, std::uint16_t skippedPictures,
                          Rewritten& out) const {
  out.prefix = {};
  out.payload = packet.paddedPayload();
  const auto renumber = [&](const auto& descriptor, std::uint16_t skipped) {
    if (!descriptor || descriptor->size > out.room.size()) return;
    const auto room = std::span(out.room).first(descriptor->size);
    std::ranges::copy(out.payload.first(descriptor->size), room.begin());
    m_pictures.rewrite(*descriptor, skipped, room);
    out.prefix = room;
    out.payload = out.payload.subspan(descriptor->size);
  };
  if (m_numbered == Numbered::kVp8 && m_pictures.changes(skippedPictures))
    renumber(rtp::Vp8Descriptor::parse(packet.payload()), skippedPictures);
  if (m_numbered == Numbered::kVp9 && m_pictures.changes(0))
    renumber(rtp::Vp9Descriptor::parse(packet.payload()), 0);
}

bool RtpConsumer::send(const rtp::MediaPacket& packet, const SentPacket& sent, TimePoint now) {
  Rewritten content;
  rewrite(packet, sent.skippedPictures, content);
  const auto header = m_header.fill(headerOf(packet, sent));
  if (!m_outlet.sendRtp({header, content.prefix, content.payload})) return false;
  m_rate.add(header.size() + packet.payloadSize, now);
  ++m_counters.packets;
  m_counters.bytes += packet.payloadSize;
  return true;
}

}  // namespace kms::router
