// Executor: a thread (I/O thread or GLib loop) that runs tasks in order.
#pragma once

#include <kms/base/export.hpp>

#include <functional>

namespace kms::io {

/// Runs posted tasks one after another, in the order of posting. `post` and `isCurrent` are safe on
/// any thread.
class KMS_API Executor {
 public:
  virtual ~Executor() = default;

  /// Queues `task`; never runs it before returning. Tasks must not throw. Returns false, and
  /// destroys `task` unrun, when the executor has ended; every task that was accepted runs before
  /// the executor ends.
  virtual bool post(std::function<void()> task) = 0;

  /// True when the caller runs inside a task (or callback) of this executor.
  [[nodiscard]] virtual bool isCurrent() const noexcept = 0;
};

}  // namespace kms::io
