// Crashes as the test asks: crashing-program <tracer> <how> [<file of the traces>].
#include "handler/crash-handler.hpp"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <map>
#include <pthread.h>
#include <string>
#include <string_view>
#include <thread>

namespace kms::crash {

constexpr std::uintptr_t kNowhere = 8;

__attribute__((noinline)) void waitForEver(std::promise<void>& started) {
  started.set_value();
  std::promise<void>().get_future().wait();
}

__attribute__((noinline)) void touchNothing() {
  // Not null, which the compiler (and sanitizers) would see; nothing is ever there.
  volatile int* volatile nothing = reinterpret_cast<volatile int*>(kNowhere);
  *nothing = 1;
}

__attribute__((noinline)) int exhaustStack(int depth) {
  volatile char frame[4096] = {};
  frame[0] = static_cast<char>(depth);
  if (depth < 0) return 0;  // never, but the compiler is not to know
  return exhaustStack(depth + 1) + frame[0];
}

void crashInThread() {
  std::thread([] { touchNothing(); }).join();
}

void abortNow() {
  std::abort();
}

const std::map<std::string_view, void (*)()>& ways() {
  static const std::map<std::string_view, void (*)()> known{
      {"segv", touchNothing},           {"abort", abortNow},
      {"thread", crashInThread},        {"stack", [] { exhaustStack(0); }},
      {"raise", [] { raise(SIGBUS); }},
  };
  return known;
}

}  // namespace kms::crash

int main(int count, char** arguments) {
  using namespace kms::crash;
  if (count < 3 || !ways().contains(arguments[2])) return 2;
  installCrashHandler({arguments[1], count > 3 ? arguments[3] : ""});
  std::promise<void> started;
  std::thread bystander([&] { waitForEver(started); });
  pthread_setname_np(bystander.native_handle(), "bystander");
  started.get_future().wait();
  ways().at(arguments[2])();
  return 0;
}
