// What producers and consumers use of the I/O thread that they live on.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/io/packet.hpp>
#include <kms/io/timer.hpp>
#include <kms/router/drop-counters.hpp>

#include <algorithm>
#include <vector>

namespace kms::router {

class Mirrors;
class Producer;

/// Producers with packets that their consumers have not seen yet. Delivered at the end of a receive
/// batch, consumer after consumer, so that one viewer's packets lie together (one UDP_SEGMENT send,
/// warm keys). I/O thread.
class KMS_API DeliveryQueue {
 public:
  void add(Producer& producer) { m_producers.push_back(&producer); }
  /// Nulled, not erased: this may happen within run().
  void remove(Producer& producer) noexcept {
    std::ranges::replace(m_producers, &producer, static_cast<Producer*>(nullptr));
  }
  void run(TimePoint now);

 private:
  std::vector<Producer*> m_producers;
};

/// Parts of one I/O thread. Outlives what lives on the thread.
struct Environment {
  const Clock& clock;
  io::TimerQueue& timers;
  io::PacketPool& pool;
  DeliveryQueue& delivery;
  Duration wallClockOffset{};  ///< monotonic to Unix time
  Mirrors* mirrors = nullptr;  ///< of producers of other threads; null: there are no others
  DropCounters* drops = nullptr;

  void countDrop(DropReason reason, std::uint64_t packets = 1) const noexcept {
    if (drops != nullptr) drops->count(reason, packets);
  }
};

}  // namespace kms::router
