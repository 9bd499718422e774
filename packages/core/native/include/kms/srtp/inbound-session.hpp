// Authenticates and decrypts incoming SRTP and SRTCP (RFC 3711, RFC 7714).
#pragma once

#include <kms/base/export.hpp>
#include <kms/srtp/key-usage.hpp>
#include <kms/srtp/keys.hpp>
#include <kms/srtp/records.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace kms::srtp {

class Transform;

/// Packets that were dropped, by reason.
struct InboundCounters {
  std::uint64_t malformed = 0;
  std::uint64_t replays = 0;  ///< seen before, or older than the window
  std::uint64_t authenticationFailures = 0;
  std::uint64_t keyExhausted = 0;  ///< beyond the hard limit of the key
};

enum class InboundDrop : std::uint8_t { kMalformed, kReplayed, kUnauthenticated, kKeyExhausted };

/// One direction of a transport, receiving. Home thread: the I/O thread of its transport; not
/// synchronised. Allocates only for the first authentic packet of a SSRC. Keeps kMaxStreams SSRCs;
/// a new one beyond takes the place of the one that was silent for longest (only the holder of the
/// keys can bring this about).
class KMS_API InboundSession {
 public:
  /// Derives the session keys. Throws kms::Error (kIllegalParam: unknown profile; kUnexpected:
  /// OpenSSL failed).
  explicit InboundSession(const Keys& keys, const KeyLimits& limits = {});
  ~InboundSession();
  InboundSession(InboundSession&&) noexcept;
  InboundSession& operator=(InboundSession&&) noexcept;

  /// Authenticates and decrypts in place. Returns the length of the plain packet; empty when it
  /// must be dropped (its bytes are then unspecified), see counters(). Rollover counter: RFC
  /// 3711 3.3.1.
  [[nodiscard]] std::optional<std::size_t> unprotectRtp(std::span<std::uint8_t> packet);
  /// The same for a compound SRTCP packet.
  [[nodiscard]] std::optional<std::size_t> unprotectRtcp(std::span<std::uint8_t> packet);

  [[nodiscard]] const InboundCounters& counters() const { return m_counters; }
  /// Why the packet that was refused last was.
  [[nodiscard]] InboundDrop lastDrop() const { return m_lastDrop; }
  /// By authentic packets; to be looked at now and then.
  [[nodiscard]] KeyState keyState() const { return m_usage.state(); }

  /// State per SSRC, to be saved; valid until the next call.
  [[nodiscard]] std::span<const InboundStream> streams() const { return m_streams; }
  /// Takes saved state in place of the present one. False (and nothing changed) when the records
  /// are not plausible.
  bool restore(std::span<const InboundStream> streams);

 private:
  InboundStream* find(std::uint32_t ssrc);
  InboundStream& findOrAdd(std::uint32_t ssrc);
  std::optional<std::size_t> drop(InboundDrop reason);

  std::unique_ptr<Transform> m_transform;
  std::vector<InboundStream> m_streams;
  std::size_t m_lastStream = 0;
  std::uint64_t m_uses = 0;
  KeyUsage m_usage;
  InboundCounters m_counters;
  InboundDrop m_lastDrop = InboundDrop::kMalformed;
};

}  // namespace kms::srtp
