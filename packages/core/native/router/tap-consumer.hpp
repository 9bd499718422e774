// The consumer behind a Tap.
#pragma once

#include <kms/io/executor.hpp>
#include <kms/router/bridge.hpp>
#include <kms/router/consumer.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/stream-rewriter.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace kms::router {

/// Writes each packet into a buffer of its own and hands it out; of a source with several encodings
/// the best one that comes. I/O thread.
class TapConsumer final : public Consumer {
 public:
  TapConsumer(Environment& environment, TapConfig config);
  ~TapConsumer() override { setSource(nullptr); }

  /// Of any I/O thread.
  void setSource(std::shared_ptr<Producer> producer);
  void requestKeyframe();

  void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                 TimePoint now) override;
  void onFormat(const media::Format& format) override;
  void onProducerClosed() override;

 private:
  void attachEncodings();
  [[nodiscard]] bool takesOver(Producer& producer, const rtp::MediaPacket& packet, TimePoint now);
  void lookForBetter(Producer& producer, TimePoint now);
  void forward(Producer& producer, const rtp::MediaPacket& packet);

  Environment& m_environment;
  TapConfig m_config;
  std::uint32_t m_ssrc;
  std::shared_ptr<Producer> m_source;                 // as given
  std::shared_ptr<Producer> m_front;                  // the same, or its mirror here
  std::vector<std::shared_ptr<Producer>> m_attached;  // all encodings of it, or their mirrors
  Producer* m_producer = nullptr;                     // the one that is handed out
  Producer* m_wanted = nullptr;                       // better; from its next keyframe on
  TimePoint m_looked{};
  media::Format m_format;
  std::uint32_t m_generation = 0;
  StreamRewriter m_rewriter;
  std::array<std::uint8_t, rtp::kFixedHeaderSize + io::kPacketCapacity> m_buffer{};
};

/// The handle: posts to the I/O thread.
class RemoteTap final : public Tap {
 public:
  RemoteTap(io::Executor& executor, Environment& environment, TapConfig config);
  ~RemoteTap() override;
  void setSource(std::shared_ptr<Producer> producer) override;
  void requestKeyframe() override;

 private:
  io::Executor& m_executor;
  std::shared_ptr<TapConsumer> m_consumer;
};

}  // namespace kms::router
