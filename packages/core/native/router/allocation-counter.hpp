// For a test program of its own: counts what one thread allocates, C++ and OpenSSL alike.
#pragma once

#include <cstddef>

namespace kms::testing {

/// Whether OpenSSL's allocations are seen; false when it was in use before.
[[nodiscard]] bool opensslIsCounted();
/// Begins to count the allocations of this thread, from 0.
void startCounting();
/// Ends it, and tells how many there were.
[[nodiscard]] std::size_t stopCounting();

}  // namespace kms::testing
