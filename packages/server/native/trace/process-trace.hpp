// The stacks of all threads of another process.
#pragma once

#include <cstdio>
#include <sys/types.h>

namespace kms::crash {

/// Writes the stack of every thread of `pid` to `out`, that of `crashed` first and without the
/// frames of its signal handler. Frames show function, file:line and library, inlined calls too.
/// Throws std::runtime_error when the process cannot be examined.
void writeProcessTrace(pid_t pid, pid_t crashed, std::FILE* out);

}  // namespace kms::crash
