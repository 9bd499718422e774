// kms-stack-trace <process> <crashed thread> <signal>: run by the crash handler in the process that
// crashes; also by hand: `kms-stack-trace <process>`. Writes the stacks of all its threads to
// standard output.
#include "trace/process-trace.hpp"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <string>

namespace {

pid_t numberOf(const char* text) {
  pid_t number = 0;
  const char* end = text + std::strlen(text);
  return std::from_chars(text, end, number).ptr == end ? number : 0;
}

std::string timeText() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", &local)};
}

}  // namespace

int main(int count, char** arguments) {
  const pid_t pid = count > 1 ? numberOf(arguments[1]) : 0;
  if (pid <= 0) {
    std::fprintf(stderr, "usage: kms-stack-trace <process> [<crashed thread> <signal>]\n");
    return 2;
  }
  try {
    std::printf("%s -- Stack traces of process %d%s%s\n", timeText().c_str(), pid,
                count > 3 ? " after " : "", count > 3 ? arguments[3] : "");
    kms::crash::writeProcessTrace(pid, count > 2 ? numberOf(arguments[2]) : 0, stdout);
    return 0;
  } catch (const std::exception& failure) {
    std::printf("kms-stack-trace: %s\n", failure.what());
    return 1;
  }
}
