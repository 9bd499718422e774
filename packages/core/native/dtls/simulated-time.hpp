// Test support: OpenSSL measures its retransmission timer with gettimeofday(), which no interface
// of it can replace. Linking this file into a test program puts our own gettimeofday() in front of
// the C library's for that program.
#pragma once

#include <kms/base/clock.hpp>

namespace kms::dtls {

/// While it lives, gettimeofday() of the whole test program follows `clock`. One at a time.
class SimulatedTime {
 public:
  explicit SimulatedTime(const Clock& clock);
  ~SimulatedTime();
  SimulatedTime(const SimulatedTime&) = delete;
  SimulatedTime& operator=(const SimulatedTime&) = delete;
};

}  // namespace kms::dtls
