#include "simulated-time.hpp"

#include <atomic>
#include <sys/time.h>
#include <time.h>

namespace {

std::atomic<const kms::Clock*> g_clock = nullptr;  // gettimeofday() has no other way to its clock

}  // namespace

namespace kms::dtls {

SimulatedTime::SimulatedTime(const Clock& clock) {
  g_clock = &clock;
}
SimulatedTime::~SimulatedTime() {
  g_clock = nullptr;
}

}  // namespace kms::dtls

extern "C" __attribute__((visibility("default"))) int gettimeofday(
    struct timeval* __restrict out, void* __restrict /*zone*/) noexcept {
  if (const kms::Clock* clock = g_clock) {
    const auto since =
        std::chrono::duration_cast<std::chrono::microseconds>(clock->now().time_since_epoch());
    out->tv_sec = since.count() / 1'000'000;
    out->tv_usec = since.count() % 1'000'000;
    return 0;
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}
