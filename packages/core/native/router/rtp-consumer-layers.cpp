// Which encoding of its source an RtpConsumer sends.
#include "router/mirrors.hpp"

#include <kms/router/rtp-consumer.hpp>

#include <algorithm>
#include <utility>

namespace kms::router {

namespace {

bool isKeyframe(const rtp::MediaPacket& packet) noexcept {
  return packet.keyframe;
}

}  // namespace

void RtpConsumer::attachTo(std::shared_ptr<Producer> producer, std::shared_ptr<Producer>& as) {
  as = std::move(producer);
  const auto attached = as;  // attaching may call back
  if (attached) attached->attach(*this);
}

void RtpConsumer::detachAll() {
  for (auto* held : {&m_producer, &m_next}) {
    if (const auto producer = std::exchange(*held, nullptr)) producer->detach(*this);
  }
}

void RtpConsumer::setSource(std::shared_ptr<Producer> producer) {
  if (producer == m_source) return;
  static_cast<void>(localProducer(m_environment, producer));  // throws where there is no way
  detachAll();
  dropQueue();
  m_source = std::move(producer);
  m_choice = {};
  m_selector = {};
  m_rewriter.end();
  m_format.reset();
  m_payloadType = kNoPayloadType;
  m_rtxPayloadType = kNoPayloadType;
  if (!m_source) return;
  Rates room;
  const TimePoint now = m_environment.clock.now();
  m_choice = m_selector.choose(encodingRates(room, now), m_choice, m_budget, now);
  m_current = m_choice.encoding;
  attachTo(encoding(m_current), m_producer);
}

void RtpConsumer::onProducerClosed() {
  if (m_next && m_next->closed()) m_next.reset();
  if (m_producer && !m_producer->closed()) return;
  detachAll();
  m_rewriter.end();
  dropQueue();
  if (std::exchange(m_current, 0) == 0) {
    m_source.reset();
    return;
  }
  // An encoding was given up, not the source.
  m_choice = {};
  attachTo(encoding(0), m_producer);
}

/// On this thread: the encoding itself, or its mirror.
std::shared_ptr<Producer> RtpConsumer::encoding(std::size_t index) const {
  auto others = m_source->otherEncodings();
  return localProducer(m_environment,
                       index == 0 || index > others.size() ? m_source : others[index - 1]);
}

std::span<const EncodingRate> RtpConsumer::encodingRates(Rates& room, TimePoint now) const {
  const auto others = m_source->otherEncodings();
  std::size_t count = 0;
  for (std::size_t i = 0; i <= others.size() && i < kMostEncodings; ++i) {
    const Producer& each = i == 0 ? *m_source : *others[i - 1];
    const auto free = std::span(room).subspan(count).first<kSpatialLayers>();
    const std::size_t layers = each.layerRates(free, now);
    for (EncodingRate& rate : free.first(layers)) rate.encoding = static_cast<std::uint8_t>(i);
    count += layers;
  }
  return std::span(room).first(count);
}

void RtpConsumer::setBudget(std::optional<std::uint64_t> budget, TimePoint now) {
  m_budget = budget;
  updatePacing(now);
  if (!m_source || m_medium != media::Medium::kVideo) return;
  Rates room;
  const auto rates = encodingRates(room, now);
  if (m_choice.encoding > rates.back().encoding) m_choice = {};
  const LayerChoice choice = m_selector.choose(rates, m_choice, mediaBudget(now), now);
  const bool moves = choice.encoding != m_choice.encoding;
  const bool falls = !moves && choice.spatial < m_choice.spatial;
  // By what the way can carry, not by what somebody set.
  const bool isCongested = m_estimate != 0 && budget.value_or(0) >= m_estimate;
  m_choice = choice;
  // Too much was sent, and some of it is lost or will be. Receivers decode the layers of a picture
  // together, so what lacks of an upper one holds up the lower ones; but once these go on alone,
  // browsers do not ask for it any more. So the lower layer begins with a keyframe.
  if (falls && m_producer && (isCongested || m_repairs.isLacking(now))) {
    m_lastKeyframeWish = now;
    m_producer->requestKeyframe();
  }
  if (moves) switchTo(choice.encoding);
}

/// Retransmissions take the same way as what they mend, but not more than half of it.
std::optional<std::uint64_t> RtpConsumer::mediaBudget(TimePoint now) {
  if (!m_budget) return m_budget;
  return *m_budget - std::min(m_repairRate.bitrate(now), *m_budget / 2);
}

/// Paced is what exceeds the estimate by far, not a stream that has been above it all the time.
void RtpConsumer::updatePacing(TimePoint now) {
  const std::uint64_t usual = std::max(m_estimate, m_rate.bitrate(now));
  m_pacer.setRate(m_estimate == 0 ? 0 : congestion::pacingRate(usual, m_queue.bytes()));
}

std::uint64_t RtpConsumer::wanted(TimePoint now) const {
  if (!m_source || m_medium != media::Medium::kVideo) return 0;
  Rates room;
  const auto rates = encodingRates(room, now);
  return m_choice.encoding <= rates.back().encoding ? LayerSelector::wanted(rates, m_choice) : 0;
}

std::uint64_t RtpConsumer::most(TimePoint now) {
  if (!m_source || bitrate(now) == 0) return 0;
  Rates room;
  return LayerSelector::most(encodingRates(room, now));
}

void RtpConsumer::switchTo(std::size_t index) {
  if (const auto given = std::exchange(m_next, nullptr)) given->detach(*this);
  auto wanted = encoding(index);
  if (wanted == m_producer) return;  // it was on its way elsewhere, and stays
  if (m_producer && m_rewriter.active()) return attachTo(std::move(wanted), m_next);
  detachAll();  // nothing was sent yet
  m_current = index;
  attachTo(std::move(wanted), m_producer);
}

std::span<const rtp::MediaPacket> RtpConsumer::takeOver(std::span<const rtp::MediaPacket> packets) {
  const auto start = std::ranges::find_if(packets, &isKeyframe);
  if (start == packets.end()) return {};
  const auto before = std::exchange(m_producer, std::exchange(m_next, nullptr));
  if (before) before->detach(*this);
  m_current = m_choice.encoding;
  // What waits of the old encoding would only delay the new one.
  dropQueue();
  m_rewriter.end();
  ++m_counters.switches;
  return packets.subspan(static_cast<std::size_t>(start - packets.begin()));
}

}  // namespace kms::router
