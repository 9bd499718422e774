#include <kms/demo/greet.hpp>

#include <cstdio>

extern "C" __attribute__((visibility("default"))) void kms_module_init() {
  std::puts(demo::greet("module").c_str());
}
