// Whether media flows: told from each buffer or packet, says so once on change.
#pragma once

#include <kms/gst/runtime.hpp>

#include <functional>
#include <memory>

namespace kms::gst {

/// Calls `onChange(true)` at the first touch and `onChange(false)` after two seconds without one;
/// on the loop. Made and destroyed on the loop.
class KMS_API FlowMonitor {
 public:
  FlowMonitor(Runtime& runtime, std::function<void(bool flowing)> onChange);
  ~FlowMonitor();
  FlowMonitor(const FlowMonitor&) = delete;
  FlowMonitor& operator=(const FlowMonitor&) = delete;

  /// A function to be called for each buffer; any thread, also after the monitor is gone.
  [[nodiscard]] std::function<void()> toucher() const;
  /// Reports silence now, if media flowed. Loop only.
  void stop();

  static constexpr Duration kSilence = std::chrono::seconds(2);
  static constexpr Duration kInterval = std::chrono::milliseconds(250);

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

}  // namespace kms::gst
