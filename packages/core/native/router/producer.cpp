// What a Producer takes. What its consumers get: producer-delivery.cpp; keyframes:
// producer-keyframes.cpp.
#include <kms/router/producer.hpp>
#include <kms/rtp/bytes.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kSsrcTimeout = milliseconds(500);
constexpr Duration kBufferAge = milliseconds(1000);
constexpr std::size_t kVideoBuffer = 1024;
constexpr std::size_t kAudioBuffer = 128;

}  // namespace

Producer::Producer(media::Medium medium, Environment& environment, ProducerOrigin origin,
                   std::shared_ptr<rtp::SenderClock> clock)
    : m_medium(medium),
      m_environment(environment),
      m_origin(std::move(origin)),
      m_senderClock(std::move(clock)),
      m_buffer(medium == media::Medium::kVideo ? kVideoBuffer : kAudioBuffer, kBufferAge),
      m_keyframeTimer(environment.timers, [this] { onKeyframeTimer(); }) {
  m_codecOf.fill(kNoCodec);
}

Producer::~Producer() {
  if (m_queued) m_environment.delivery.remove(*this);
}

media::Format Producer::format() const {
  const std::scoped_lock lock(m_mutex);
  return m_format;
}

const CodecParameters* Producer::codec() const noexcept {
  return m_current == kNoCodec ? nullptr : &m_codecs[m_current].parameters;
}

std::uint32_t Producer::clockRate() const noexcept {
  return m_timeline ? m_timeline->clockRate() : 0;
}

void Producer::setCodecs(const std::vector<CodecParameters>& codecs) {
  m_codecs.clear();
  m_codecOf.fill(kNoCodec);
  m_current = kNoCodec;  // found anew by the next packet
  for (const CodecParameters& codec : codecs) {
    if (codec.payloadType >= m_codecOf.size() || m_codecs.size() == kNoCodec) continue;
    m_codecOf[codec.payloadType] = static_cast<std::uint8_t>(m_codecs.size());
    m_codecs.push_back({codec, rtp::keyframeDetector(codec.format.codec),
                        rtp::layerReader(codec.format.codec),
                        rtp::takesDependencies(codec.format.codec)});
  }
}

void Producer::expect(std::uint8_t payloadType) {
  const std::uint8_t index = m_codecOf[payloadType & 0x7FU];
  if (index != kNoCodec) selectCodec(index);
}

bool Producer::receive(const io::PacketRef& packet, const rtp::PacketView& view,
                       std::optional<TimePoint> capture) {
  return take(packet, view, false, capture);
}

bool Producer::receiveRecovered(const io::PacketRef& packet, const rtp::PacketView& view) {
  // What it repeats is near what came last; anything else is a mistake, and must not make a source
  // look as if it began anew.
  constexpr std::int64_t kAhead = 128;
  const std::int64_t ahead = m_statistics.extend(view.header().sequence) - m_statistics.highest();
  if (!m_statistics.started() || m_ssrc != view.header().ssrc || ahead > kAhead ||
      ahead < -static_cast<std::int64_t>(kVideoBuffer)) {
    ++m_counters.strayed;
    m_environment.countDrop(DropReason::kStrayed);
    return false;
  }
  return take(packet, view, true, {});
}

bool Producer::take(const io::PacketRef& packet, const rtp::PacketView& view, bool recovered,
                    std::optional<TimePoint> capture) {
  const rtp::Header& header = view.header();
  const std::uint8_t index = m_codecOf[header.payloadType];
  if (m_closed) {
    m_environment.countDrop(DropReason::kAfterEnd);
    return false;
  }
  if (index == kNoCodec) {
    ++m_counters.unknownPayloadType;
    m_environment.countDrop(DropReason::kUnknownPayloadType);
    return false;
  }
  const TimePoint arrival = packet->received;
  if (!accept(header, arrival)) return false;
  if (index != m_current) selectCodec(index);

  rtp::MediaPacket media = describe(packet, view);
  const bool late = m_statistics.started() && media.sequence <= m_statistics.highest();
  m_buffer.expire(arrival);
  if (!m_buffer.insert(media)) {
    ++m_counters.duplicates;
    m_environment.countDrop(DropReason::kDuplicate);
    return false;
  }
  if (!recovered || !late)
    m_statistics.add(header.sequence, header.timestamp, view.payload().size(), arrival);
  noteArrival(media);
  m_meter.add(media);
  if (!recovered) m_timeline->onPacket(header.timestamp, arrival);
  if (capture) m_timeline->setReference(header.timestamp, *capture);
  m_lastArrival = arrival;
  m_keyframe.onPacket(media);
  trackLoss(media, arrival);
  enqueue(std::move(media));
  return true;
}

rtp::MediaPacket Producer::describe(const io::PacketRef& packet, const rtp::PacketView& view) {
  const rtp::Header& header = view.header();
  rtp::MediaPacket media;
  media.packet = packet;
  media.sequence = m_statistics.extend(header.sequence);
  media.timestamp = header.timestamp;
  media.payloadOffset = static_cast<std::uint16_t>(view.headerSize());
  media.payloadSize = static_cast<std::uint16_t>(view.payload().size());
  media.payloadType = header.payloadType;
  media.marker = header.marker;
  if (m_medium != media::Medium::kVideo) return media;
  const Codec& codec = m_codecs[m_current];
  const rtp::LayerId layer = codec.layerOf(view.payload());
  media.keyframe = codec.isKeyframe(view.payload());
  media.temporal = layer.temporal;
  media.spatial = layer.spatial;
  media.frameStart = layer.frameStart;
  media.frameEnd = layer.frameEnd;
  media.switchUp = layer.switchUp;
  media.switchAfter = layer.switchAfter;
  media.interPredicted = layer.interPredicted;
  media.standsAlone = layer.standsAlone;
  if (m_dependencyExtension != 0 && codec.takesDependencies) readDependencies(view, media);
  return media;
}

rtp::DependencyTracker& Producer::tracker() {
  if (!m_dependencies) m_dependencies = std::make_unique<rtp::DependencyTracker>();
  return *m_dependencies;
}

/// Where a frame's descriptor can be read it tells of the layer, whatever the payload says.
void Producer::readDependencies(const rtp::PacketView& view, rtp::MediaPacket& media) {
  const auto data = view.extension(m_dependencyExtension);
  if (!data || data->size() < rtp::DependencyDescriptor::kLeastSize) return;
  const auto offset = static_cast<std::size_t>(data->data() - media.packet->data.data());
  if (offset > UINT8_MAX || data->size() > UINT8_MAX) return;
  media.descriptorOffset = static_cast<std::uint8_t>(offset);
  media.descriptorSize = static_cast<std::uint8_t>(data->size());
  media.frame = rtp::read16(data->data() + 1);
  const auto found = tracker().onPacket(*data);
  if (!found) return;
  media.temporal = found->frame.layer.temporal;
  media.spatial = found->frame.layer.spatial;
  media.frameStart = found->frameStart;
  media.frameEnd = found->frameEnd;
  media.standsAlone = tracker().standsAlone(found->frame);
}

void Producer::noteArrival(const rtp::MediaPacket& media) {
  if (media.descriptorSize == 0) return;
  tracker().onArrival(media.frame, static_cast<std::uint16_t>(media.sequence), media.frameStart,
                      media.frameEnd);
}

void Producer::setOtherEncodings(std::vector<std::shared_ptr<Producer>> others) {
  const std::scoped_lock lock(m_mutex);
  m_otherEncodings = std::move(others);
}

std::vector<std::shared_ptr<Producer>> Producer::otherEncodings() const {
  const std::scoped_lock lock(m_mutex);
  return m_otherEncodings;
}

void Producer::receiveMirrored(const rtp::MediaPacket& packet, std::uint32_t generation,
                               std::optional<TimePoint> capture) {
  if (m_closed || !m_timeline) return m_environment.countDrop(DropReason::kAfterEnd);
  m_isMirror = true;
  if (generation != m_generation) {
    deliver(m_environment.clock.now());
    m_generation = generation;
    forget();
  }
  m_lastArrival = packet.packet->received;
  m_buffer.expire(*m_lastArrival);
  if (!m_buffer.insert(packet)) {
    ++m_counters.duplicates;
    return m_environment.countDrop(DropReason::kDuplicate);
  }
  m_meter.add(packet);
  if (packet.descriptorSize != 0) tracker().onPacket(packet.descriptor());
  noteArrival(packet);
  m_timeline->onPacket(packet.timestamp, *m_lastArrival);
  if (capture) m_timeline->setReference(packet.timestamp, *capture);
  m_keyframe.onPacket(packet);
  if (packet.keyframe) m_keyframeWanted = false;
  enqueue(packet);
}

bool Producer::accept(const rtp::Header& header, TimePoint arrival) {
  if (m_ssrc != header.ssrc && !acceptSsrc(header.ssrc, arrival)) {
    ++m_counters.strayed;
    m_environment.countDrop(DropReason::kStrayed);
    return false;
  }
  const rtp::Arrival kind = m_statistics.classify(header.sequence);
  if (kind == rtp::Arrival::kRestart) restart(header.ssrc);
  if (kind != rtp::Arrival::kJump) return true;
  ++m_counters.strayed;
  m_environment.countDrop(DropReason::kStrayed);
  return false;
}

bool Producer::acceptSsrc(std::uint32_t ssrc, TimePoint arrival) {
  // Two sources at once would tear the stream apart: the first one stays while it is alive.
  if (m_ssrc && m_lastArrival && arrival - *m_lastArrival < kSsrcTimeout) return false;
  restart(ssrc);
  return true;
}

void Producer::restart(std::uint32_t ssrc) {
  deliver(m_environment.clock.now());
  m_ssrc = ssrc;
  ++m_generation;
  m_statistics = rtp::ReceiveStatistics(clockRate());
  m_nacks.reset();
  forget();
}

/// What came before has numbers and timestamps of its own.
void Producer::forget() {
  m_buffer.clear();
  m_keyframe.reset();
  if (m_dependencies) m_dependencies->reset();
  if (m_timeline) m_timeline.emplace(m_timeline->clockRate(), m_senderClock);
}

void Producer::selectCodec(std::uint8_t index) {
  deliver(m_environment.clock.now());  // those before belong to the old format
  m_current = index;
  const media::Format& next = m_codecs[index].parameters.format;
  const auto rate = static_cast<std::uint32_t>(std::max(next.clockRate, 1));
  if (!m_timeline || m_timeline->clockRate() != rate) {
    if (m_timeline) ++m_generation;
    m_timeline.emplace(rate, m_senderClock);
    m_statistics.setClockRate(rate);
  }
  {
    const std::scoped_lock lock(m_mutex);
    if (m_format == next) return;
    m_format = next;
  }
  for (Consumer* consumer : std::vector(m_consumers)) {
    if (consumer != nullptr) consumer->onFormat(next);
  }
  if (m_origin.formatChanged) m_origin.formatChanged(next);
}

void Producer::trackLoss(const rtp::MediaPacket& packet, TimePoint arrival) {
  if (packet.keyframe) m_keyframeWanted = false;
  if (!m_codecs[m_current].parameters.nack) return;
  m_nacks.onPacket(packet.sequence, arrival);
  if (m_nacks.takeGaveUp() && m_medium == media::Medium::kVideo) requestKeyframe();
  if (m_nacks.missing() > 0 && m_origin.nacksDue) m_origin.nacksDue();
}

void Producer::onSenderReport(const rtp::SenderInfo& report, TimePoint arrival) {
  if (m_ssrc != report.ssrc) return;
  m_statistics.onSenderReport(report.ntp, arrival);
  if (m_timeline) m_timeline->onSenderReport(report.ntp, report.rtpTime, arrival);
}

void Producer::onBye(std::uint32_t ssrc) {
  if (m_ssrc == ssrc) m_lastArrival.reset();
}

std::optional<TimePoint> Producer::capture(std::uint32_t timestamp) const {
  return m_timeline ? m_timeline->capture(timestamp) : std::nullopt;
}

std::span<const std::uint16_t> Producer::takeNacks(TimePoint now) {
  const auto due = m_nacks.due(now);
  m_counters.nacksSent += due.size();
  if (m_nacks.takeGaveUp() && m_medium == media::Medium::kVideo) requestKeyframe();
  return due;
}

void Producer::close() {
  if (m_closed.exchange(true)) return;
  m_meter.end();
  const auto self = shared_from_this();
  if (std::exchange(m_queued, false)) m_environment.delivery.remove(*this);
  m_keyframeTimer.stop();
  m_origin = {};
  m_batch.clear();
  forget();
  {
    const std::scoped_lock lock(m_mutex);
    m_otherEncodings.clear();
  }
  for (Consumer* consumer : std::exchange(m_consumers, {})) {
    if (consumer != nullptr) consumer->onProducerClosed();
  }
}

}  // namespace kms::router
