#include <kms/router/producer.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

using std::chrono::milliseconds;

namespace {

constexpr Duration kKeyframeInterval = milliseconds(300);
constexpr Duration kKeyframeRetry = milliseconds(600);
constexpr Duration kSsrcTimeout = milliseconds(500);
constexpr Duration kBufferAge = milliseconds(1000);
constexpr std::size_t kVideoBuffer = 1024;
constexpr std::size_t kAudioBuffer = 128;
constexpr std::size_t kBatchLimit = 64;
constexpr std::size_t kPaddingShare = 64;  // of the size, at most, is padded

}  // namespace

void DeliveryQueue::run(TimePoint now) {
  // By index: a delivery may close other producers or queue new packets.
  for (std::size_t i = 0; i < m_producers.size(); ++i) {
    if (m_producers[i] != nullptr) m_producers[i]->deliver(now);
  }
  m_producers.clear();
}

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
    m_codecs.push_back(
        {codec, rtp::keyframeDetector(codec.format.codec), rtp::layerReader(codec.format.codec)});
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
  if (m_closed || index == kNoCodec) {
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
  m_meter.add(media.temporal, packet->size, arrival);
  if (!recovered) m_timeline->onPacket(header.timestamp, arrival);
  if (capture) m_timeline->setReference(header.timestamp, *capture);
  m_lastArrival = arrival;
  m_keyframe.onPacket(media);
  trackLoss(media, arrival);
  enqueue(std::move(media));
  return true;
}

rtp::MediaPacket Producer::describe(const io::PacketRef& packet,
                                    const rtp::PacketView& view) const {
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
  const rtp::LayerId layer = m_codecs[m_current].layerOf(view.payload());
  media.keyframe = m_codecs[m_current].isKeyframe(view.payload());
  media.temporal = layer.temporal;
  media.switchUp = layer.switchUp;
  return media;
}

void Producer::setOtherEncodings(std::vector<std::shared_ptr<Producer>> others) {
  const std::scoped_lock lock(m_mutex);
  m_otherEncodings = std::move(others);
}

std::vector<std::shared_ptr<Producer>> Producer::otherEncodings() const {
  const std::scoped_lock lock(m_mutex);
  return m_otherEncodings;
}

std::uint64_t Producer::bitrateHint() const noexcept {
  std::uint64_t least = 0;
  for (const Consumer* consumer : m_consumers) {
    const std::uint64_t hint = consumer != nullptr ? consumer->bitrateHint() : 0;
    if (hint != 0 && (least == 0 || hint < least)) least = hint;
  }
  return least;
}

void Producer::receiveMirrored(const rtp::MediaPacket& packet, std::uint32_t generation,
                               std::optional<TimePoint> capture) {
  if (m_closed || !m_timeline) return;
  m_isMirror = true;
  if (generation != m_generation) {
    deliver(m_environment.clock.now());
    m_generation = generation;
    forget();
  }
  m_lastArrival = packet.packet->received;
  m_buffer.expire(*m_lastArrival);
  if (!m_buffer.insert(packet)) return;
  m_meter.add(packet.temporal, packet.packet->size, *m_lastArrival);
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

void Producer::enqueue(rtp::MediaPacket packet) {
  if (m_consumers.empty()) return;
  if (m_batch.capacity() == 0) m_batch.reserve(kBatchLimit);
  m_batch.push_back(std::move(packet));
  if (!m_queued) {
    m_queued = true;
    m_environment.delivery.add(*this);
  }
  if (m_batch.size() == kBatchLimit) deliver(m_environment.clock.now());
}

void Producer::deliver(TimePoint now) {
  m_queued = false;
  if (m_batch.empty()) return;
  const auto self = shared_from_this();
  m_delivering.swap(m_batch);
  if (!m_isMirror) evenSizes();
  for (std::size_t i = 0; i < m_consumers.size(); ++i) {
    if (m_consumers[i] != nullptr) m_consumers[i]->onPackets(*this, m_delivering, now);
  }
  m_delivering.clear();
  std::erase(m_consumers, nullptr);
}

/// Encoders cut a frame into packets that differ by a byte or two. Padded to one size they leave as
/// one UDP_SEGMENT send for each viewer, where only the last one may be shorter.
void Producer::evenSizes() {
  for (std::size_t first = 0; first + 1 < m_delivering.size();) {
    std::size_t least = m_delivering[first].payloadSize;
    std::size_t most = least;
    std::size_t end = first + 1;
    for (; end < m_delivering.size(); ++end) {
      const std::size_t size = m_delivering[end].payloadSize;
      if (std::max(most, size) - std::min(least, size) > most / kPaddingShare) break;
      least = std::min(least, size);
      most = std::max(most, size);
    }
    for (std::size_t i = first; i < end; ++i) pad(m_delivering[i], most);
    first = end;
  }
}

void Producer::pad(rtp::MediaPacket& packet, std::size_t size) {
  const std::size_t padding = size - packet.payloadSize;
  const std::size_t end = packet.payloadOffset + size;
  if (padding == 0 || padding > UINT8_MAX || end > packet.packet->data.size()) return;
  // The room behind the payload held the authentication tag; no one reads it any more.
  std::fill_n(&packet.packet->data[end - padding], padding, std::uint8_t{0});
  packet.packet->data[end - 1] = static_cast<std::uint8_t>(padding);
  packet.padding = static_cast<std::uint8_t>(padding);
  m_buffer.setPadding(packet.sequence, packet.padding);
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

void Producer::attach(Consumer& consumer) {
  if (m_closed) {
    consumer.onProducerClosed();
    return;
  }
  // What came before must not reach it as if it were new.
  deliver(m_environment.clock.now());
  // The other thread can begin while this one serves its own; not within a delivery, which counts.
  const bool first = consumer.isRelay() && m_delivering.empty();
  m_consumers.insert(first ? m_consumers.begin() : m_consumers.end(), &consumer);
  const media::Format known = format();
  if (!known.codec.empty()) consumer.onFormat(known);
  if (!consumer.wantsReplay() || !replay(consumer)) requestKeyframe();
}

bool Producer::replay(Consumer& consumer) {
  const TimePoint now = m_environment.clock.now();
  if (m_closed || m_medium != media::Medium::kVideo || !m_delivering.empty()) return false;
  deliver(now);  // else these would come twice
  const auto first = m_keyframe.first(now);
  if (!first || m_buffer.find(*first) == nullptr) return false;
  std::vector<rtp::MediaPacket> packets;
  for (std::int64_t number = *first; number <= m_buffer.highest(); ++number) {
    if (const rtp::MediaPacket* packet = m_buffer.find(number)) packets.push_back(*packet);
  }
  consumer.onPackets(*this, packets, now);
  return true;
}

void Producer::detach(Consumer& consumer) {
  // Nulled, not erased: this may happen within a delivery.
  std::ranges::replace(m_consumers, &consumer, static_cast<Consumer*>(nullptr));
  if (m_delivering.empty()) std::erase(m_consumers, nullptr);
}

void Producer::requestKeyframe() {
  if (m_closed || m_medium != media::Medium::kVideo) return;
  m_keyframeWanted = true;
  const TimePoint now = m_environment.clock.now();
  if (!m_lastKeyframeRequest || now - *m_lastKeyframeRequest >= kKeyframeInterval) {
    askOrigin(now);
  } else {
    m_keyframeTimer.startBefore(*m_lastKeyframeRequest + kKeyframeInterval);
  }
}

void Producer::askOrigin(TimePoint now) {
  m_lastKeyframeRequest = now;
  m_keyframeTimer.start(now + kKeyframeRetry);
  ++m_counters.keyframeRequests;
  if (m_origin.requestKeyframe) m_origin.requestKeyframe();
}

void Producer::onKeyframeTimer() {
  if (m_keyframeWanted && !m_consumers.empty()) askOrigin(m_environment.clock.now());
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
