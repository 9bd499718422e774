// What all GStreamer pipelines of a worker share: the loop, the clock, the timeline and the pool
// for slow calls.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/gst/ptr.hpp>
#include <kms/io/executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace kms::gst {

class GlibLoop;
class Pool;

/// Owns one GLib loop thread and a small pool of threads for calls that may block (state changes,
/// seeks). Running time in every pipeline is the monotonic clock minus one base time. Outlives
/// everything made with it.
class KMS_API Runtime {
 public:
  /// Initialises GStreamer at the first use in the process. `clock` outlives the runtime. Throws
  /// Error 40003 when GStreamer cannot be initialised.
  explicit Runtime(const Clock& clock);
  /// Waits (at most 5 s) for the pipelines that are being closed. Not on the loop.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// The loop as an executor; objects made of GStreamer elements live there.
  [[nodiscard]] io::Executor& loop() const;
  [[nodiscard]] GMainContext* context() const;
  [[nodiscard]] const Clock& clock() const { return m_clock; }

  /// Makes the elements of a GStreamer plugin known in this process, for good. Throws Error 40108
  /// naming the file and the reason: it is no plugin, was built for another GStreamer, or one of
  /// the same file name came from elsewhere. Any thread.
  void loadPlugin(const std::string& path) const;

  /// Running time at a moment (clamped to 0), and the moment of a running time.
  [[nodiscard]] GstClockTime runningTime(TimePoint moment) const;
  [[nodiscard]] TimePoint momentOf(GstClockTime runningTime) const;
  [[nodiscard]] GstClockTime baseTime() const { return m_baseTime; }
  /// Gives the pipeline the common clock and, unless it keeps time by itself, the common base time.
  void adoptTimeline(GstPipeline* pipeline, bool keepsOwnTime) const;

  /// Runs `work` on the pool, then `done(result)` on the loop; after `deadline` calls `done(false)`
  /// instead, and what `work` still gives is ignored. Any thread.
  void run(std::function<bool()> work, Duration deadline, std::function<void(bool)> done);
  /// Calls `task` on the loop after `delay` unless the handle goes first. Loop only.
  [[nodiscard]] SourceHandle after(Duration delay, std::function<void()> task);

  static constexpr Duration kStateDeadline = std::chrono::seconds(5);

 private:
  const Clock& m_clock;
  TimePoint m_base;
  GstClockTime m_baseTime;
  ObjectPtr<GstClock> m_gstClock;
  std::shared_ptr<GlibLoop> m_loop;  // a stuck job of the pool may outlive the runtime
  std::unique_ptr<Pool> m_pool;
};

}  // namespace kms::gst
