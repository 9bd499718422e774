#include <kms/log/line-stream.hpp>
#include <kms/log/line.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace kms::log {

namespace {

constexpr int kLastStandardStream = 2;
constexpr int kWarning = 2;
constexpr std::chrono::seconds kLastWait{1};
constexpr int kPollMs = 100;

void addFlag(int fd, int get, int set, int flag) {
  const int flags = fcntl(fd, get);
  if (flags >= 0) fcntl(fd, set, flags | flag);
}

}  // namespace

LineStream::LineStream(int fd) : m_fd(fd) {
  if (fd > kLastStandardStream) {
    addFlag(fd, F_GETFD, F_SETFD, FD_CLOEXEC);
    addFlag(fd, F_GETFL, F_SETFL, O_NONBLOCK);
  }
  m_drainer = std::thread([this] { drain(); });
}

LineStream::~LineStream() {
  close(kLastWait);
}

void LineStream::close(std::chrono::milliseconds timeout) {
  if (!m_drainer.joinable()) return;
  flush(timeout);
  {
    const std::scoped_lock lock(m_mutex);
    m_isEnding = true;
    m_changed.notify_all();
  }
  m_drainer.join();
  const std::scoped_lock lock(m_mutex);
  const int fd = std::exchange(m_fd, -1);
  if (fd > kLastStandardStream) ::close(fd);
}

void LineStream::write(std::string_view lines) {
  const std::scoped_lock lock(m_mutex);
  const bool isFree = m_backlog.empty() && !m_isDraining;
  const std::size_t sent = isFree ? send(lines) : 0;
  if (sent < lines.size()) enqueue(lines.substr(sent), sent > 0);
}

bool LineStream::flush(std::chrono::milliseconds timeout) {
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, timeout, [&] { return m_backlog.empty() && !m_isDraining; });
}

// How much the kernel took. When nobody listens any more, there is nobody to keep lines for.
std::size_t LineStream::send(std::string_view bytes) const {
  for (;;) {
    const ssize_t sent = ::write(m_fd, bytes.data(), bytes.size());
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return bytes.size();
  }
}

void LineStream::enqueue(std::string_view rest, bool isPartOfLine) {
  if (!isPartOfLine && m_backlog.size() + rest.size() > kMaxBacklog) {
    m_dropped += static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
    return;
  }
  m_backlog += rest;
  m_changed.notify_all();
}

void LineStream::drain() {
  pthread_setname_np(pthread_self(), "kms-log");
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_changed.wait(lock, [&] { return m_isEnding || !m_backlog.empty(); });
    if (m_isEnding) return;
    const std::string bytes = std::exchange(m_backlog, {});
    m_isDraining = true;  // so that nobody overtakes
    lock.unlock();
    const bool isSent = sendAll(bytes);
    lock.lock();
    m_isDraining = false;
    if (!isSent) return;
    if (m_dropped > 0 && m_backlog.empty()) reportDropped();
    m_changed.notify_all();
  }
}

// False when the stream ends meanwhile.
bool LineStream::sendAll(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd writable{m_fd, POLLOUT, 0};
    poll(&writable, 1, kPollMs);
    bytes.remove_prefix(send(bytes));
    const std::scoped_lock lock(m_mutex);
    if (m_isEnding) return false;
  }
  return true;
}

void LineStream::reportDropped() {
  const std::string message =
      std::to_string(std::exchange(m_dropped, 0)) + " log lines dropped: too many at once";
  m_backlog = formatLine({.level = kWarning,
                          .category = "KurentoMediaServer",
                          .file = __FILE__,
                          .line = __LINE__,
                          .function = __func__,
                          .object = {},
                          .message = message},
                         false);
}

}  // namespace kms::log
