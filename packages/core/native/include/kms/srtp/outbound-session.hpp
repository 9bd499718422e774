// Protects outgoing RTP and RTCP (RFC 3711, RFC 7714).
#pragma once

#include <kms/base/export.hpp>
#include <kms/base/hot-memory.hpp>
#include <kms/srtp/key-usage.hpp>
#include <kms/srtp/keys.hpp>
#include <kms/srtp/records.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace kms::srtp {

class Transform;

/// The three parts of a packet to send. `prefix` is an own copy of the first payload bytes (a
/// rewritten payload descriptor) and may be empty; it is encrypted like the payload that follows
/// it.
struct RtpParts {
  std::span<const std::uint8_t> header;  ///< complete RTP header: with CSRCs and header extension
  std::span<const std::uint8_t> prefix;
  std::span<const std::uint8_t> payload;
};

/// One direction of a transport, sending. Home thread: the I/O thread of its transport; not
/// synchronised. No allocation, lock or system call per packet once the SSRC is known.
///
/// An index (SSRC, rollover counter, sequence) must never carry two different packets: sending a
/// sequence number again is allowed only with the very same header and payload bytes (else use
/// RTX): GCM breaks otherwise.
class KMS_API OutboundSession {
 public:
  /// Derives the session keys. Throws kms::Error (kIllegalParam: unknown profile; kUnexpected:
  /// OpenSSL failed).
  explicit OutboundSession(const Keys& keys, const KeyLimits& limits = {});
  ~OutboundSession();
  OutboundSession(OutboundSession&&) noexcept;
  OutboundSession& operator=(OutboundSession&&) noexcept;

  /// Makes room for a SSRC ahead of its first packet. False when kMaxStreams are in use. Known ones
  /// are kept.
  bool addSsrc(std::uint32_t ssrc);

  /// Encrypts out of place: `out` gets header, encrypted prefix and payload, tag; it must not
  /// overlap the inputs. Sequence numbers may come out of order (up to 2^15 back). Returns the
  /// length, or 0 when the header is malformed or not exactly one RTP header, `out` is too small,
  /// the table of SSRCs is full, or the key or the index space is used up.
  [[nodiscard]] std::size_t protectRtp(const RtpParts& parts, std::span<std::uint8_t> out);
  [[nodiscard]] std::size_t protectRtp(std::span<const std::uint8_t> header,
                                       std::span<const std::uint8_t> payload,
                                       std::span<std::uint8_t> out);
  /// Encrypts in place: the packet is the first `length` bytes of `buffer`, which has room for
  /// rtpOverhead() more.
  [[nodiscard]] std::size_t protectRtp(std::span<std::uint8_t> buffer, std::size_t length);
  /// Protects a compound RTCP packet out of place; keyed by the SSRC of its first header. Returns
  /// the length or 0.
  [[nodiscard]] std::size_t protectRtcp(std::span<const std::uint8_t> packet,
                                        std::span<std::uint8_t> out);

  /// What protectRtp() touches; valid as long as the session and its SSRCs.
  void addHot(HotMemory& hot) const noexcept;
  /// Bytes that protection adds.
  [[nodiscard]] std::size_t rtpOverhead() const;
  [[nodiscard]] std::size_t rtcpOverhead() const;

  /// To be looked at now and then.
  [[nodiscard]] KeyState keyState() const { return m_usage.state(); }

  /// State per SSRC, to be saved; valid until the next call.
  [[nodiscard]] std::span<const OutboundStream> streams() const { return m_streams; }
  /// Takes saved state in place of the present one. False (and nothing changed) when the records
  /// are not plausible.
  bool restore(std::span<const OutboundStream> streams);

 private:
  OutboundStream* findOrAdd(std::uint32_t ssrc);

  std::unique_ptr<Transform> m_transform;
  std::vector<OutboundStream> m_streams;
  std::size_t m_lastStream = 0;
  KeyUsage m_usage;
};

}  // namespace kms::srtp
