// The command line of kms-call.
#pragma once

#include <kms/client/options.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace kms::tool {

/// The user's mistake: exit code 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CommandLine {
  client::Options client;
  /// The first word that is no option; empty for none.
  std::string command;
  /// The words behind it.
  std::vector<std::string> words;
  /// Events after which `watch` ends; 0: none.
  std::uint64_t count = 0;
  /// Results that are text are printed without quotes.
  bool isRaw = false;
  bool isHelp = false;
};

/// `args` without the program's name. Throws UsageError. `url` is where no --url says otherwise.
[[nodiscard]] CommandLine parseCommandLine(const std::vector<std::string>& args,
                                           const std::string& url);

/// What --help prints of the options.
[[nodiscard]] std::string optionsHelp();

}  // namespace kms::tool
