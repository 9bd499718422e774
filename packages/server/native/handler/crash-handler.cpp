#include "handler/crash-handler.hpp"

#include "handler/signal-safe.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <execinfo.h>
#include <fcntl.h>
#include <memory>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <ucontext.h>
#include <unistd.h>

namespace kms::crash {

namespace {

constexpr std::array kSignals{SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
constexpr std::size_t kAlternateStack = std::size_t{128} * 1024;
/// Less than the silence after which the gateway kills a worker.
constexpr long kTracerDeadlineMs = 4000;
constexpr long kPollMs = 10;
constexpr int kMaxFallbackFrames = 64;

/// What the handler needs, made before it may be needed; kept for good.
struct State {
  std::string tracer;
  std::string pid;
  int output = STDERR_FILENO;
  std::array<struct sigaction, kSignals.size()> previous{};
  std::unique_ptr<char[]> stack;
};

std::atomic<State*> theState{nullptr};
std::atomic<long> crashedThread{0};

long threadId() {
  return syscall(SYS_gettid);
}

void pause(long ms) {
  const std::timespec time{0, ms * 1'000'000};
  nanosleep(&time, nullptr);
}

std::uintptr_t programCounter(const ucontext_t& context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<std::uintptr_t>(context.uc_mcontext.pc);
#else
#error "unknown processor"
#endif
}

// Whether the one before us has dealt with it, as V8 does with traps of WebAssembly: it then goes
// on elsewhere. If not, Node raises the signal again, which comes through when we are done.
bool handledBefore(const State& state, int signal, siginfo_t* info, void* context) {
  const auto* machine = static_cast<const ucontext_t*>(context);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] != signal) continue;
    const struct sigaction& previous = state.previous[i];
    if ((previous.sa_flags & SA_SIGINFO) == 0 || previous.sa_sigaction == nullptr) return false;
    const std::uintptr_t before = programCounter(*machine);
    previous.sa_sigaction(signal, info, context);
    return programCounter(*machine) != before;
  }
  return false;
}

void writeHeader(const State& state, int signal, const siginfo_t& info) {
  SafeText text;
  text << "*** " << signalName(signal) << " in process " << state.pid << ", thread " << threadId();
  if (info.si_code > 0 && signal != SIGABRT) {
    text << ", address ";
    text.hex(reinterpret_cast<std::uintptr_t>(info.si_addr));
  } else if (info.si_code <= 0) {
    text << ", sent by process " << static_cast<long>(info.si_pid);
  }
  text << "\n";
  text.writeTo(state.output);
}

[[noreturn]] void execTracer(const State& state, int gate, const char* thread, const char* signal) {
  char go = 0;
  while (read(gate, &go, 1) < 0 && errno == EINTR) {
  }
  dup2(state.output, STDOUT_FILENO);
  const std::array<const char*, 5> arguments{state.tracer.c_str(), state.pid.c_str(), thread,
                                             signal, nullptr};
  execv(state.tracer.c_str(), const_cast<char* const*>(arguments.data()));
  _exit(127);
}

bool awaitTracer(pid_t tracer) {
  int status = 0;
  for (long waited = 0; waited < kTracerDeadlineMs; waited += kPollMs) {
    const pid_t ended = waitpid(tracer, &status, WNOHANG);
    if (ended == tracer) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (ended < 0 && errno != EINTR) return false;
    pause(kPollMs);
  }
  kill(tracer, SIGKILL);
  waitpid(tracer, &status, 0);
  return false;
}

// Fork without the handlers of pthread_atfork, which may wait for a lock that the crash left taken.
bool runTracer(const State& state, int signal) {
  SafeText thread;
  SafeText name;
  thread << threadId();
  name << signalName(signal);
  std::array<int, 2> gate{};
  if (pipe2(gate.data(), O_CLOEXEC) != 0) return false;
  const pid_t tracer = _Fork();
  if (tracer == 0) {
    close(gate[1]);
    execTracer(state, gate[0], thread.c_str(), name.c_str());
  }
  close(gate[0]);
  if (tracer > 0)
    prctl(PR_SET_PTRACER, tracer);  // refused where the kernel has no Yama: not needed
  close(gate[1]);
  return tracer > 0 && awaitTracer(tracer);
}

void writeFallback(const State& state) {
  SafeText text;
  text << "no stack traces from " << state.tracer << "; this thread only:\n";
  text.writeTo(state.output);
  std::array<void*, kMaxFallbackFrames> frames{};
  backtrace_symbols_fd(frames.data(), backtrace(frames.data(), kMaxFallbackFrames), state.output);
}

void dieOf(int signal) {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  syscall(SYS_tgkill, getpid(), threadId(), signal);  // comes through when the handler returns
}

void onSignal(int signal, siginfo_t* info, void* context) {
  const int savedErrno = errno;
  const State& state = *theState.load();
  if (handledBefore(state, signal, info, context)) {
    errno = savedErrno;
    return;
  }
  long nobody = 0;
  if (!crashedThread.compare_exchange_strong(nobody, threadId())) {
    // Another thread is at it; or this very one crashed while it was, and has nothing to add.
    while (nobody != threadId()) pause(kPollMs);
    return dieOf(signal);
  }
  writeHeader(state, signal, *info);
  if (!runTracer(state, signal)) writeFallback(state);
  dieOf(signal);
}

// A thread that has used up its stack can still handle the signal on another one.
void useAlternateStack(State& state) {
  stack_t known{};
  if (sigaltstack(nullptr, &known) == 0 && (known.ss_flags & SS_DISABLE) == 0) return;
  state.stack = std::make_unique<char[]>(kAlternateStack);
  const stack_t stack{state.stack.get(), 0, kAlternateStack};
  sigaltstack(&stack, nullptr);
}

void check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void installCrashHandler(const CrashHandlerOptions& options) {
  auto state = std::make_unique<State>();
  state->tracer = options.tracer;
  state->pid = std::to_string(getpid());
  if (!options.file.empty()) {
    constexpr mode_t kMode = 0644;
    state->output = open(options.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
    check(state->output, options.file.c_str());
  }
  std::array<void*, 1> frame{};
  backtrace(frame.data(), 1);  // loads what it needs, which the handler could not
  useAlternateStack(*state);
  theState = state.release();
  struct sigaction action{};
  action.sa_sigaction = &onSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const int signal : kSignals) sigaddset(&action.sa_mask, signal);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    check(sigaction(kSignals[i], &action, &theState.load()->previous[i]), signalName(kSignals[i]));
  }
}

}  // namespace kms::crash
