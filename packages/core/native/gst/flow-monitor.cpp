#include <kms/gst/flow-monitor.hpp>

#include <atomic>
#include <utility>

namespace kms::gst {

struct FlowMonitor::State : std::enable_shared_from_this<FlowMonitor::State> {
  State(Runtime& of, std::function<void(bool)> tell) : runtime(of), onChange(std::move(tell)) {}

  Runtime& runtime;
  std::atomic<Duration::rep> lastTouch{0};
  std::atomic<bool> isFlowing{false};

  // Loop only.
  std::function<void(bool)> onChange;
  bool isReported = false;
  SourceHandle timer;

  void touch() {
    lastTouch = runtime.clock().now().time_since_epoch().count();
    if (isFlowing.exchange(true)) return;
    runtime.loop().post([self = shared_from_this()] { self->report(true); });
  }

  void report(bool flowing) {
    if (!onChange || std::exchange(isReported, flowing) == flowing) return;
    if (flowing) watch();
    onChange(flowing);
  }

  void watch() {
    timer = runtime.after(kInterval, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->check();
    });
  }

  void check() {
    const auto now = runtime.clock().now().time_since_epoch().count();
    if (now - lastTouch < kSilence.count()) return watch();
    silence();
  }

  void silence() {
    timer.reset();
    isFlowing = false;
    report(false);
  }
};

FlowMonitor::FlowMonitor(Runtime& runtime, std::function<void(bool flowing)> onChange)
    : m_state(std::make_shared<State>(runtime, std::move(onChange))) {}

FlowMonitor::~FlowMonitor() {
  m_state->onChange = nullptr;
  m_state->timer.reset();
}

std::function<void()> FlowMonitor::toucher() const {
  return [state = m_state] { state->touch(); };
}

void FlowMonitor::stop() {
  m_state->silence();
}

}  // namespace kms::gst
