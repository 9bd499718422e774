// What happens when the process crashes: stack traces of all its threads, then the usual end.
#pragma once

#include <string>

namespace kms::crash {

struct CrashHandlerOptions {
  /// The program kms-stack-trace.
  std::string tracer;
  /// File that the traces are appended to; empty: standard error.
  std::string file;
};

/// Handles SIGSEGV, SIGABRT, SIGBUS, SIGFPE and SIGILL of every thread from now on: writes a
/// header, lets the tracer write the stacks of all threads, and then lets the signal take its
/// default action (a core dump as configured). Handlers that were there before are asked first, so
/// that WebAssembly traps and sanitizers keep working. Once in a process. Throws std::system_error
/// when a signal cannot be handled.
void installCrashHandler(const CrashHandlerOptions& options);

}  // namespace kms::crash
