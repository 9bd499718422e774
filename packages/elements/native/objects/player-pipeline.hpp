// The pipeline of one playing of a URI: reads, unpacks and paces it.
#pragma once

#include "objects/player-config.hpp"

#include <kms/gst/frame-source.hpp>
#include <kms/gst/pipeline.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace kms::elements {

class PlayerIntake;

/// Where the frames of a medium go.
struct PlayerOutlet {
  std::shared_ptr<gst::FrameSource> frames;
  std::function<void()> touch;  ///< streaming thread; with each frame
};

struct PlayerPipelineConfig {
  std::string name;
  PlayerConfig source;
  std::map<media::Medium, PlayerOutlet> outlets;
};

/// What it tells its owner; on the loop. None is called after close.
struct PlayerPipelineHandlers {
  std::function<void(media::Medium, const media::Format&)> onFormat;
  std::function<void(GstState)> onState;
  std::function<void()> onEndOfStream;
  std::function<void(Map error)> onFailure;  ///< the pipeline is of no more use; data of `error`
  std::function<void(Map error)> onWarning;
};

/// What is known about the media; milliseconds, 0 when unknown.
struct PlayerInfo {
  bool isSeekable = false;
  std::int64_t seekableInit = 0;
  std::int64_t seekableEnd = 0;
  std::int64_t duration = 0;
};

/// Loop only. Frames leave it in the codec of the media, at their time, and carry the worker's
/// running time of that moment.
class PlayerPipeline : public std::enable_shared_from_this<PlayerPipeline> {
 public:
  /// Throws Error 40108 when GStreamer's URI reader is not installed.
  [[nodiscard]] static std::shared_ptr<PlayerPipeline> make(gst::Runtime& runtime,
                                                            PlayerPipelineConfig config,
                                                            PlayerPipelineHandlers handlers);
  PlayerPipeline(gst::Runtime& runtime, PlayerPipelineConfig config,
                 PlayerPipelineHandlers handlers);
  ~PlayerPipeline();
  /// Data of `error` for a URI that cannot be opened.
  [[nodiscard]] static Map invalidUri();
  PlayerPipeline(const PlayerPipeline&) = delete;
  PlayerPipeline& operator=(const PlayerPipeline&) = delete;

  /// Asks for a state, without waiting until it is reached; `done` on the loop.
  void setState(GstState state, std::function<void()> done);
  /// Goes to a position (at least 0) once there is media; `done(succeeded)` on the loop.
  void seek(std::int64_t milliseconds, std::function<void(bool)> done);
  /// `done` on the loop; 0 without media.
  void position(std::function<void(std::int64_t milliseconds)> done);
  void info(std::function<void(PlayerInfo)> done);
  [[nodiscard]] List elements() const;
  [[nodiscard]] std::string dot(int details) const;
  void close(std::function<void()> done);

 private:
  void start();
  void buildIntake();
  void failed(Map error);
  void onError(const gst::BusError& error);

  gst::Runtime& m_runtime;
  PlayerPipelineConfig m_config;
  PlayerPipelineHandlers m_handlers;
  std::shared_ptr<PlayerIntake> m_intake;
  std::unique_ptr<gst::Pipeline> m_pipeline;
  gst::SourceHandle m_verdict;
  gst::SourceHandle m_patience;
};

}  // namespace kms::elements
