// Header extension abs-send-time (http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time).
#pragma once

#include <kms/base/clock.hpp>

#include <cstdint>

namespace kms::rtp {

/// 6.18 fixed point seconds, 24 bits.
[[nodiscard]] inline std::uint32_t absoluteSendTime(TimePoint now) noexcept {
  const auto microseconds =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(((microseconds % 64'000'000) << 18) / 1'000'000) & 0xFFFFFFU;
}

}  // namespace kms::rtp
