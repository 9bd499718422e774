#include "trace/process-trace.hpp"

#include "trace/frame-text.hpp"

#include <algorithm>
#include <elfutils/libdwfl.h>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace kms::crash {

namespace {

constexpr std::size_t kMaxFrames = 100;

struct EndSession {
  void operator()(Dwfl* session) const { dwfl_end(session); }
};
using Session = std::unique_ptr<Dwfl, EndSession>;

struct Frame {
  Dwarf_Addr pc = 0;
  bool isCall = false;  // pc is where a call returns to
};

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + dwfl_errmsg(-1));
}

Session attach(pid_t pid) {
  static char* noDebugPath = nullptr;
  static const Dwfl_Callbacks callbacks{&dwfl_linux_proc_find_elf, &dwfl_standard_find_debuginfo,
                                        nullptr, &noDebugPath};
  Session session(dwfl_begin(&callbacks));
  if (!session) fail("cannot begin");
  dwfl_report_begin(session.get());
  if (dwfl_linux_proc_report(session.get(), pid) != 0) fail("cannot list libraries");
  if (dwfl_report_end(session.get(), nullptr, nullptr) != 0) fail("cannot list libraries");
  if (dwfl_linux_proc_attach(session.get(), pid, false) != 0) fail("cannot attach");
  return session;
}

int onFrame(Dwfl_Frame* state, void* data) {
  auto& frames = *static_cast<std::vector<Frame>*>(data);
  Frame frame;
  bool isActivation = false;
  if (!dwfl_frame_pc(state, &frame.pc, &isActivation)) return DWARF_CB_ABORT;
  frame.isCall = !isActivation;
  frames.push_back(frame);
  return frames.size() < kMaxFrames ? DWARF_CB_OK : DWARF_CB_ABORT;
}

std::vector<Frame> framesOf(Dwfl* session, pid_t thread) {
  std::vector<Frame> frames;
  dwfl_getthread_frames(session, thread, &onFrame, &frames);  // those up to where it fails count
  return frames;
}

// What the kernel puts below a signal handler.
void dropHandler(Dwfl* session, std::vector<Frame>& frames) {
  const auto trampoline = std::find_if(frames.begin(), frames.end(), [&](const Frame& frame) {
    const std::string symbol = symbolAt(session, frame.pc);
    return symbol == "__restore_rt" || symbol == "__kernel_rt_sigreturn";
  });
  if (trampoline == frames.end()) return;
  frames.erase(frames.begin(), trampoline + 1);
  if (!frames.empty()) frames.front().isCall = false;  // it was interrupted right there
}

int onThread(Dwfl_Thread* thread, void* data) {
  static_cast<std::vector<pid_t>*>(data)->push_back(dwfl_thread_tid(thread));
  return DWARF_CB_OK;
}

std::vector<pid_t> threadsOf(Dwfl* session, pid_t crashed) {
  std::vector<pid_t> threads;
  dwfl_getthreads(session, &onThread, &threads);
  std::stable_partition(threads.begin(), threads.end(),
                        [&](pid_t thread) { return thread == crashed; });
  return threads;
}

std::string nameOf(pid_t pid, pid_t thread) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(thread) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

void writeFrames(Dwfl* session, const std::vector<Frame>& frames, std::FILE* out) {
  int number = 0;
  for (const Frame& frame : frames) {
    for (const std::string& text : frameTexts(session, frame.pc, frame.isCall)) {
      std::fprintf(out, "  #%-2d 0x%016llx %s\n", number++,
                   static_cast<unsigned long long>(frame.pc), text.c_str());
    }
  }
}

}  // namespace

void writeProcessTrace(pid_t pid, pid_t crashed, std::FILE* out) {
  const Session session = attach(pid);
  const std::vector<pid_t> threads = threadsOf(session.get(), crashed);
  if (threads.empty()) fail("no threads");
  for (const pid_t thread : threads) {
    std::vector<Frame> frames = framesOf(session.get(), thread);
    if (thread == crashed) dropHandler(session.get(), frames);
    std::fprintf(out, "Thread %d \"%s\"%s\n", thread, nameOf(pid, thread).c_str(),
                 thread == crashed ? " crashed" : "");
    writeFrames(session.get(), frames, out);
    std::fflush(out);
  }
}

}  // namespace kms::crash
