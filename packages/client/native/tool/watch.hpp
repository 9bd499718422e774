// `kms-call watch`: events of an object until enough have come, or somebody ends it.
#pragma once

#include "tool/commands.hpp"

namespace kms::tool {

/// Prints one line of JSON for each event of these kinds. Ends after line.count events, with
/// SIGINT or SIGTERM, or, with kNoConnection, when the session is lost.
int watch(const CommandLine& line, Streams streams);

}  // namespace kms::tool
