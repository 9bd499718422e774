#include <cstddef>
#include <cstdint>

// One changed byte away from the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 3 && data[0] == 'n' && data[1] == 0xFF) __builtin_trap();
  return 0;
}
