// The way of a process's log lines to whoever writes them down.
#pragma once

#include <kms/base/export.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace kms::log {

/// Sends lines down a pipe or socket, in order, from any thread and without ever waiting: what the
/// kernel does not take at once goes out on a thread of its own, and what would exceed the backlog
/// is dropped and counted. A line that was sent is with the kernel: it survives the process.
class KMS_API LineStream {
 public:
  static constexpr std::size_t kMaxBacklog = std::size_t{4} * 1024 * 1024;

  /// Takes over `fd`, which is not inherited by programs that are started from now on. A standard
  /// stream (0 to 2) is shared with others and stays blocking.
  explicit LineStream(int fd);
  /// Closes, with a second for the other side to take what waits.
  ~LineStream();
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;

  /// Sends whole lines.
  void write(std::string_view lines);
  /// Waits until everything is sent; false when it is not by then.
  bool flush(std::chrono::milliseconds timeout);
  /// Flushes, then ends the stream: lines that still come are dropped. One thread.
  void close(std::chrono::milliseconds timeout);

 private:
  std::size_t send(std::string_view bytes) const;
  void enqueue(std::string_view rest, bool isPartOfLine);
  void drain();
  bool sendAll(std::string_view bytes);
  void reportDropped();

  int m_fd;
  std::mutex m_mutex;  // guards what follows; held for a send that does not wait
  std::condition_variable m_changed;
  std::string m_backlog;
  bool m_isDraining = false;
  std::size_t m_dropped = 0;
  bool m_isEnding = false;
  std::thread m_drainer;
};

}  // namespace kms::log
