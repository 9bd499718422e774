// The origins' half of a MirrorLink.
#pragma once

#include "router/mirror-link.hpp"

#include <kms/router/consumer.hpp>
#include <kms/router/producer.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace kms::router {

class MirrorImports;

/// Attached to each producer that has a mirror on the other thread; lends it the packets. Lives on
/// the origins' thread.
class MirrorExports {
 public:
  MirrorExports(MirrorLink& link, MirrorImports& imports);
  ~MirrorExports();
  MirrorExports(const MirrorExports&) = delete;
  MirrorExports& operator=(const MirrorExports&) = delete;

  /// Starts to feed mirror `id` from `origin`: with its last keyframe, if it is fresh enough.
  /// `hint`: the mirror's.
  void open(std::uint32_t id, std::shared_ptr<Producer> origin,
            std::shared_ptr<const MirrorHint> hint);
  void requestKeyframe(std::uint32_t id);
  void end(std::uint32_t id);
  /// Lets go of the packets that came back.
  void collect() noexcept { m_link.loan.collect(); }
  void close();

  [[nodiscard]] std::uint64_t lent() const noexcept { return m_lent; }
  /// Packets that found the ring full, or too many lent.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return m_dropped; }

 private:
  class Feed;

  void push(Crossing about, const rtp::MediaPacket& media);

  MirrorLink& m_link;
  MirrorImports& m_imports;
  std::unordered_map<std::uint32_t, std::unique_ptr<Feed>> m_feeds;  // by mirror
  std::uint64_t m_lent = 0;
  std::uint64_t m_dropped = 0;
};

}  // namespace kms::router
