// Why packets were dropped: counters of one I/O thread, and of one endpoint.
#pragma once

#include <kms/base/value.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kms::router {

enum class DropReason : std::uint8_t {
  kUnknownSender,        ///< a datagram for no transport of this thread
  kUnknownProtocol,      ///< too long, or neither STUN, DTLS, SRTP nor SRTCP
  kBeforeKeys,           ///< SRTP that came before DTLS was done
  kBeforeNegotiation,    ///< to a port of an RtpEndpoint before its medium was agreed on
  kWrongSource,          ///< plain RTP from another address than the one that is being heard
  kUnauthenticated,      ///< SRTP of other keys, or changed on its way
  kReplayed,             ///< SRTP seen before, or older than the replay window
  kKeyExhausted,         ///< SRTP beyond the hard limit of its key, in or out
  kMalformed,            ///< no well-formed SRTP, RTP or RTCP
  kUnknownStream,        ///< of no negotiated stream
  kUnknownPayloadType,   ///< of no negotiated codec
  kDuplicate,            ///< a sequence number again
  kStrayed,              ///< a lone jump of the sequence, or a second source beside a live one
  kNoCommonCodec,        ///< for a viewer that negotiated no such codec
  kSendBufferFull,       ///< the socket took no more
  kViewerQueueFull,      ///< longer than a second behind what a viewer can take
  kUndecodable,          ///< video made from frames that its source lost for good
  kThreadQueueFull,      ///< on the way to viewers of another I/O thread
  kTcpFull,              ///< a TCP stream took no more
  kRelayFull,            ///< a TURN server over TCP or TLS took no more
  kSendFailed,           ///< refused by the system: unreachable, too long
  kIceMalformed,         ///< broken STUN, wrong fingerprint, missing attributes
  kIceUnknownUser,       ///< a check with a username fragment of nobody here
  kIceBadIntegrity,      ///< a check or an answer that does not know the password
  kIceUnknownAttribute,  ///< a check that demands what we do not know
  kIceStrayResponse,     ///< an answer to no request of ours, or from another address
  kIceRefused,           ///< a check of too many addresses, or after consent has ended
  kDtlsMalformed,        ///< no DTLS record
  kDtlsWrongState,       ///< before it was negotiated, or after the session's end
  kDtlsTooMany,          ///< more than is held until it can be answered, or its sender is known
  kRelayMalformed,       ///< from a TURN server: broken, unsigned, or an answer to nothing
  kRelayNotPermitted,    ///< through a TURN server: of or for a peer without permission
  kAfterEnd,             ///< for an endpoint, or a source, that has been closed
  kCount,
};

/// As metrics spell it: "unknownSender", ...
[[nodiscard]] constexpr std::string_view name(DropReason reason) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(DropReason::kCount)> kNames = {
      "unknownSender",
      "unknownProtocol",
      "beforeKeys",
      "beforeNegotiation",
      "wrongSource",
      "unauthenticated",
      "replayed",
      "keyExhausted",
      "malformed",
      "unknownStream",
      "unknownPayloadType",
      "duplicate",
      "strayed",
      "noCommonCodec",
      "sendBufferFull",
      "viewerQueueFull",
      "undecodable",
      "threadQueueFull",
      "tcpFull",
      "relayFull",
      "sendFailed",
      "iceMalformed",
      "iceUnknownUser",
      "iceBadIntegrity",
      "iceUnknownAttribute",
      "iceStrayResponse",
      "iceRefused",
      "dtlsMalformed",
      "dtlsWrongState",
      "dtlsTooMany",
      "relayMalformed",
      "relayNotPermitted",
      "afterEnd"};
  return kNames[static_cast<std::size_t>(reason)];
}

/// The same of one endpoint, at one moment.
struct DropCounts {
  std::array<std::uint64_t, static_cast<std::size_t>(DropReason::kCount)> packets{};

  [[nodiscard]] std::uint64_t& operator[](DropReason reason) noexcept {
    return packets[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] std::uint64_t operator[](DropReason reason) const noexcept {
    return packets[static_cast<std::size_t>(reason)];
  }
  DropCounts& operator+=(const DropCounts& more) noexcept {
    for (std::size_t i = 0; i < packets.size(); ++i) packets[i] += more.packets[i];
    return *this;
  }
  /// By name; without those that never happened.
  [[nodiscard]] Map toMap() const {
    Map map;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      if (packets[i] > 0) map.emplace(name(static_cast<DropReason>(i)), packets[i]);
    }
    return map;
  }
};

/// Counted on the thread, read on any.
class DropCounters {
 public:
  void count(DropReason reason, std::uint64_t packets = 1) noexcept {
    set(reason, get(reason) + packets);
  }
  void set(DropReason reason, std::uint64_t packets) noexcept {
    m_counts[static_cast<std::size_t>(reason)].store(packets, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get(DropReason reason) const noexcept {
    return m_counts[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  /// By name.
  [[nodiscard]] Map toMap() const {
    Map map;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
      const auto reason = static_cast<DropReason>(i);
      map.emplace(name(reason), get(reason));
    }
    return map;
  }

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(DropReason::kCount)> m_counts{};
};

}  // namespace kms::router
