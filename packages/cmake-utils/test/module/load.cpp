#include <cstdio>
#include <dlfcn.h>

int main(int argc, char** argv) {
  void* module = argc == 2 ? dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL) : nullptr;
  if (module == nullptr) {
    std::puts(dlerror());
    return 1;
  }
  reinterpret_cast<void (*)()>(dlsym(module, "kms_module_init"))();
  return 0;
}
