// The entry point of a native module: a shared library that adds its classes to the host.
#pragma once

#include <kms/host/object.hpp>

#include <exception>
#include <map>
#include <string>
#include <utility>

namespace kms::host {

/// Raised whenever a type in a public header changes its layout or meaning.
inline constexpr int kAbiVersion = 4;
/// Two compilers that agree on this number agree on the layout of C++ types.
inline constexpr int kCompilerAbi = __GXX_ABI_VERSION * 10 + _GLIBCXX_USE_CXX11_ABI;

enum class ModuleResult : int { kRegistered = 0, kAbiMismatch = 1, kFailed = 2 };

/// What a module's entry point is given. The two integers come first and are plain C: the module
/// compares them before it touches the rest.
struct Registrar {
  int abiVersion;
  int compilerAbi;
  std::map<std::string, Class, std::less<>>* classes;
  std::string* failure;

  /// Adds a class. Throws Error 40003 when the name is taken.
  void addClass(const std::string& name, Class what) {
    if (!classes->emplace(name, std::move(what)).second) {
      throw Error(ErrorCode::kUnexpected, "native class '" + name + "' is registered twice");
    }
  }
};

/// The body of an entry point: checks the ABI, runs `add(registrar)`, and lets no exception out.
template <typename Add>
int registerModule(Registrar* registrar, Add&& add) noexcept {
  if (registrar->abiVersion != kAbiVersion || registrar->compilerAbi != kCompilerAbi) {
    return static_cast<int>(ModuleResult::kAbiMismatch);
  }
  try {
    add(*registrar);
    return static_cast<int>(ModuleResult::kRegistered);
  } catch (const std::exception& failure) {
    *registrar->failure = failure.what();
    return static_cast<int>(ModuleResult::kFailed);
  }
}

}  // namespace kms::host

/// Every module defines this: `return kms::host::registerModule(registrar, [](auto& to) {
/// to.addClass(...); });`
extern "C" KMS_API int kms_module_register(kms::host::Registrar* registrar);
