// The way of packets from the producers of one I/O thread to their mirrors on another.
#pragma once

#include <kms/io/io-thread.hpp>
#include <kms/io/loan.hpp>
#include <kms/rtp/retransmission-buffer.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace kms::router {

/// Bit/s that the origin should not exceed for the consumers of a mirror, 0: any. Written by the
/// mirror's thread, read by the origin's.
using MirrorHint = std::atomic<std::uint64_t>;

/// A packet on its way.
struct Crossing {
  std::uint32_t mirror = 0;
  std::uint32_t generation = 0;  ///< of the origin
  std::uint32_t format = 0;      ///< how often the origin's format has changed
  std::optional<TimePoint> capture;
  rtp::MediaPacket media;      ///< without packet
  io::Packet* lent = nullptr;  ///< its packet
};

/// What the two halves, MirrorExports on the origins' thread and MirrorImports on the mirrors',
/// share. Packets go through the ring, which is drained once a round; everything that is rare
/// (opening, formats, keyframe requests, ends) goes as tasks of the threads.
struct MirrorLink {
  static constexpr std::size_t kCrossings = 2048;
  static constexpr std::size_t kLent = 16'384;

  io::IoThread& from;
  io::IoThread& to;
  io::SpscRing<Crossing> crossings{kCrossings};
  io::PacketLoan loan{kLent};
};

}  // namespace kms::router
