#include <kms/log/line-stream.hpp>

#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <memory>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace kms::log {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class LineStreamTest : public ::testing::Test {
 protected:
  LineStreamTest() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    m_reader = ends[0];
    m_stream = std::make_unique<LineStream>(ends[1]);
  }
  ~LineStreamTest() override { closeReader(); }

  void closeReader() {
    if (m_reader >= 0) ::close(std::exchange(m_reader, -1));
  }
  LineStream& stream() { return *m_stream; }
  void end() { m_stream.reset(); }
  std::string read(std::size_t size) const {
    std::string text(size, '\0');
    const ssize_t got = ::read(m_reader, text.data(), size);
    return text.substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
  }
  std::string readToEnd() const {
    std::string all;
    for (std::string more = read(65536); !more.empty(); more = read(65536)) all += more;
    return all;
  }

 private:
  int m_reader = -1;
  std::unique_ptr<LineStream> m_stream;
};

TEST_F(LineStreamTest, HandsALineToTheKernelAtOnce) {
  stream().write("one\n");
  EXPECT_EQ(read(100), "one\n");
}

TEST_F(LineStreamTest, KeepsLinesWholeAndInOrderWhenTheReaderIsSlow) {
  constexpr int kLines = 20'000;  // more than a pipe holds, less than the backlog
  std::string expected;
  for (int i = 0; i < kLines; ++i) {
    const std::string line = "line " + std::to_string(i) + " of many, many lines\n";
    stream().write(line);
    expected += line;
  }
  auto reading = std::async(std::launch::async, [&] { return readToEnd(); });
  EXPECT_TRUE(stream().flush(std::chrono::seconds(10)));
  end();
  EXPECT_EQ(reading.get(), expected);
}

TEST_F(LineStreamTest, NeverMixesTheLinesOfThreads) {
  auto reading = std::async(std::launch::async, [&] { return readToEnd(); });
  std::vector<std::thread> threads;
  for (char name = 'a'; name < 'e'; ++name) {
    threads.emplace_back([&, name] {
      for (int i = 0; i < 2000; ++i) stream().write(std::string(5000, name) + "\n");
    });
  }
  for (std::thread& thread : threads) thread.join();
  stream().flush(std::chrono::seconds(10));
  end();
  const std::string all = reading.get();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t stop = all.find('\n', at);
    ASSERT_NE(stop, std::string::npos);
    const std::string line = all.substr(at, stop - at);
    if (line.size() == 5000) {
      ASSERT_EQ(line, std::string(5000, line[0]));
    } else {
      ASSERT_THAT(line, HasSubstr("log lines dropped"));
    }
    at = stop + 1;
  }
}

TEST_F(LineStreamTest, CountsWhatItDropsWhenNobodyReads) {
  const std::string line = std::string(1023, 'x') + "\n";
  constexpr std::size_t kLines = 2 * LineStream::kMaxBacklog / 1024;
  for (std::size_t i = 0; i < kLines; ++i) stream().write(line);
  auto reading = std::async(std::launch::async, [&] { return readToEnd(); });
  ASSERT_TRUE(stream().flush(std::chrono::seconds(10)));
  end();
  const std::string all = reading.get();
  const auto kept = static_cast<std::size_t>(std::count(all.begin(), all.end(), '\n')) - 1;
  EXPECT_LT(kept, kLines);
  EXPECT_THAT(all, HasSubstr("  " + std::to_string(kLines - kept) + " log lines dropped"));
}

TEST_F(LineStreamTest, GoesOnWithoutAReader) {
  closeReader();
  stream().write("lost\n");
  EXPECT_TRUE(stream().flush(std::chrono::seconds(1)));
}

TEST_F(LineStreamTest, EndsWhatTheReaderReads) {
  stream().write("one\n");
  stream().close(std::chrono::seconds(1));
  stream().write("too late\n");
  stream().close(std::chrono::seconds(1));
  EXPECT_EQ(readToEnd(), "one\n");
}

TEST_F(LineStreamTest, SentLinesOutliveTheProcess) {
  const pid_t child = fork();
  if (child == 0) {
    stream().write("last words\n");
    std::raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_EQ(read(100), "last words\n");
}

}  // namespace
}  // namespace kms::log
