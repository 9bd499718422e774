// Producer: the receiving side of one medium, and its list of consumers.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/media/format.hpp>
#include <kms/router/codec-parameters.hpp>
#include <kms/router/consumer.hpp>
#include <kms/router/encoding-meter.hpp>
#include <kms/router/environment.hpp>
#include <kms/router/keyframe-cache.hpp>
#include <kms/rtp/dependency-tracker.hpp>
#include <kms/rtp/keyframe.hpp>
#include <kms/rtp/layers.hpp>
#include <kms/rtp/nack-generator.hpp>
#include <kms/rtp/packet-view.hpp>
#include <kms/rtp/receive-statistics.hpp>
#include <kms/rtp/retransmission-buffer.hpp>
#include <kms/rtp/timeline.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kms::router {

/// What a producer asks of whoever feeds it. Called on its I/O thread; any may be empty.
struct ProducerOrigin {
  std::function<void()> requestKeyframe;  ///< merged and throttled
  std::function<void()> nacksDue;         ///< missing packets were noticed: call takeNacks()
  std::function<void(const media::Format&)> formatChanged;
};

struct ProducerCounters {
  std::uint64_t duplicates = 0;
  std::uint64_t unknownPayloadType = 0;
  std::uint64_t strayed = 0;  ///< sequence jumps, and a second SSRC while the first is alive
  std::uint64_t nacksSent = 0;
  std::uint64_t keyframeRequests = 0;  ///< passed on to the origin
};

/// One source of one medium. I/O thread, but for what says otherwise. Its owner calls close();
/// consumers may hold it for longer.
class KMS_API Producer : public std::enable_shared_from_this<Producer> {
 public:
  Producer(media::Medium medium, Environment& environment, ProducerOrigin origin,
           std::shared_ptr<rtp::SenderClock> clock);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// The format of the packets that came last; its codec is empty before the first. Any thread.
  [[nodiscard]] media::Format format() const;
  [[nodiscard]] media::Medium medium() const noexcept { return m_medium; }
  /// The thread's environment: consumers must be of the same. Any thread.
  [[nodiscard]] const Environment& environment() const noexcept { return m_environment; }

  /// What may come, by payload type; others are dropped and counted.
  void setCodecs(const std::vector<CodecParameters>& codecs);
  /// The id of the header extension that brings dependency descriptors; 0: none was negotiated.
  void setDependencyExtension(std::uint8_t id) noexcept { m_dependencyExtension = id; }
  /// The payload type that will come, where it is known ahead: makes format() known.
  void expect(std::uint8_t payloadType);
  /// Takes a decrypted packet, which `view` is a view of. `capture`: its capture time, where the
  /// origin knows it (see Timeline::setReference). False when it is dropped.
  bool receive(const io::PacketRef& packet, const rtp::PacketView& view,
               std::optional<TimePoint> capture = {});
  /// Takes a packet of the producer on another thread that this one is the mirror of, with that
  /// one's generation and the capture time as known there. A mirror is told its format by
  /// setCodecs() and expect(), and takes no packets in any other way.
  void receiveMirrored(const rtp::MediaPacket& packet, std::uint32_t generation,
                       std::optional<TimePoint> capture);
  /// As receive(), of a packet that was unwrapped from a retransmission (RFC 4588): it counts as
  /// lost all the same in what is reported.
  bool receiveRecovered(const io::PacketRef& packet, const rtp::PacketView& view);
  void onSenderReport(const rtp::SenderInfo& report, TimePoint arrival);
  /// The source of `ssrc` said goodbye: another may take its place at once.
  void onBye(std::uint32_t ssrc);
  /// Hands the packets of this batch to the consumers.
  void deliver(TimePoint now);

  /// From now on `consumer` gets the packets, and at once those from the last keyframe on if it
  /// wants them (Consumer::wantsReplay); else a keyframe is asked for.
  void attach(Consumer& consumer);
  void detach(Consumer& consumer);
  [[nodiscard]] bool hasConsumers() const noexcept { return !m_consumers.empty(); }
  /// Gives an attached consumer the packets from the last keyframe on; false, and nothing is given,
  /// when that is too long ago (see KeyframeCache) or within a delivery.
  bool replay(Consumer& consumer);
  /// A consumer needs a keyframe: asks the origin, at most every 300 ms, and again until one comes.
  void requestKeyframe();
  [[nodiscard]] const rtp::MediaPacket* find(std::int64_t sequence) const {
    return m_buffer.find(sequence);
  }
  /// Other encodings of the same source (simulcast), which consumers may take in its stead. Any
  /// thread.
  void setOtherEncodings(std::vector<std::shared_ptr<Producer>> others);
  [[nodiscard]] std::vector<std::shared_ptr<Producer>> otherEncodings() const;
  /// What comes in now. Any thread.
  [[nodiscard]] EncodingRate encodingRate(TimePoint now) const noexcept {
    return m_meter.rate(now);
  }
  /// As EncodingMeter::layers(). Any thread.
  std::size_t layerRates(std::span<EncodingRate, kSpatialLayers> out,
                         TimePoint now) const noexcept {
    return m_meter.layers(out, now);
  }
  /// What is known of frames, where packets carry dependency descriptors; else null.
  [[nodiscard]] const rtp::DependencyTracker* dependencies() const noexcept {
    return m_dependencies.get();
  }
  /// The least of what its consumers ask for, bit/s; 0: none asks, or each can be given other
  /// spatial layers.
  [[nodiscard]] std::uint64_t bitrateHint() const noexcept;
  [[nodiscard]] bool knows(std::uint8_t payloadType) const noexcept {
    return m_codecOf[payloadType & 0x7FU] != kNoCodec;
  }
  /// Any thread.
  [[nodiscard]] bool closed() const noexcept { return m_closed; }
  /// Capture time of an RTP timestamp of the present generation.
  [[nodiscard]] std::optional<TimePoint> capture(std::uint32_t timestamp) const;
  /// Changes whenever sequence numbers and timestamps begin anew.
  [[nodiscard]] std::uint32_t generation() const noexcept { return m_generation; }
  [[nodiscard]] std::uint32_t clockRate() const noexcept;

  /// Missing packets to ask for now; empty when nothing is due.
  [[nodiscard]] std::span<const std::uint16_t> takeNacks(TimePoint now);
  [[nodiscard]] TimePoint nextNack() const { return m_nacks.nextDue(); }
  void setRoundTrip(Duration roundTrip) { m_nacks.setRoundTrip(roundTrip); }
  [[nodiscard]] std::optional<std::uint32_t> ssrc() const noexcept { return m_ssrc; }
  /// The payload type that came last; null before.
  [[nodiscard]] const CodecParameters* codec() const noexcept;
  [[nodiscard]] rtp::ReceiveStatistics& statistics() noexcept { return m_statistics; }
  [[nodiscard]] const rtp::ReceiveStatistics& statistics() const noexcept { return m_statistics; }
  [[nodiscard]] const ProducerCounters& counters() const noexcept { return m_counters; }
  [[nodiscard]] std::optional<TimePoint> lastArrival() const noexcept { return m_lastArrival; }

  /// Detaches all consumers and lets all packets go. Idempotent.
  void close();

 private:
  struct Codec {
    CodecParameters parameters;
    rtp::KeyframeDetector isKeyframe = nullptr;
    rtp::LayerReader layerOf = nullptr;
    bool takesDependencies = false;
  };
  static constexpr std::uint8_t kNoCodec = 0xFF;

  bool take(const io::PacketRef& packet, const rtp::PacketView& view, bool recovered,
            std::optional<TimePoint> capture);
  [[nodiscard]] rtp::MediaPacket describe(const io::PacketRef& packet, const rtp::PacketView& view);
  void readDependencies(const rtp::PacketView& view, rtp::MediaPacket& media);
  void noteArrival(const rtp::MediaPacket& media);
  [[nodiscard]] rtp::DependencyTracker& tracker();
  [[nodiscard]] bool accept(const rtp::Header& header, TimePoint arrival);
  [[nodiscard]] bool acceptSsrc(std::uint32_t ssrc, TimePoint arrival);
  void restart(std::uint32_t ssrc);
  void forget();
  void selectCodec(std::uint8_t index);
  void trackLoss(const rtp::MediaPacket& packet, TimePoint arrival);
  void enqueue(rtp::MediaPacket packet);
  void prefetchAfter(std::size_t turn) const noexcept;
  void evenSizes();
  void pad(rtp::MediaPacket& packet, std::size_t size);
  void askOrigin(TimePoint now);
  void onKeyframeTimer();

  const media::Medium m_medium;
  Environment& m_environment;
  ProducerOrigin m_origin;
  std::shared_ptr<rtp::SenderClock> m_senderClock;

  std::vector<Codec> m_codecs;
  std::array<std::uint8_t, 128> m_codecOf;  // index by payload type
  std::uint8_t m_current = kNoCodec;
  std::optional<std::uint32_t> m_ssrc;
  std::uint32_t m_generation = 0;
  rtp::ReceiveStatistics m_statistics;
  rtp::NackGenerator m_nacks;
  rtp::RetransmissionBuffer m_buffer;
  KeyframeCache m_keyframe;
  std::optional<rtp::Timeline> m_timeline;
  std::optional<TimePoint> m_lastArrival;
  EncodingMeter m_meter;
  std::unique_ptr<rtp::DependencyTracker> m_dependencies;  // made by the first descriptor
  std::uint8_t m_dependencyExtension = 0;

  std::vector<Consumer*> m_consumers;  // null: detached during a delivery
  std::vector<rtp::MediaPacket> m_batch;
  std::vector<rtp::MediaPacket> m_delivering;
  bool m_queued = false;
  std::atomic<bool> m_closed = false;  // written on its thread only
  bool m_isMirror = false;             // packets are another thread's: never written to

  bool m_keyframeWanted = false;
  std::optional<TimePoint> m_lastKeyframeRequest;
  io::Timer m_keyframeTimer;
  ProducerCounters m_counters;

  mutable std::mutex m_mutex;  // guards what follows
  media::Format m_format;
  std::vector<std::shared_ptr<Producer>> m_otherEncodings;
};

}  // namespace kms::router
