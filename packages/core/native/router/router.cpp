#include "router/tap-consumer.hpp"
#include "router/thread-context.hpp"

#include <kms/base/error.hpp>
#include <kms/router/router.hpp>

#include <utility>

namespace kms::router {

Duration RouterConfig::systemWallClockOffset() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Duration>(wall) - SystemClock().now().time_since_epoch();
}

Router::Router(const RouterConfig& config, const Clock& clock)
    : m_certificates(config.certificates) {
  if (config.threads.empty()) {
    throw Error(ErrorCode::kIllegalParam, "ioThreads: at least one I/O thread is needed");
  }
  for (const ThreadConfig& thread : config.threads) {
    m_threads.push_back(
        std::make_shared<ThreadContext>(m_threads.size(), thread, config, clock, m_certificates));
  }
  joinThreads();
  for (const auto& thread : m_threads) thread->start();
}

void Router::joinThreads() {
  for (const auto& from : m_threads) {
    for (const auto& to : m_threads) {
      if (from == to) continue;
      m_ways.push_back(
          std::make_unique<MirrorWay>(from->ioThread(), to->ioThread(), to->environment()));
      to->mirrors().addImport(from->environment(), m_ways.back()->imports);
      from->mirrors().addExport(m_ways.back()->exports);
    }
  }
}

Router::~Router() {
  close();
}

void Router::close() {
  for (const auto& thread : m_threads) thread->stop();
}

ThreadContext& Router::thread(std::size_t ioThread) const {
  if (ioThread >= m_threads.size()) {
    throw Error(ErrorCode::kIllegalParam, "ioThread " + std::to_string(ioThread) +
                                              " does not exist, there are " +
                                              std::to_string(m_threads.size()));
  }
  return *m_threads[ioThread];
}

io::Executor& Router::executor(std::size_t ioThread) const {
  return thread(ioThread).executor();
}

std::uint16_t Router::udpPort(std::size_t ioThread) const {
  return thread(ioThread).port();
}

std::uint16_t Router::tcpPort(std::size_t ioThread) const {
  return thread(ioThread).tcp().port();
}

Map Router::counters(std::size_t ioThread) const {
  return thread(ioThread).counters();
}

std::unique_ptr<Feed> Router::createFeed(std::size_t ioThread, FeedConfig config) {
  ThreadContext& context = thread(ioThread);
  auto source = context.addFeed(std::move(config));
  return std::make_unique<RemoteFeed>(
      std::move(source), [context = context.shared_from_this()](std::shared_ptr<FeedSource> gone) {
        context->removeFeed(std::move(gone));
      });
}

std::unique_ptr<Tap> Router::createTap(std::size_t ioThread, TapConfig config) {
  ThreadContext& context = thread(ioThread);
  return std::make_unique<RemoteTap>(context.executor(), context.environment(), std::move(config));
}

}  // namespace kms::router
