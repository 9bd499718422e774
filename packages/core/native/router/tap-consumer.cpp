#include "router/tap-consumer.hpp"

#include "router/mirrors.hpp"
#include "router/random.hpp"

#include <algorithm>
#include <cstring>
#include <future>
#include <utility>

namespace kms::router {

namespace {

constexpr Duration kLookInterval = std::chrono::milliseconds(500);

}  // namespace

TapConsumer::TapConsumer(Environment& environment, TapConfig config)
    : m_environment(environment),
      m_config(std::move(config)),
      m_ssrc(randomSsrc()),
      m_rewriter(static_cast<std::uint16_t>(random32() & 0x7FFFU), random32()) {}

void TapConsumer::setSource(std::shared_ptr<Producer> producer) {
  if (producer == m_source) return;
  auto front = localProducer(m_environment, producer);
  for (const auto& each : std::exchange(m_attached, {})) each->detach(*this);
  m_source = std::move(producer);
  m_front = std::move(front);
  m_producer = m_front.get();
  m_wanted = nullptr;
  m_format = {};
  m_rewriter.end();
  attachEncodings();
}

/// Attaches to those that it is not attached to yet: a source gets its encodings when it
/// negotiates, which may be later.
void TapConsumer::attachEncodings() {
  if (!m_source) return;
  std::vector<std::shared_ptr<Producer>> all{m_front};
  for (auto& other : m_source->otherEncodings())
    all.push_back(localProducer(m_environment, std::move(other)));
  for (auto& each : all) {
    if (std::ranges::find(m_attached, each) != m_attached.end()) continue;
    m_attached.push_back(each);
    each->attach(*this);  // may call back
  }
}

void TapConsumer::requestKeyframe() {
  if (m_producer != nullptr) m_producer->requestKeyframe();
}

void TapConsumer::onFormat(const media::Format& format) {
  if (m_format != format) {
    m_format = format;
    m_rewriter.end();
    if (m_config.onFormat) m_config.onFormat(format);
  }
  attachEncodings();
}

void TapConsumer::onProducerClosed() {
  std::erase_if(m_attached, [](const auto& each) { return each->closed(); });
  if (m_front && m_front->closed()) return setSource(nullptr);
  m_producer = m_front.get();
  m_wanted = nullptr;
  m_rewriter.end();
}

void TapConsumer::onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                            TimePoint now) {
  const auto source = m_source;
  if (&producer != m_producer) lookForBetter(producer, now);
  for (const rtp::MediaPacket& packet : packets) {
    if (m_source != source) return;  // the callback went elsewhere
    if (&producer == m_producer || takesOver(producer, packet, now)) forward(producer, packet);
  }
}

void TapConsumer::lookForBetter(Producer& producer, TimePoint now) {
  if (m_producer == nullptr || m_wanted == &producer || now - m_looked < kLookInterval) return;
  m_looked = now;
  const EncodingRate present = m_producer->encodingRate(now);
  const EncodingRate other = producer.encodingRate(now);
  if (present.live && other.whole() < present.whole() + present.whole() / 4) return;
  m_wanted = &producer;
  producer.requestKeyframe();
}

bool TapConsumer::takesOver(Producer& producer, const rtp::MediaPacket& packet, TimePoint now) {
  const bool mayStart = packet.keyframe || producer.medium() != media::Medium::kVideo;
  if (!mayStart) return false;
  const bool lost = m_producer == nullptr || !m_producer->encodingRate(now).live;
  if (&producer != m_wanted && !lost) return false;
  m_producer = &producer;
  m_wanted = nullptr;
  m_rewriter.end();
  return true;
}

void TapConsumer::forward(Producer& producer, const rtp::MediaPacket& packet) {
  if (m_generation != producer.generation()) m_rewriter.end();
  const TimePoint received = packet.packet->received;
  if (!m_rewriter.active()) {
    if (producer.medium() == media::Medium::kVideo && !packet.keyframe) {
      producer.requestKeyframe();
      return;
    }
    m_generation = producer.generation();
    m_rewriter.begin(packet, received, std::max(producer.clockRate(), 1U));
  }
  const auto output = m_rewriter.next(packet, received);
  if (!output) return;
  const rtp::Header header{packet.payloadType, packet.marker, output->sequence, output->timestamp,
                           m_ssrc};
  const std::size_t start = rtp::HeaderWriter(m_buffer, header).finish();
  const auto payload = packet.payload();
  std::memcpy(&m_buffer[start], payload.data(), payload.size());
  m_config.onRtp({m_buffer.data(), start + payload.size()},
                 producer.capture(packet.timestamp).value_or(received));
}

RemoteTap::RemoteTap(io::Executor& executor, Environment& environment, TapConfig config)
    : m_executor(executor),
      m_consumer(std::make_shared<TapConsumer>(environment, std::move(config))) {}

RemoteTap::~RemoteTap() {
  if (m_executor.isCurrent()) {
    m_consumer->setSource(nullptr);
    return;
  }
  const auto done = std::make_shared<std::promise<void>>();
  const bool posted = m_executor.post([consumer = m_consumer, done] {
    consumer->setSource(nullptr);
    done->set_value();
  });
  // A thread that has ended has closed its producers, which detached this consumer.
  if (posted) done->get_future().wait();
}

void RemoteTap::setSource(std::shared_ptr<Producer> producer) {
  m_executor.post([consumer = m_consumer, producer = std::move(producer)]() mutable {
    consumer->setSource(std::move(producer));
  });
}

void RemoteTap::requestKeyframe() {
  m_executor.post([consumer = m_consumer] { consumer->requestKeyframe(); });
}

}  // namespace kms::router
