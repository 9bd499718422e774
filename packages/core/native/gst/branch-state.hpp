// The working part of a Branch: shared, so that callbacks may find that it has gone.
#pragma once

#include "gst/branch-plan.hpp"
#include "gst/encoder-rate.hpp"

#include <kms/gst/branch.hpp>
#include <kms/gst/frame-input.hpp>
#include <kms/gst/frame-output.hpp>
#include <kms/gst/pipeline.hpp>
#include <kms/gst/rtp-input.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace kms::gst {

struct BranchConfig {
  media::Medium medium = media::Medium::kVideo;
  media::Format target;
  bool targetIsRtp = false;
  EncoderLimits limits;   ///< of an encoder
  std::string framerate;  ///< of what is encoded: "30/1"; empty: as it comes
  int mtu = kDefaultMtu;  ///< of RTP packets that are made

  [[nodiscard]] static BranchConfig fromValue(const Value& params);
};

/// Throws Error 40001 for a negative one.
[[nodiscard]] EncoderLimits limitsFromValue(const Value& params);

/// Loop only.
class BranchState : public std::enable_shared_from_this<BranchState> {
 public:
  BranchState(host::Context context, BranchConfig config, BranchPorts ports);
  /// Second half of the construction, which needs shared_from_this.
  void offer();

  [[nodiscard]] const BranchConfig& config() const { return m_config; }
  [[nodiscard]] std::shared_ptr<media::Stream> stream() const { return m_stream; }
  [[nodiscard]] List elements() const { return m_pipeline ? m_pipeline->elements() : List{}; }
  [[nodiscard]] std::string dot(int details) const {
    return m_pipeline ? m_pipeline->dot(details) : std::string();
  }
  void setSource(std::shared_ptr<media::Stream> source);
  void configure(EncoderLimits limits);
  /// Makes the encoder, or whoever encodes further up, send a keyframe.
  void forceKeyframe();
  void close(std::function<void()> done);

 private:
  /// Calls `call(state)` on the loop if the branch is still there then.
  template <typename Call>
  auto later(Call call);

  void offerPackets();
  void offerFrames();
  void takePackets(const std::shared_ptr<router::Producer>& producer);
  void takeFrames(const std::shared_ptr<FrameSource>& frames);
  void letGo();
  void use(const media::Format& format, const media::Stream* of);
  void rebuild();
  void dismantle(std::function<void()> then);
  void build();
  void wireInput();
  void wireOutput();
  OutputHandlers packetHandlers();
  OutputHandlers frameHandlers();
  void started(bool reached);
  void openInput();
  void adaptRates();
  void adaptLater();
  void applyBitrate(std::uint64_t bitsPerSecond);
  void failed(const BusError& error);
  void askUpstream();
  void emitFlow(const char* direction, bool flowing);
  void emitError(const std::string& description);

  host::Context m_context;
  Runtime& m_runtime;
  BranchConfig m_config;
  BranchPorts m_ports;
  FlowMonitor m_flowIn;
  FlowMonitor m_flowOut;

  std::shared_ptr<router::Feed> m_feed;
  std::shared_ptr<FrameSource> m_frames;
  std::shared_ptr<media::Stream> m_stream;
  RtpNumbers m_numbers;
  std::shared_ptr<std::atomic<std::uint16_t>> m_nextSequence;

  std::shared_ptr<media::Stream> m_from;
  std::shared_ptr<RtpInput> m_rtpInput;
  std::unique_ptr<router::Tap> m_tap;
  std::shared_ptr<FrameInput> m_frameInput;

  // What the viewers behind the feed can take, bit/s; 0: unknown. Written by the I/O thread.
  std::shared_ptr<std::atomic<std::uint64_t>> m_viewers =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  EncoderRate m_rate;
  OriginMeter m_origin;
  TimePoint m_adapted;
  SourceHandle m_adapting;

  std::optional<BranchPlan> m_plan;
  std::shared_ptr<Pipeline> m_pipeline;
  bool m_isRunning = false;
  bool m_isDismantling = false;
  bool m_isClosed = false;
  std::uint64_t m_generation = 0;
  std::function<void()> m_afterDismantling;
  SourceHandle m_retry;
  Duration m_retryDelay = kFirstRetry;

  static constexpr Duration kAdaptInterval = std::chrono::milliseconds(500);
  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kLastRetry = std::chrono::seconds(32);
};

}  // namespace kms::gst
