// The working part of a session. OpenSSL writes into a queue and reads from a span; the listener is
// only called when no OpenSSL function is on the stack.
#pragma once

#include "datagram-bio.hpp"
#include "fingerprint.hpp"
#include "identity.hpp"

#include <kms/dtls/session.hpp>

#include <optional>
#include <vector>

namespace kms::dtls {

class Session::Impl final : public PeerVerifier {
 public:
  Impl(const Certificate& certificate, Role role, const Clock& clock, SessionListener& listener,
       const Options& options);
  ~Impl() override;

  void setFingerprint(Fingerprint fingerprint);
  void start();
  void handlePacket(std::span<const std::uint8_t> packet);
  void onTimer();
  bool send(std::span<const std::uint8_t> data);
  void close();
  [[nodiscard]] std::size_t maxApplicationData() const;
  [[nodiscard]] std::optional<TimePoint> deadline() const { return m_deadline; }
  [[nodiscard]] State state() const { return m_state; }
  [[nodiscard]] std::optional<CertificateInfo> remoteCertificate() const;
  [[nodiscard]] const Counters& counters() const { return m_counters; }

  bool acceptsPeer(const X509* certificate) const override;
  unsigned nextTimeout(unsigned previous) const override;

 private:
  [[nodiscard]] bool isOpen() const;
  void advance();
  static void onMessage(int isWritten, int version, int contentType, const void* message,
                        std::size_t length, SSL* ssl, void* impl);
  void releaseScratch();
  void takeBuffers();
  void giveBuffersBack();
  void handshake();
  void completeIfVerified();
  bool giveKeys();
  void readRecords();
  void deliver(std::span<const std::uint8_t> data);
  void releaseHeld();
  void flush();
  void end(State state);
  void onFailure(int result);
  void updateDeadline();
  void setState(State state);

  Certificate m_certificate;
  Role m_role;
  const Clock& m_clock;
  SessionListener& m_listener;
  Options m_options;
  Counters m_counters;
  State m_state = State::kNew;
  std::optional<Fingerprint> m_fingerprint;
  std::optional<TimePoint> m_deadline;
  std::vector<std::vector<std::uint8_t>> m_held;
  bool m_carriesData = false;
  std::uint8_t* m_scratch = nullptr;  // where OpenSSL makes handshake messages
  DatagramQueue m_queue;
  SslPtr m_ssl;
};

}  // namespace kms::dtls
