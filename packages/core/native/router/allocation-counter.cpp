#include "router/allocation-counter.hpp"

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

namespace {

thread_local bool t_isCounting = false;
thread_local std::size_t t_allocations = 0;

void* counted(std::size_t size) {
  if (t_isCounting) ++t_allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* countedForOpenssl(std::size_t size, const char*, int) {
  return size == 0 ? nullptr : counted(size);
}
void* recountedForOpenssl(void* old, std::size_t size, const char*, int) {
  if (t_isCounting) ++t_allocations;
  return std::realloc(old, size);
}
void freedForOpenssl(void* memory, const char*, int) {
  std::free(memory);
}
// Before anything of OpenSSL's is used.
const int kHooked =
    CRYPTO_set_mem_functions(countedForOpenssl, recountedForOpenssl, freedForOpenssl);

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return ::operator new(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace kms::testing {

bool opensslIsCounted() {
  return kHooked == 1;
}

void startCounting() {
  t_allocations = 0;
  t_isCounting = true;
}

std::size_t stopCounting() {
  t_isCounting = false;
  return t_allocations;
}

}  // namespace kms::testing
