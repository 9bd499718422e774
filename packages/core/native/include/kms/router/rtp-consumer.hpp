// RtpConsumer: the sending side of one medium towards one viewer.
#pragma once

#include <kms/base/export.hpp>
#include <kms/router/consumer.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/stream-rewriter.hpp>
#include <kms/rtp/rtcp-writer.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kms::router {

/// Where a consumer's packets leave: its transport. I/O thread.
class KMS_API PacketOutlet {
 public:
  virtual ~PacketOutlet() = default;
  /// Keys and destination are known.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  /// Encrypts and queues a packet; false when it was dropped.
  virtual bool sendRtp(std::span<const std::uint8_t> header,
                       std::span<const std::uint8_t> payload) = 0;
  [[nodiscard]] virtual std::uint16_t nextTransportSequence() noexcept = 0;
  /// The first packet came from the consumer's source, or the first after a silence.
  virtual void onSourceFlowing(media::Medium medium) = 0;
};

/// What a viewer negotiated. Extension ids: 0 when not negotiated, else 1..255.
struct RtpConsumerParameters {
  std::vector<CodecParameters> codecs;  ///< empty: nothing is sent
  std::string mid;
  std::uint8_t midExtension = 0;
  std::uint8_t transportSequenceExtension = 0;
  std::uint8_t absoluteSendTimeExtension = 0;

  bool operator==(const RtpConsumerParameters&) const = default;
};

struct RtpConsumerCounters {
  std::uint64_t packets = 0;  ///< retransmissions included
  std::uint64_t bytes = 0;    ///< of payloads
  std::uint64_t retransmitted = 0;
  std::uint64_t nacks = 0;  ///< NACK messages
  std::uint64_t plis = 0;
  std::uint64_t firs = 0;
  std::uint64_t dropped = 0;  ///< no common codec
};

/// What the viewer's last report said.
struct ReceiverReport {
  std::uint32_t packetsLost = 0;
  double fractionLost = 0;  ///< 0..1
  double jitter = 0;        ///< seconds
  std::optional<Duration> roundTrip;
};

/// Gives a producer's packets its own SSRC, numbers and header extensions. Video starts, and
/// switches, at a keyframe. I/O thread.
class KMS_API RtpConsumer final : public Consumer {
 public:
  RtpConsumer(media::Medium medium, std::uint32_t ssrc, Environment& environment,
              PacketOutlet& outlet);
  ~RtpConsumer() override;

  void configure(RtpConsumerParameters parameters);
  /// Of any I/O thread; null: nothing is sent any more. Throws Error 40004 for a producer of
  /// another router.
  void setSource(std::shared_ptr<Producer> producer);
  /// The outlet has become writable.
  void onWritable();

  void onPackets(Producer& producer, std::span<const rtp::MediaPacket> packets,
                 TimePoint now) override;
  void onFormat(const media::Format& format) override;
  void onProducerClosed() override;
  [[nodiscard]] bool wantsReplay() const noexcept override;

  void onNack(const rtp::RtcpPacket& nack, TimePoint now);
  void onKeyframeRequest(bool isFir);
  void onReport(const rtp::ReportBlock& block, TimePoint now);
  /// Adds a sender report; false when nothing was sent yet.
  bool addSenderReport(rtp::RtcpWriter& writer, TimePoint now,
                       std::span<const rtp::ReportBlock> blocks) const;

  [[nodiscard]] std::uint32_t ssrc() const noexcept { return m_ssrc; }
  [[nodiscard]] bool active() const noexcept { return m_counters.packets > 0; }
  [[nodiscard]] bool hasCodec(std::uint8_t payloadType) const noexcept;
  [[nodiscard]] const RtpConsumerCounters& counters() const noexcept { return m_counters; }
  [[nodiscard]] const ReceiverReport& report() const noexcept { return m_report; }
  /// True once when its source has been silent for `timeout`.
  [[nodiscard]] bool takeSilence(TimePoint now, Duration timeout) noexcept;

 private:
  /// What a sequence number was sent with: a retransmission must be the very same packet (GCM).
  struct Sent {
    std::int32_t sequence = -1;
    std::uint16_t transportSequence = 0;
    std::uint32_t absoluteSendTime = 0;  // 24 bits
    TimePoint last{};
  };
  static constexpr std::size_t kHistory = 512;
  static constexpr std::uint8_t kNoPayloadType = 0xFF;

  void forward(Producer& producer, const rtp::MediaPacket& packet, TimePoint now);
  [[nodiscard]] bool start(Producer& producer, const rtp::MediaPacket& packet, TimePoint now);
  bool send(const rtp::MediaPacket& packet, StreamRewriter::Output output, const Sent& sent);
  void retransmit(std::uint16_t sequence, TimePoint now);
  void buildTemplate();
  [[nodiscard]] bool mayRetransmit(TimePoint now);
  [[nodiscard]] std::uint32_t timestampAt(TimePoint now) const;

  const media::Medium m_medium;
  const std::uint32_t m_ssrc;
  Environment& m_environment;
  PacketOutlet& m_outlet;

  RtpConsumerParameters m_parameters;
  std::shared_ptr<Producer> m_producer;
  std::optional<media::Format> m_format;
  std::uint32_t m_generation = 0;
  std::uint32_t m_clockRate = 0;
  std::uint8_t m_payloadType = kNoPayloadType;
  StreamRewriter m_rewriter;
  std::vector<Sent> m_history;

  std::array<std::uint8_t, 320> m_header{};  // template: extensions in place
  std::size_t m_headerSize = 0;
  std::size_t m_transportSequenceAt = 0;  // 0: none
  std::size_t m_absoluteSendTimeAt = 0;   // 0: none

  bool m_flowing = false;
  TimePoint m_lastArrival{};
  TimePoint m_lastKeyframeWish{};
  std::uint32_t m_lastSourceTimestamp = 0;
  std::uint32_t m_lastTimestamp = 0;
  TimePoint m_lastReceived{};
  TimePoint m_budgetSince{};
  unsigned m_budgetUsed = 0;
  RtpConsumerCounters m_counters;
  ReceiverReport m_report;
};

}  // namespace kms::router
