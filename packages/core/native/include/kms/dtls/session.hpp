// One DTLS 1.2 association without sockets or timers of its own: key exchange for SRTP (RFC 5764)
// and data channels.
#pragma once

#include <kms/base/clock.hpp>
#include <kms/base/export.hpp>
#include <kms/dtls/certificate.hpp>
#include <kms/srtp/keys.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace kms::dtls {

/// True for the first byte of a DTLS record (RFC 7983 7): tells DTLS from STUN, TURN and RTP.
[[nodiscard]] constexpr bool isDtls(std::span<const std::uint8_t> packet) {
  return !packet.empty() && packet[0] >= 20 && packet[0] <= 63;
}

enum class Role { kClient, kServer };
enum class State { kNew, kConnecting, kConnected, kClosed, kFailed };

/// What a session tells its owner. Called on the session's thread, never from within OpenSSL: the
/// listener may call the session back, but must not destroy it.
class KMS_API SessionListener {
 public:
  virtual ~SessionListener() = default;
  /// One datagram to send, at most Options::mtu bytes.
  virtual void onSend(std::span<const std::uint8_t> datagram) = 0;
  virtual void onStateChanged(State state) = 0;
  /// SRTP keys, once, right before kConnected; not called when the peer negotiated no SRTP (data
  /// channels only).
  virtual void onSrtpKeys(const srtp::Keys& outbound, const srtp::Keys& inbound) = 0;
  /// One decrypted record, only after kConnected.
  virtual void onApplicationData(std::span<const std::uint8_t> data) = 0;
};

struct Options {
  /// SRTP profiles in order of preference; each must have a DTLS name.
  std::vector<srtp::Profile> profiles{srtp::Profile::kAeadAes128Gcm,
                                      srtp::Profile::kAes128CmSha1_80};
  std::size_t mtu = 1200;  ///< largest datagram in bytes, 300..65507
  /// Wait before the first retransmission of a flight; doubles up to 3.2 s, at most 12 times.
  Duration retransmission = std::chrono::milliseconds(100);
};

/// Datagrams and data that were dropped, by reason.
struct Counters {
  std::uint64_t notDtls = 0;
  std::uint64_t unexpected = 0;  ///< before start() of a client, or after the end
  std::uint64_t unverified =
      0;  ///< application data beyond what is held until the fingerprint is known
};

/// Home thread: the I/O thread of its transport; not synchronised. Renegotiation, tickets and
/// resumption are off. The peer's certificate is judged by its fingerprint alone; without one the
/// session stays in kConnecting.
class KMS_API Session {
 public:
  /// Throws kms::Error (kIllegalParam: bad options; kUnexpected: OpenSSL failed). `clock` and
  /// `listener` outlive it.
  Session(const Certificate& certificate, Role role, const Clock& clock, SessionListener& listener,
          const Options& options = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The `a=fingerprint` of the peer, before or after the handshake; a mismatch leads to kFailed
  /// without keys. Hexadecimal pairs with colons, any case. Throws kms::Error (kIllegalParam) for
  /// an unknown algorithm or malformed value.
  void setRemoteFingerprint(std::string_view algorithm, std::string_view hex);
  /// Begins: a client sends its ClientHello, a server waits for one (a server also begins with the
  /// first packet).
  void start();
  /// Takes one datagram from the peer; hostile input is dropped or leads to kFailed.
  void handlePacket(std::span<const std::uint8_t> packet);
  /// When onTimer() wants to be called; read again after every call. Empty: no timer runs.
  /// OpenSSL itself waits by gettimeofday(): under a ManualClock retransmission also needs
  /// dtls/simulated-time.hpp.
  [[nodiscard]] std::optional<TimePoint> nextDeadline() const;
  /// Retransmits what is due; harmless when called early.
  void onTimer();
  /// Sends one record. False when not connected, empty, or larger than maxApplicationData().
  bool sendApplicationData(std::span<const std::uint8_t> data);
  /// Largest record in bytes that keeps to the MTU; 0 before the handshake is done.
  [[nodiscard]] std::size_t maxApplicationData() const;
  /// Sends close_notify where possible, and ends in kClosed. Harmless when it has ended already.
  void close();

  [[nodiscard]] State state() const;
  /// The peer's, once the handshake has shown it.
  [[nodiscard]] std::optional<CertificateInfo> remoteCertificate() const;
  [[nodiscard]] const Counters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace kms::dtls
