// For tests: PlainTransports of one router over 127.0.0.1.
#pragma once

#include "router/plain-test.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

namespace kms::router {

class Plain : public ::testing::Test {
 protected:
  /// Each learns of the other's ports.
  static void connect(PlainPeer& a, PlainPeer& b,
                      const std::optional<PlainCrypto>& cryptoOfA = {}) {
    std::vector<PlainStreamParameters> forA;
    std::vector<PlainStreamParameters> forB;
    for (const media::Medium medium : media::kMedia) {
      forA.push_back(plainStream(medium, b.open(medium).rtp));
      forB.push_back(plainStream(medium, a.open(medium).rtp));
      forA.back().crypto = cryptoOfA;
      if (cryptoOfA) forB.back().crypto = PlainCrypto{cryptoOfA->inbound, cryptoOfA->outbound, {}};
    }
    a.setRemote(forA);
    b.setRemote(forB);
  }
  /// One video m-line, negotiated with a plain socket.
  std::uint16_t negotiate(PlainPeer& peer, PlainStreamParameters video) {
    const std::uint16_t port = peer.open(media::Medium::kVideo).rtp;
    peer.setRemote({std::move(video)});
    return port;
  }

  static std::uint64_t dropped(const PlainTransportStats& stats, DropReason reason) {
    return stats.dropped[reason];
  }
  /// The same of the I/O thread, as metrics show it.
  std::uint64_t droppedByThread(DropReason reason) const {
    const Value drops = m_router.counters(0).at("dropped");
    return static_cast<std::uint64_t>(drops.at(name(reason)).as<std::int64_t>());
  }

  SystemClock m_clock;
  Router m_router{RouterConfig{{{}, {}}, {"lo"}}, m_clock};
};

}  // namespace kms::router
