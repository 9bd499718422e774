// The thread on which SCTP runs.
#pragma once

#include <kms/sctp/data-channels.hpp>

namespace kms::sctp {

/// A share in the process's one SCTP thread, which starts with the first share and ends with the
/// last. It sleeps while there is no association. Any thread but that one. Nothing that was
/// negotiated with access() may be left when the share goes: see drain().
class StackThread {
 public:
  /// Throws Error 40009 when the system has no descriptors left.
  StackThread();
  /// Waits for the thread when this is the last share.
  ~StackThread();
  StackThread(const StackThread&) = delete;
  StackThread& operator=(const StackThread&) = delete;

  [[nodiscard]] StackAccess access() const;
  /// Waits until what was posted so far has run.
  void drain() const;
};

}  // namespace kms::sctp
