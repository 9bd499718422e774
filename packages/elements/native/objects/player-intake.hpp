// The part of a player's pipeline that its streaming threads see: outputs for the streams of the
// media.
#pragma once

#include "objects/player-config.hpp"

#include <kms/gst/frame-source.hpp>
#include <kms/gst/runtime.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace kms::elements {

struct PlayerIntakeConfig {
  GstClockTime baseTime = 0;  ///< of the worker's running time
  PlayerConfig source;
  std::map<media::Medium, std::function<void(GstSample*)>> outlets;   ///< streaming threads
  std::map<media::Medium, std::function<void()>> ends;                ///< streaming threads
  std::function<void(media::Medium, const media::Format&)> onFormat;  ///< any thread
  std::function<void(bool hasMedia)> onComplete;  ///< any thread; all streams are known
};

/// Any thread. Takes the first audio and the first video stream of a URI reader.
class PlayerIntake {
 public:
  explicit PlayerIntake(PlayerIntakeConfig config) : m_config(std::move(config)) {}

  /// True once a stream has been taken.
  [[nodiscard]] bool hasMedia() const { return m_hasMedia; }
  /// Connects the streams that `reader` (a uridecodebin) finds; the intake lives as long as it.
  static void attach(const std::shared_ptr<PlayerIntake>& intake, GstElement* reader);

 private:
  struct Callbacks;

  void onStream(GstElement* reader, GstPad* pad);
  void onSource(GstElement* source) const;
  [[nodiscard]] bool mayUse(GstElementFactory* factory) const;
  bool claim(media::Medium medium);
  void connect(GstElement* appsink, media::Medium medium);

  const PlayerIntakeConfig m_config;
  std::atomic<bool> m_hasMedia{false};
  std::mutex m_mutex;  // guards m_taken
  std::set<media::Medium> m_taken;
};

}  // namespace kms::elements
