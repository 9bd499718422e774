#include "zero-pages.hpp"

#include <algorithm>
#include <sys/mman.h>
#include <unistd.h>

namespace kms::dtls {

namespace {

bool isZero(const std::uint8_t* page, std::size_t size) noexcept {
  return std::all_of(page, page + size, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

void releaseZeroPages(std::span<std::uint8_t> memory) noexcept {
  static const auto kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(memory.data());
  const std::size_t first = (kPage - begin % kPage) % kPage;
  for (std::size_t at = first; at + kPage <= memory.size(); at += kPage) {
    if (isZero(&memory[at], kPage)) madvise(&memory[at], kPage, MADV_DONTNEED);
  }
}

}  // namespace kms::dtls
