// What was negotiated for one medium, and what is known of its streams.
#pragma once

#include <kms/media/format.hpp>
#include <kms/router/codec-parameters.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kms::router {

struct HeaderExtension {
  std::uint8_t id = 0;  ///< 1..255
  std::string uri;
};

/// One negotiated m-section.
struct StreamParameters {
  media::Medium medium = media::Medium::kVideo;
  std::string mid;
  bool send = false;                    ///< we do
  bool receive = false;                 ///< we do
  std::vector<CodecParameters> codecs;  ///< in order of preference, valid in both directions
  std::vector<std::uint32_t> remoteSsrcs;
  std::vector<HeaderExtension> extensions;
};

struct StreamStats {
  media::Medium medium = media::Medium::kVideo;
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
  std::uint64_t remb = 0;  ///< bit/s that the peer reported; 0: none
};

}  // namespace kms::router
