// RtpConsumer: the sending side of one medium towards one viewer.
#pragma once

#include <kms/base/export.hpp>
#include <kms/congestion/pacer.hpp>
#include <kms/congestion/rate-window.hpp>
#include <kms/io/timer.hpp>
#include <kms/router/consumer.hpp>
#include <kms/router/dependency-filter.hpp>
#include <kms/router/header-template.hpp>
#include <kms/router/layer-filter.hpp>
#include <kms/router/layer-selector.hpp>
#include <kms/router/packet-outlet.hpp>
#include <kms/router/packet-queue.hpp>
#include <kms/router/picture-numbers.hpp>
#include <kms/router/producer.hpp>
#include <kms/router/repair-watch.hpp>
#include <kms/router/sent-history.hpp>
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

/// What a viewer negotiated.
struct RtpConsumerParameters {
  std::vector<CodecParameters> codecs;  ///< empty: nothing is sent
  std::string mid;
  OutgoingExtensions extensions;

  bool operator==(const RtpConsumerParameters&) const = default;
};

struct RtpConsumerCounters {
  std::uint64_t packets = 0;  ///< retransmissions on the same SSRC included
  std::uint64_t bytes = 0;    ///< of payloads
  std::uint64_t retransmitted = 0;
  std::uint64_t retransmittedBytes = 0;
  std::uint64_t probes = 0;  ///< packets repeated to find out what the way can carry
  std::uint64_t nacks = 0;   ///< NACK messages
  std::uint64_t plis = 0;
  std::uint64_t firs = 0;
  std::uint64_t dropped = 0;      ///< no common codec
  std::uint64_t overflowed = 0;   ///< the pacer's queue was full
  std::uint64_t thinned = 0;      ///< of layers that are left out
  std::uint64_t undecodable = 0;  ///< of these: made from what the source lost
  std::uint64_t switches = 0;     ///< from one encoding of the source to another
};

/// What the viewer's last report said.
struct ReceiverReport {
  std::uint32_t packetsLost = 0;
  double fractionLost = 0;  ///< 0..1
  double jitter = 0;        ///< seconds
  std::optional<Duration> roundTrip;
};

/// SSRCs of a consumer.
struct ConsumerSsrcs {
  std::uint32_t media = 0;
  std::uint32_t rtx = 0;  ///< of retransmissions (RFC 4588)
};

/// Gives a producer's packets its own SSRC, numbers and header extensions. Of a source with several
/// encodings, or layers, it sends those that its budget allows. Video starts, and goes to another
/// encoding, at a keyframe. I/O thread.
class KMS_API RtpConsumer final : public Consumer {
 public:
  RtpConsumer(media::Medium medium, ConsumerSsrcs ssrcs, Environment& environment,
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
  void prefetch(Turn turn) const noexcept override;
  void onFormat(const media::Format& format) override;
  void onProducerClosed() override;
  [[nodiscard]] bool wantsReplay() const noexcept override;
  [[nodiscard]] std::uint64_t bitrateHint() const noexcept override { return m_hint; }

  void onNack(const rtp::RtcpPacket& nack, TimePoint now);
  void onKeyframeRequest(bool isFir);
  void onReport(const rtp::ReportBlock& block, TimePoint now);
  /// Adds a sender report; false when nothing was sent yet.
  bool addSenderReport(rtp::RtcpWriter& writer, TimePoint now,
                       std::span<const rtp::ReportBlock> blocks) const;

  /// Bit/s that may be sent, empty: no limit; chooses encoding and temporal layers by it.
  void setBudget(std::optional<std::uint64_t> budget, TimePoint now);
  /// Bit/s that the viewer can take by estimate, 0: unknown; packets are paced by it.
  void setEstimate(std::uint64_t estimate) noexcept { m_estimate = estimate; }
  /// Bit/s that the source should not exceed for this viewer; 0: any.
  void setHint(std::uint64_t hint) noexcept { m_hint = hint; }
  /// Bit/s that the next better encoding or layer would need; 0: there is none.
  [[nodiscard]] std::uint64_t wanted(TimePoint now) const;
  /// Bit/s that the best of its source would need; 0: nothing is sent.
  [[nodiscard]] std::uint64_t most(TimePoint now);
  /// Bit/s that were sent of late, without probes.
  [[nodiscard]] std::uint64_t bitrate(TimePoint now) noexcept { return m_rate.bitrate(now); }
  /// Bit/s that it may send; where nothing limits it: that were sent of late.
  [[nodiscard]] std::uint64_t target(TimePoint now) noexcept {
    return m_budget.value_or(m_rate.bitrate(now));
  }
  /// Whether the viewer takes retransmissions on their own SSRC.
  [[nodiscard]] bool hasRtx() const noexcept { return m_rtxPayloadType != kNoPayloadType; }
  /// Repeats a packet that was sent lately, as a retransmission that nobody asked for. Returns its
  /// size; 0 when there is none.
  std::size_t sendProbe(TimePoint now);

  [[nodiscard]] const ConsumerSsrcs& ssrcs() const noexcept { return m_ssrcs; }
  [[nodiscard]] std::uint32_t ssrc() const noexcept { return m_ssrcs.media; }
  [[nodiscard]] bool active() const noexcept { return m_counters.packets > 0; }
  /// What the viewer is sent; null while there is no common codec.
  [[nodiscard]] const CodecParameters* codec() const noexcept;
  [[nodiscard]] bool hasCodec(std::uint8_t payloadType) const noexcept;
  [[nodiscard]] const RtpConsumerCounters& counters() const noexcept { return m_counters; }
  [[nodiscard]] const ReceiverReport& report() const noexcept { return m_report; }
  [[nodiscard]] const LayerChoice& layers() const noexcept { return m_choice; }
  /// True once when its source has been silent for `timeout`.
  [[nodiscard]] bool takeSilence(TimePoint now, Duration timeout) noexcept;
  /// Gives memory back that only a burst needed; now and then.
  void shrink() noexcept { m_queue.shrink(); }

 private:
  enum class Numbered : std::uint8_t { kNo, kVp8, kVp9 };
  /// A rewritten payload descriptor and what follows it.
  struct Rewritten {
    std::array<std::uint8_t, 8> room;
    std::span<const std::uint8_t> prefix;
    std::span<const std::uint8_t> payload;
  };
  /// Of a source, as many are looked at.
  static constexpr std::size_t kMostEncodings = 8;
  using Rates = std::array<EncodingRate, kMostEncodings * kSpatialLayers>;
  static constexpr std::uint8_t kNoPayloadType = 0xFF;

  // Forwarding.
  void countUnsendable(std::size_t packets);
  void admit(Producer& producer, const rtp::MediaPacket& packet, TimePoint now);
  void releaseQueue();
  void updatePacing(TimePoint now);
  void dropQueue();
  void forward(Producer& producer, const rtp::MediaPacket& packet, TimePoint now);
  [[nodiscard]] bool start(Producer& producer, const rtp::MediaPacket& packet, TimePoint now);
  [[nodiscard]] bool leavesOut(const Producer& producer, const rtp::MediaPacket& packet,
                               TimePoint now) noexcept;
  [[nodiscard]] bool endsPicture(const rtp::MediaPacket& packet) const noexcept;
  [[nodiscard]] bool awaitsKeyframe(const rtp::MediaPacket& packet) const noexcept;
  void wishKeyframe(Producer& producer, TimePoint now);
  void leaveOut(const rtp::MediaPacket& packet, TimePoint now);
  SentPacket* record(std::int64_t source, const StreamRewriter::Output& output, std::size_t bytes,
                     TimePoint now);
  void noteFrame(const rtp::MediaPacket& packet) noexcept;
  void beginNumbers(const rtp::MediaPacket& first);
  void notePicture(const rtp::MediaPacket& packet, std::uint16_t skippedPictures);
  [[nodiscard]] PacketHeader headerOf(const rtp::MediaPacket& packet, const SentPacket& sent) const;
  void rewrite(const rtp::MediaPacket& packet, std::uint16_t skippedPictures, Rewritten& out) const;
  bool send(const rtp::MediaPacket& packet, const SentPacket& sent, TimePoint now);
  /// Spatial layers of a codec that does not tell them in its payload are one picture only to who
  /// takes descriptors; others get the lowest.
  [[nodiscard]] rtp::LayerPair wantedLayers() const noexcept {
    const bool isTold = m_header.hasDependencies() || m_numbered != Numbered::kNo;
    return {isTold ? m_choice.spatial : std::uint8_t{0}, m_choice.temporal};
  }
  // Encodings.
  void attachTo(std::shared_ptr<Producer> producer, std::shared_ptr<Producer>& as);
  void detachAll();
  [[nodiscard]] std::span<const EncodingRate> encodingRates(Rates& room, TimePoint now) const;
  [[nodiscard]] std::shared_ptr<Producer> encoding(std::size_t index) const;
  [[nodiscard]] std::optional<std::uint64_t> mediaBudget(TimePoint now);
  void switchTo(std::size_t encoding);
  /// Takes the awaited encoding over if a keyframe of it is among `packets`; what of them to send.
  [[nodiscard]] std::span<const rtp::MediaPacket> takeOver(
      std::span<const rtp::MediaPacket> packets);
  // Retransmission.
  void noteAsked(std::uint16_t sequence, SentPacket* sent, TimePoint now);
  void retransmit(std::uint16_t sequence, TimePoint now);
  bool sendRtx(const rtp::MediaPacket& packet, const SentPacket& sent, TimePoint now);
  [[nodiscard]] bool mayRetransmit(std::size_t bytes, TimePoint now);
  [[nodiscard]] const rtp::MediaPacket* packetOf(const SentPacket& sent) const;
  [[nodiscard]] std::uint32_t timestampAt(TimePoint now) const;

  // What each packet touches, in the order of use.
  PacketOutlet& m_outlet;
  HotMemory m_hot;
  const media::Medium m_medium;
  bool m_flowing = false;
  std::uint8_t m_payloadType = kNoPayloadType;
  std::uint8_t m_rtxPayloadType = kNoPayloadType;
  Numbered m_numbered = Numbered::kNo;
  const ConsumerSsrcs m_ssrcs;
  TimePoint m_lastArrival{};
  std::shared_ptr<Producer> m_producer;  // the encoding that is sent, or its mirror here
  std::shared_ptr<Producer> m_next;      // what will be sent from its next keyframe on
  congestion::Pacer m_pacer;
  PacketQueue m_queue;
  std::uint32_t m_generation = 0;
  PictureNumbers m_pictures;
  LayerChoice m_choice;
  LayerFilter m_layers;
  StreamRewriter m_rewriter;
  SentHistory m_history;
  RepairWatch m_repairs;
  std::uint16_t m_lastSequence = 0;  // of the media
  std::uint16_t m_frameOffset = 0;   // outgoing frame number less the source's
  std::uint16_t m_lastFrame = 0;     // outgoing
  std::uint32_t m_lastSourceTimestamp = 0;
  std::uint32_t m_lastTimestamp = 0;
  TimePoint m_lastReceived{};
  congestion::RateWindow m_rate;
  RtpConsumerCounters m_counters;
  HeaderTemplate m_header;
  // What others touch.
  Environment& m_environment;
  RtpConsumerParameters m_parameters;
  std::shared_ptr<Producer> m_source;  // as given, of any thread
  std::optional<media::Format> m_format;
  std::uint32_t m_clockRate = 0;
  std::uint16_t m_rtxSequence;
  std::uint16_t m_probeSequence = 0;
  LayerSelector m_selector;
  std::size_t m_current = 0;        // encoding that m_producer is
  DependencyFilter m_dependencies;  // in place of m_layers where there are descriptors
  std::optional<std::uint64_t> m_budget;
  std::uint64_t m_estimate = 0;
  std::uint64_t m_hint = 0;
  io::Timer m_paceTimer;
  TimePoint m_lastKeyframeWish{};
  TimePoint m_budgetSince{};
  unsigned m_budgetUsed = 0;
  std::uint64_t m_budgetBytes = 0;
  congestion::RateWindow m_repairRate;  // of retransmissions
  ReceiverReport m_report;
};

}  // namespace kms::router
