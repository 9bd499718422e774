// What was negotiated for one medium, and what is known of its streams.
#pragma once

#include <kms/congestion/remb-control.hpp>
#include <kms/media/format.hpp>
#include <kms/router/codec-parameters.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kms::router {

/// Names a stream of a session: by its medium, and its number among those of that medium. The first
/// of each medium is always there, and is what a medium alone names.
struct StreamId {
  // A medium alone names its first stream, wherever a stream is asked for.
  constexpr StreamId(media::Medium of, std::size_t at = 0) noexcept  // NOLINT(*-explicit-*)
      : medium(of), number(at) {}

  media::Medium medium;
  std::size_t number;

  bool operator==(const StreamId&) const = default;
};

struct HeaderExtension {
  std::uint8_t id = 0;  ///< 1..255
  std::string uri;
};

/// A source and the SSRC that its retransmissions come on (a=ssrc-group:FID).
struct RtxSsrc {
  std::uint32_t media = 0;
  std::uint32_t rtx = 0;

  bool operator==(const RtxSsrc&) const = default;
};

/// One negotiated m-section.
struct StreamParameters {
  media::Medium medium = media::Medium::kVideo;
  std::size_t number = 0;  ///< of the stream among those of its medium (StreamId)
  std::string mid;
  bool send = false;                    ///< we do
  bool receive = false;                 ///< we do
  std::vector<CodecParameters> codecs;  ///< in order of preference, valid in both directions
  std::vector<std::uint32_t> remoteSsrcs;
  std::vector<RtxSsrc> rtxSsrcs;  ///< of the peer
  std::vector<HeaderExtension> extensions;
  std::vector<std::string> rids;  ///< of encodings that come (simulcast); empty: one without a name
  std::uint64_t bandwidth = 0;    ///< most that may be sent, bit/s; 0: no limit
  bool rtcpReducedSize = false;   ///< feedback may come without a report (RFC 5506)
};

/// Limits of a session's video, bit/s; 0: none.
struct BandwidthLimits {
  std::uint64_t minSend = 0;  ///< of estimates that viewers have, as told to the source
  std::uint64_t maxSend = 0;
  std::uint64_t minReceive = 0;
  std::uint64_t maxReceive = 0;
  congestion::RembParams remb{};
};

struct StreamStats {
  media::Medium medium = media::Medium::kVideo;
  std::string mid;       ///< of its m-section; may be empty
  bool inbound = false;  ///< received from the peer
  std::uint32_t ssrc = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< of payloads
  std::int64_t packetsLost = 0;
  double fractionLost = 0;   ///< 0..1
  double jitter = 0;         ///< seconds
  double roundTripTime = 0;  ///< seconds
  std::uint64_t nackCount = 0;
  std::uint64_t pliCount = 0;
  std::uint64_t firCount = 0;
  std::uint64_t remb = 0;                ///< bit/s that the peer reported; 0: none
  std::uint64_t targetBitrate = 0;       ///< bit/s it may have; without a limit: that were sent
  std::optional<CodecParameters> codec;  ///< of the packets that came or went last
};

/// What the way to a peer can carry, bit/s; 0: unknown.
struct BandwidthStats {
  std::uint64_t outgoing = 0;  ///< estimate of what the peer can take
  std::uint64_t incoming = 0;  ///< what the peer was told that it may send (REMB)
};

}  // namespace kms::router
