// The working part of a PlayerEndpoint: shared, so that callbacks may find that it has gone.
#pragma once

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

/// Loop only. Makes a pipeline for each playing; orders follow one another.
class Player : public std::enable_shared_from_this<Player> {
 public:
  Player(host::Context context, std::string uri, int networkCacheMs);

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

 private:
  using Order = std::function<void(std::function<void()> done)>;

  struct Output {
    std::shared_ptr<gst::FrameSource> frames;
    std::shared_ptr<media::Stream> stream;
    std::unique_ptr<gst::FlowMonitor> flow;
    std::optional<media::Format> format;
  };

  void offer(media::Medium medium);
  void change(GstState state);
  void enqueue(Order order);
  void runNext();
  bool build();
  PlayerPipelineHandlers handlers();
  void dismantle(std::function<void()> then);
  void dismantled();
  void onFormat(media::Medium medium, const media::Format& format);
  void onEndOfStream();
  void onFailure(Map error);
  void setState(const char* state);

  const host::Context m_context;
  const std::string m_uri;
  const int m_networkCacheMs;
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
};

}  // namespace kms::elements
