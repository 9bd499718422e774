// Raw frames through one element: the pipeline of a filter, whatever the element.
#pragma once

#include <kms/gst/flow-monitor.hpp>
#include <kms/gst/frame-input.hpp>
#include <kms/gst/frame-source.hpp>
#include <kms/gst/pipeline.hpp>
#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <functional>
#include <memory>

namespace kms::gst {

/// Loop only. The element stays the same for the filter's life, through ends of streams and
/// failures; times of frames are kept. Under load the oldest frame that waits is left out.
class KMS_API FrameFilter : public std::enable_shared_from_this<FrameFilter> {
 public:
  /// What the element (or one inside it) posts on the bus for the application; on the loop.
  using OnMessage = std::function<void(const GstStructure* message)>;

  /// Throws Error 40108 when GStreamer's converters are not installed, 40001 when the element
  /// cannot be put between them. Warnings and errors go out as `error` events of `context`.
  FrameFilter(host::Context context, media::Medium medium, GstElement* element,
              OnMessage onMessage = {});

  /// Tells what it offers; starts the pipeline.
  void start();
  [[nodiscard]] std::shared_ptr<media::Stream> stream() const { return m_stream; }
  [[nodiscard]] List elements() const;
  [[nodiscard]] std::string dot(int details) const;
  /// Takes frames from there, in place of what was before; null: from nowhere. Throws Error 40004
  /// for a stream of packets.
  void setSource(const std::shared_ptr<media::Stream>& source);
  /// Frees everything; `done` on the loop when the pipeline is down.
  void close(std::function<void()> done);

 private:
  template <typename Call>
  auto later(Call call);

  void build(GstElement* element, OnMessage onMessage);
  PipelineHandlers handlers(GstElement* element, OnMessage onMessage);
  void letGo();
  void change(GstState state, std::function<void(FrameFilter&, bool)> then);
  void play();
  void openInput();
  void restart();
  void failed(const BusError& error);
  void emitFlow(const char* direction, bool flowing);

  host::Context m_context;
  media::Medium m_medium;
  Runtime& m_runtime;
  FlowMonitor m_flowIn;
  FlowMonitor m_flowOut;
  std::shared_ptr<FrameSource> m_frames;
  std::shared_ptr<media::Stream> m_stream;
  std::unique_ptr<Pipeline> m_pipeline;

  std::shared_ptr<FrameSource> m_from;
  std::shared_ptr<FrameInput> m_input;
  bool m_hasFormat = false;
  bool m_isRunning = false;
  bool m_isClosed = false;
  bool m_isWaiting = false;  // for m_retry
  SourceHandle m_retry;
  Duration m_retryDelay = kFirstRetry;

  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kLastRetry = std::chrono::seconds(32);
};

}  // namespace kms::gst
