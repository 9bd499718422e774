#include "router/tap-consumer.hpp"

#include "router/mirrors.hpp"
#include "router/random.hpp"

#include <algorithm>
#include <cstring>
#include <future>
#include <utility>

namespace kms::router {

TapConsumer::TapConsumer(Environment& environment, TapConfig config)
    : m_environment(environment),
      m_config(std::move(config)),
      m_ssrc(randomSsrc()),
      m_rewriter(static_cast<std::uint16_t>(random32() & 0x7FFFU), random32()) {}

void TapConsumer::setSource(std::shared_ptr<Producer> producer) {
  producer = localProducer(m_environment, std::move(producer));
  if (producer == m_producer) return;
  if (m_producer) m_producer->detach(*this);
  m_producer = std::move(producer);
  m_rewriter.end();
  const auto attached = m_producer;
  if (attached) attached->attach(*this);
}

void TapConsumer::requestKeyframe() {
  if (m_producer) m_producer->requestKeyframe();
}

void TapConsumer::onFormat(const media::Format& format) {
  m_rewriter.end();
  if (m_config.onFormat) m_config.onFormat(format);
}

void TapConsumer::onProducerClosed() {
  m_producer.reset();
  m_rewriter.end();
}

void TapConsumer::onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                            TimePoint) {
  for (const rtp::MediaPacket& packet : packets) {
    if (m_producer.get() != &producer) return;  // the callback went elsewhere
    forward(producer, packet);
  }
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
