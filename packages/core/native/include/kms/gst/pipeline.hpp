// A GstPipeline with its messages, and its state changes off the loop.
#pragma once

#include <kms/base/value.hpp>
#include <kms/gst/runtime.hpp>

#include <functional>
#include <memory>
#include <string>

namespace kms::gst {

/// What a pipeline's ERROR message says. `type` is one of api.md B4.
struct KMS_API BusError {
  std::string type;
  int code = 0;
  std::string domain;  ///< the quark's name: "gst-resource-error-quark", ...
  std::string message;
  std::string source;  ///< name of the GStreamer element
  std::string debug;

  [[nodiscard]] static BusError fromMessage(GstMessage* message);
  /// Data of an `error` event: {type, code, description}; `element` is the native object's id.
  [[nodiscard]] Map toEvent(const std::string& element) const;
};

/// What a pipeline tells its owner; on the loop, any may be empty.
struct PipelineHandlers {
  std::function<void(const BusError&)> onError;
  std::function<void(const BusError&)> onWarning;
  std::function<void()> onEndOfStream;
  std::function<void(GstState)> onState;       ///< the pipeline has come to rest in that state
  std::function<void(GstMessage*)> onElement;  ///< an element's message to the application
};

enum class Timeline { kCommon, kOwn };
enum class Wait { kForState, kForNothing };

class CallQueue;

/// Owns a GstPipeline. Loop only, but for the pointers it hands out.
class KMS_API Pipeline {
 public:
  /// An empty pipeline.
  Pipeline(Runtime& runtime, const std::string& name, PipelineHandlers handlers,
           Timeline timeline = Timeline::kCommon);
  /// Made of a gst-launch description that we wrote. Throws Error 40108 when it names what is not
  /// installed.
  Pipeline(Runtime& runtime, const std::string& name, const std::string& description,
           PipelineHandlers handlers, Timeline timeline = Timeline::kCommon);
  /// Takes the pipeline down on the pool, if close was not called.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  [[nodiscard]] GstElement* get() const { return m_pipeline.get(); }
  /// The element of that name, or null.
  [[nodiscard]] ElementPtr find(const char* name) const;
  /// Adds an element (its floating reference is taken over).
  void add(GstElement* element);
  /// Names of its elements, from source to sink.
  [[nodiscard]] List elements() const;
  /// Its elements, pads and links as a DOT graph; `details` are flags of GstDebugGraphDetails.
  /// Empty where GStreamer was built without it.
  [[nodiscard]] std::string dot(int details) const;

  /// Asks for a state; `done(reached)` on the loop. Live sources count as reached. With
  /// Wait::kForNothing, `done` is called when the change has begun; onState tells when it has
  /// ended.
  void setState(GstState state, std::function<void(bool)> done, Wait wait = Wait::kForState);
  /// Runs `work` with the pipeline on the pool, for seeks and other calls that wait for streaming
  /// threads. Such calls and state changes run one after another.
  void run(std::function<bool(GstElement*)> work, std::function<void(bool)> done);
  /// Silences the handlers and takes the pipeline to NULL; `done` on the loop when it is down (or
  /// given up after the deadline).
  void close(std::function<void()> done);

 private:
  static gboolean onMessage(GstBus* bus, GstMessage* message, gpointer self);
  void watchBus();
  void handle(GstMessage* message);
  void handleState(GstMessage* message, const PipelineHandlers& handlers) const;

  Runtime& m_runtime;
  PipelineHandlers m_handlers;
  ElementPtr m_pipeline;
  std::shared_ptr<CallQueue> m_calls;
  SourceHandle m_watch;
};

}  // namespace kms::gst
