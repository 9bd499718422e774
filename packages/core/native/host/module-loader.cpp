// Loading of modules: once each, never unloaded, since types and functions of theirs stay
// registered in GLib.
#include <kms/host/host.hpp>

#include <algorithm>
#include <dlfcn.h>

namespace kms::host {

namespace {

using EntryPoint = int (*)(Registrar*);

Error cannotLoad(const std::string& path, const std::string& why) {
  return {ErrorCode::kNotAvailable, "native module '" + path + "' cannot be loaded: " + why};
}

std::string lastError() {
  const char* text = dlerror();
  return text != nullptr ? text : "unknown reason";
}

EntryPoint entryPointOf(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw cannotLoad(path, lastError());
  void* symbol = dlsym(library, "kms_module_register");
  if (symbol == nullptr) throw cannotLoad(path, "it has no entry point kms_module_register");
  return reinterpret_cast<EntryPoint>(symbol);
}

void check(const std::string& path, int result, const std::string& failure) {
  if (result == static_cast<int>(ModuleResult::kRegistered)) return;
  if (result == static_cast<int>(ModuleResult::kAbiMismatch)) {
    throw cannotLoad(path, "it was built for another version of kms-core or by another compiler");
  }
  throw cannotLoad(path, failure.empty() ? "its registration failed" : failure);
}

}  // namespace

void Host::loadModule(const std::string& path) {
  {
    const std::scoped_lock lock(m_mutex);
    if (std::find(m_modules.begin(), m_modules.end(), path) != m_modules.end()) return;
  }
  const EntryPoint entryPoint = entryPointOf(path);
  std::map<std::string, Class, std::less<>> classes;
  std::string failure;
  Registrar registrar{kAbiVersion, kCompilerAbi, &classes, &failure};
  check(path, entryPoint(&registrar), failure);
  for (auto& [name, what] : classes) addClass(name, std::move(what));
  const std::scoped_lock lock(m_mutex);
  m_modules.push_back(path);
}

}  // namespace kms::host
