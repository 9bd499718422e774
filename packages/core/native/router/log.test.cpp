// The router's own log lines.
#include "router/drop-summary.hpp"
#include "router/plain-test.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kms::router {
namespace {

TEST(DropSummary, tellsWhatWasDroppedSinceTheLastTime) {
  DropCounters counters;
  DropSummary summary;
  EXPECT_EQ(summary.next(counters), "");
  counters.count(DropReason::kReplayed, 2);
  counters.count(DropReason::kUnknownSender, 5);
  EXPECT_EQ(summary.next(counters), "unknownSender=5 replayed=2");
  EXPECT_EQ(summary.next(counters), "");
  counters.count(DropReason::kReplayed);
  EXPECT_EQ(summary.next(counters), "replayed=1");
}

/// Keeps lines, of any thread.
class Lines {
 public:
  LogSink sink() {
    return [this](LogLevel level, std::string_view text, const std::source_location&) {
      const std::scoped_lock lock(m_mutex);
      m_all.emplace_back(level, text);
    };
  }
  [[nodiscard]] std::size_t count(LogLevel level, std::string_view part) {
    const std::scoped_lock lock(m_mutex);
    return static_cast<std::size_t>(std::ranges::count_if(m_all, [&](const auto& line) {
      return line.first == level && line.second.find(part) != std::string::npos;
    }));
  }

 private:
  std::mutex m_mutex;
  std::vector<std::pair<LogLevel, std::string>> m_all;
};

TEST(RouterLog, tellsWhereItListensAndWhatEachThreadDropped) {
  SystemClock clock;
  Lines lines;
  RouterConfig config{{{}, {}}, {"lo"}};
  config.log = lines.sink();
  Router router(config, clock);
  const auto listens = [&](std::size_t thread) {
    return "I/O thread " + std::to_string(thread) + " listens on UDP " +
           std::to_string(router.udpPort(thread));
  };
  EXPECT_EQ(lines.count(LogLevel::kInfo, listens(0)), 1U);
  EXPECT_EQ(lines.count(LogLevel::kInfo, listens(1)), 1U);

  const UdpPeer stranger;
  constexpr int kPackets = 300;
  for (int i = 0; i < kPackets; ++i) stranger.send({0x80, 96, 1, 2}, router.udpPort(1));
  while (router.counters(1).at("dropped").at("unknownSender").as<int>() < kPackets)
    std::this_thread::yield();
  EXPECT_EQ(lines.count(LogLevel::kInfo, "dropped"), 0U) << "not one by one";
  router.close();
  EXPECT_EQ(lines.count(LogLevel::kInfo, "I/O thread 1 dropped: unknownSender=300"), 1U);
  EXPECT_EQ(lines.count(LogLevel::kInfo, "I/O thread 0 dropped"), 0U);
  EXPECT_EQ(lines.count(LogLevel::kInfo, "ends"), 2U);
}

TEST(RouterLog, tellsOfTransportsAtDebugLevel) {
  SystemClock clock;
  Lines lines;
  RouterConfig config{{{}}, {"lo"}};
  config.log = lines.sink();
  Router router(config, clock);
  {
    const TestPeer peer(router, 0, "peer");
    EXPECT_EQ(lines.count(LogLevel::kDebug, "a transport is there, 1 in all"), 1U);
  }
  EXPECT_EQ(lines.count(LogLevel::kDebug, "a transport is gone, 0 in all"), 1U);
}

}  // namespace
}  // namespace kms::router
