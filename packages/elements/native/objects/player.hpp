// The working part of a PlayerEndpoint: shared, so that callbacks may find that it has gone.
#pragma once

#include "objects/player-config.hpp"
#include "objects/player-pipeline.hpp"

#include <kms/gst/flow-monitor.hpp>
#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kms::elements {

/// Loop only. Makes a pipeline for each playing; orders follow one another. An RTSP source that has
/// no end and is lost is opened again, later each time; the state is PAUSE meanwhile.
class Player : public std::enable_shared_from_this<Player> {
 public:
  Player(host::Context context, PlayerConfig config);

  [[nodiscard]] std::shared_ptr<media::Stream> stream(media::Medium medium) const;
  [[nodiscard]] List elements() const;
  [[nodiscard]] std::string dot(int details) const;
  void play();
  void pause();
  void stop();
  /// Rejects with 40700 "Seek fails" when there is no such position.
  void setPosition(std::int64_t milliseconds, const host::Completion& completion);
  void position(const host::Completion& completion) const;
  void videoInfo(const host::Completion& completion) const;
  void close(std::function<void()> done);

  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kLongestRetry = std::chrono::seconds(30);
  /// After which a source that has no end and gives nothing is lost.
  static constexpr Duration kSilence = std::chrono::seconds(10);

 private:
  using Order = std::function<void(std::function<void()> done)>;

  struct Output {
    std::shared_ptr<gst::FrameSource> frames;
    std::shared_ptr<media::Stream> stream;
    std::unique_ptr<gst::FlowMonitor> flow;
    std::optional<media::Format> format;
    bool isFlowing = false;
  };

  void offer(media::Medium medium);
  void change(GstState state);
  void open(std::function<void(bool isOpen)> done);
  void enqueue(Order order);
  void runNext();
  bool build();
  PlayerPipelineHandlers handlers();
  void dismantle(std::function<void()> then);
  void dismantled();
  void onFormat(media::Medium medium, const media::Format& format);
  void onEndOfStream();
  void onFailure(Map error);
  void onFlow(media::Medium medium, bool isFlowing);
  void onState(GstState state);
  void onFirstMedia();
  void onSilence();
  [[nodiscard]] bool mayReconnect() const;
  void reconnectLater();
  void setState(const char* state);

  const host::Context m_context;
  const PlayerConfig m_config;
  gst::Runtime& m_runtime;
  std::map<media::Medium, Output> m_outputs;

  std::shared_ptr<PlayerPipeline> m_pipeline;
  std::string m_state = "STOP";
  GstState m_wanted = GST_STATE_NULL;  // by the last order; a seek pauses in between
  std::deque<Order> m_orders;
  bool m_isBusy = false;
  bool m_isDismantling = false;
  std::uint64_t m_generation = 0;  // of orders; those before a stop do not count
  std::vector<std::function<void()>> m_afterDismantling;
  bool m_hasMedia = false;   // the pipeline
  bool m_isEndless = false;  // what plays is not known to end
  Duration m_retryDelay = kFirstRetry;
  gst::SourceHandle m_silence;
  std::optional<gst::SourceHandle> m_retry;  // while a lost source is to be opened again
};

}  // namespace kms::elements
