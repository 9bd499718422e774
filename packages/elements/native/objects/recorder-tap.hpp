// The end of a recorder on a streaming thread.
#pragma once

#include <kms/gst/frame-source.hpp>
#include <kms/io/executor.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace kms::elements {

/// Takes frames from streaming threads to the loop; bounded, so that a loop that is late loses
/// frames and not memory.
class RecorderTap final : public gst::FrameSink, public std::enable_shared_from_this<RecorderTap> {
 public:
  /// What it tells, on the loop.
  struct Handlers {
    std::function<void(const RecorderTap*, GstSample*)> onFrame;
    std::function<void(const RecorderTap*)> onEndOfStream;
    std::function<void()> touch;  ///< streaming thread; with each frame
  };

  RecorderTap(io::Executor& loop, Handlers handlers)
      : m_loop(loop), m_handlers(std::move(handlers)) {}

  void onSample(GstSample* sample) override {
    m_handlers.touch();
    if (m_pending >= kMaxPending) return;
    ++m_pending;
    m_loop.post([self = shared_from_this(), held = gst::SamplePtr::retain(sample)] {
      --self->m_pending;
      self->m_handlers.onFrame(self.get(), held.get());
    });
  }
  void onEndOfStream() override {
    m_loop.post([self = shared_from_this()] { self->m_handlers.onEndOfStream(self.get()); });
  }

 private:
  static constexpr int kMaxPending = 1000;

  io::Executor& m_loop;
  const Handlers m_handlers;
  std::atomic<int> m_pending{0};
};

}  // namespace kms::elements
