// What kms-call can do: a table of small handlers.
#pragma once

#include "tool/command-line.hpp"

#include <ostream>

namespace kms::tool {

struct Streams {
  std::ostream& out;
  std::ostream& err;
};

/// Exit codes: done; the server refused; wrong use; no connection.
enum ExitCode { kDone = 0, kRefused = 1, kWrongUse = 2, kNoConnection = 3 };

/// Runs one command. Throws UsageError, KurentoError.
int runCommand(const CommandLine& line, Streams streams);

/// What --help prints.
[[nodiscard]] std::string help();

}  // namespace kms::tool
