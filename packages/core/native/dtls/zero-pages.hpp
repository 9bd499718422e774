// Memory that was made and never used.
#pragma once

#include <cstdint>
#include <span>

namespace kms::dtls {

/// Gives those whole pages of `memory` back to the system that hold nothing but zeros. They read as
/// zeros ever after, so that whoever owns the memory sees no difference; but nobody may write to it
/// meanwhile. Private memory only.
void releaseZeroPages(std::span<std::uint8_t> memory) noexcept;

}  // namespace kms::dtls
