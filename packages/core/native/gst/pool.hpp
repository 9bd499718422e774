// A few threads for calls that may block for long, without letting a blocked one hold up the
// others.
#pragma once

#include <kms/base/clock.hpp>

#include <functional>
#include <memory>

namespace kms::gst {

/// Runs jobs on two threads. A job that is declared stuck no longer counts as using its thread:
/// another thread takes its place, and the stuck one ends when its job does. Any thread.
class Pool {
 public:
  /// One running or waiting job.
  class Job;
  using JobPtr = std::shared_ptr<Job>;

  Pool();
  ~Pool() { end(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Runs `work` on one of the threads; at once, on the caller's, when the pool has ended.
  JobPtr run(std::function<void()> work);
  void declareStuck(const JobPtr& job);

  /// Waits at most 5 s for all jobs; threads that are stuck are left behind.
  void end();

  static constexpr int kThreads = 2;
  static constexpr int kMaxStuck = 16;  ///< beyond, no more threads are added

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

}  // namespace kms::gst
