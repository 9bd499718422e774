// kms-call: calls of a media server from a shell.
#include "tool/commands.hpp"

#include <kms/client/error.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace kms::tool {
namespace {

std::string environment(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

int run(const std::vector<std::string>& args) {
  const std::string url = environment("KMS_URL", "ws://127.0.0.1:8888/kurento");
  CommandLine line = parseCommandLine(args, url);
  if (line.client.token.empty()) line.client.token = environment("KMS_TOKEN", "");
  if (line.isHelp) {
    std::cout << help() << std::flush;
    return kDone;
  }
  return runCommand(line, {std::cout, std::cerr});
}

// -32001 and -32002 are raised here: there was no answer.
int exitCodeOf(const KurentoError& error) {
  const bool isLocal =
      error.code() == KurentoError::kTimeout || error.code() == KurentoError::kConnectionClosed;
  return isLocal ? kNoConnection : kRefused;
}

}  // namespace
}  // namespace kms::tool

int main(int count, char** values) {
  using kms::KurentoError;
  try {
    return kms::tool::run({values + 1, values + count});
  } catch (const kms::tool::UsageError& error) {
    std::cerr << "kms-call: " << error.what() << std::endl;
  } catch (const KurentoError& error) {
    std::cerr << "kms-call: " << error.code() << " " << error.type() << ": " << error.what()
              << std::endl;
    return kms::tool::exitCodeOf(error);
  } catch (const std::exception& error) {
    std::cerr << "kms-call: " << error.what() << std::endl;
  }
  return kms::tool::kWrongUse;
}
