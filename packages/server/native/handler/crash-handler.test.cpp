// Lets a program crash and reads what it leaves behind.
#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct End {
  int signal = 0;
  std::string text;
};

std::string readAll(int fd) {
  std::string all;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = read(fd, part.data(), part.size())) > 0;)
    all.append(part.data(), static_cast<std::size_t>(size));
  close(fd);
  return all;
}

/// Runs the program; `text` is its standard error.
End crash(const std::string& how, const std::string& file = "",
          const std::string& tracer = KMS_STACK_TRACE) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    // Sanitizers would deal with the signals before our handler does.
    setenv("ASAN_OPTIONS",
           "detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0", 1);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(KMS_CRASHING_PROGRAM, KMS_CRASHING_PROGRAM, tracer.c_str(), how.c_str(),
          file.empty() ? nullptr : file.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  End end;
  end.text = readAll(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return end;
}

TEST(CrashHandler, ShowsWhereItCrashedAndWhatAllThreadsDid) {
  const auto [signal, text] = crash("segv");
  EXPECT_EQ(signal, SIGSEGV);
  EXPECT_THAT(text, StartsWith("*** SIGSEGV in process "));
  EXPECT_THAT(text, HasSubstr(", address 0x0000000000000008\n"));
  EXPECT_THAT(text, ContainsRegex("-- Stack traces of process [0-9]+ after SIGSEGV\n"));
  EXPECT_THAT(text, ContainsRegex("Thread [0-9]+ \"crashing-progra\" crashed\n"
                                  "  #0  0x[0-9a-f]+ kms::crash::touchNothing\\(\\) at "
                                  "[^\n]*crashing-program\\.cpp:[0-9]+ in crashing-program\n"));
  EXPECT_THAT(text, ContainsRegex("main at [^\n]*crashing-program\\.cpp:[0-9]+"));
  EXPECT_THAT(text, ContainsRegex("Thread [0-9]+ \"bystander\"\n"));
  EXPECT_THAT(text, ContainsRegex("kms::crash::waitForEver\\([^\n]* at "
                                  "[^\n]*crashing-program\\.cpp:[0-9]+"));
}

TEST(CrashHandler, ShowsInlinedCalls) {
  // std::promise's members are inlined into waitForEver.
  EXPECT_THAT(crash("segv").text, ContainsRegex("std::[^\n]*(wait|future)[^\n]* at [^\n]*/future"));
}

TEST(CrashHandler, BeginsWithTheThreadThatCrashed) {
  const auto [signal, text] = crash("thread");
  EXPECT_EQ(signal, SIGSEGV);
  const std::size_t first = text.find("\nThread ");
  EXPECT_THAT(text.substr(first, text.find("  #1 ") - first),
              ContainsRegex("crashed\n  #0  0x[0-9a-f]+ kms::crash::touchNothing\\(\\) at "));
}

TEST(CrashHandler, ShowsWhoAborted) {
  const auto [signal, text] = crash("abort");
  EXPECT_EQ(signal, SIGABRT);
  EXPECT_THAT(text, ContainsRegex("kms::crash::abortNow\\(\\) at "));
}

TEST(CrashHandler, WorksOnAnExhaustedStack) {
  const auto [signal, text] = crash("stack");
  EXPECT_EQ(signal, SIGSEGV);
  EXPECT_THAT(text, ContainsRegex("#50 [^\n]*kms::crash::exhaustStack\\(int\\) at "));
  EXPECT_THAT(text, HasSubstr("\"bystander\""));
}

TEST(CrashHandler, SaysWhoSentTheSignal) {
  const auto [signal, text] = crash("raise");
  EXPECT_EQ(signal, SIGBUS);
  EXPECT_THAT(
      text, ContainsRegex("\\*\\*\\* SIGBUS in process ([0-9]+), thread [0-9]+, sent by process "));
}

TEST(CrashHandler, AppendsToAFile) {
  const auto file =
      std::filesystem::temp_directory_path() / ("kms-crash-" + std::to_string(getpid()) + ".log");
  std::ofstream(file) << "before\n";
  const auto [signal, text] = crash("segv", file.string());
  std::ostringstream all;
  all << std::ifstream(file).rdbuf();
  std::filesystem::remove(file);
  EXPECT_EQ(signal, SIGSEGV);
  EXPECT_EQ(text, "");
  EXPECT_THAT(all.str(), StartsWith("before\n*** SIGSEGV"));
  EXPECT_THAT(all.str(), HasSubstr("kms::crash::touchNothing()"));
}

TEST(CrashHandler, ShowsAtLeastItsOwnThreadWithoutATracer) {
  const auto [signal, text] = crash("segv", "", "/nowhere/tracer");
  EXPECT_EQ(signal, SIGSEGV);
  EXPECT_THAT(text, HasSubstr("no stack traces from /nowhere/tracer; this thread only:\n"));
  EXPECT_THAT(text, HasSubstr("crashing-program("));
  EXPECT_THAT(text, Not(HasSubstr("bystander")));
}

}  // namespace
