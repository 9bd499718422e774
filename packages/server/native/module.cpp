// A module without classes: a worker that loads it has the crash handler.
#include "handler/crash-handler.hpp"

#include <kms/host/module.hpp>

#include <cstdlib>
#include <dlfcn.h>
#include <mutex>
#include <string>

namespace {

// Beside this very library.
std::string tracerPath() {
  Dl_info info{};
  dladdr(reinterpret_cast<const void*>(&kms_module_register), &info);
  const std::string library = info.dli_fname == nullptr ? "" : info.dli_fname;
  return library.substr(0, library.rfind('/') + 1) + "bin/kms-stack-trace";
}

std::string errorsLog() {
  const char* path = std::getenv("KMS_ERRORS_LOG");
  return path == nullptr ? "" : path;
}

}  // namespace

int kms_module_register(kms::host::Registrar* registrar) {
  return kms::host::registerModule(registrar, [](kms::host::Registrar&) {
    static std::once_flag once;  // the signals are those of the process, whatever hosts it has
    std::call_once(once, [] { kms::crash::installCrashHandler({tracerPath(), errorsLog()}); });
  });
}
