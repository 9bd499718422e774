#include "session-impl.hpp"

#include "key-export.hpp"
#include "zero-pages.hpp"

#include <algorithm>
#include <array>
#include <sys/time.h>
#include <utility>

namespace kms::dtls {
namespace {

constexpr std::size_t kMinMtu = 300;
constexpr std::size_t kMaxMtu = 65'507;
constexpr std::size_t kMaxRecord = 16'384;
constexpr std::size_t kMinFragment = 512;  // OpenSSL's lower limit
constexpr std::size_t kMaxHeld = 16;
constexpr unsigned kMaxTimeoutMicroseconds = 3'200'000;

unsigned onTimeout(SSL* ssl, unsigned previous) {
  return static_cast<const PeerVerifier*>(SSL_get_app_data(ssl))->nextTimeout(previous);
}

SslPtr makeSsl(const Identity& identity, Role role, const Options& options, DatagramQueue& queue) {
  if (options.mtu < kMinMtu || options.mtu > kMaxMtu) {
    throw Error(ErrorCode::kIllegalParam, "DTLS: MTU " + std::to_string(options.mtu));
  }
  SslPtr ssl(SSL_new(identity.context.get()));
  require(ssl != nullptr, "SSL_new");
  const std::string profiles = profileList(options.profiles);
  // This function returns 0 for success.
  require(profiles.empty() || SSL_set_tlsext_use_srtp(ssl.get(), profiles.c_str()) == 0,
          "use_srtp");
  require(SSL_set_mtu(ssl.get(), static_cast<long>(options.mtu)) > 0, "MTU");
  // The size of OpenSSL's write buffer: 16 KiB per session otherwise.
  require(SSL_set_max_send_fragment(
              ssl.get(), static_cast<long>(std::clamp(options.mtu, kMinFragment, kMaxRecord))) == 1,
          "fragment size");
  BIO* bio = makeDatagramBio(queue).release();
  SSL_set_bio(ssl.get(), bio, bio);
  if (role == Role::kClient) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  return ssl;
}

}  // namespace

Session::Impl::Impl(const Certificate& certificate, Role role, const Clock& clock,
                    SessionListener& listener, const Options& options)
    : m_certificate(certificate),
      m_role(role),
      m_clock(clock),
      m_listener(listener),
      m_options(options),
      m_queue(options.mtu),
      m_ssl(makeSsl(certificate.identity(), role, options, m_queue)) {
  SSL_set_app_data(m_ssl.get(), static_cast<PeerVerifier*>(this));
  DTLS_set_timer_cb(m_ssl.get(), onTimeout);
  SSL_set_msg_callback(m_ssl.get(), onMessage);
  SSL_set_msg_callback_arg(m_ssl.get(), this);
}

Session::Impl::~Impl() = default;

bool Session::Impl::acceptsPeer(const X509* certificate) const {
  return !m_fingerprint || m_fingerprint->matches(certificate);
}

unsigned Session::Impl::nextTimeout(unsigned previous) const {
  const auto first =
      std::chrono::duration_cast<std::chrono::microseconds>(m_options.retransmission);
  return previous == 0 ? static_cast<unsigned>(first.count())
                       : std::min(previous * 2, kMaxTimeoutMicroseconds);
}

std::optional<CertificateInfo> Session::Impl::remoteCertificate() const {
  const X509Ptr peer(SSL_get1_peer_certificate(m_ssl.get()));
  if (!peer) return std::nullopt;
  return infoOf(peer.get());
}

bool Session::Impl::isOpen() const {
  return m_state == State::kConnecting || m_state == State::kConnected;
}

void Session::Impl::setState(State state) {
  if (m_state != state) {
    m_state = state;
    m_listener.onStateChanged(state);
  }
}

void Session::Impl::setFingerprint(Fingerprint fingerprint) {
  m_fingerprint = std::move(fingerprint);
  if (!isOpen() || SSL_is_init_finished(m_ssl.get()) == 0) {
    return;
  }
  completeIfVerified();
}

void Session::Impl::start() {
  if (m_state != State::kNew) {
    return;
  }
  setState(State::kConnecting);
  if (m_role == Role::kClient) {
    advance();
  }
}

void Session::Impl::handlePacket(std::span<const std::uint8_t> packet) {
  if (!isDtls(packet)) {
    ++m_counters.notDtls;
    return;
  }
  if (m_state == State::kNew && m_role == Role::kServer) {
    start();
  }
  if (!isOpen()) {
    ++m_counters.unexpected;
    return;
  }
  m_queue.setIncoming(packet);
  advance();
  // Whatever OpenSSL left unread must not be seen once the caller's buffer is gone.
  m_queue.setIncoming({});
}

void Session::Impl::advance() {
  takeBuffers();
  if (isOpen()) {
    handshake();
  }
  if (isOpen() && SSL_is_init_finished(m_ssl.get()) == 1) {
    completeIfVerified();
    readRecords();
  }
  flush();
  updateDeadline();
  giveBuffersBack();
}

/// OpenSSL's record buffers are 18 KiB, most of what an association costs; one that only gives keys
/// for SRTP needs none once that is done.
void Session::Impl::giveBuffersBack() {
  if (m_state != State::kConnected) return;
  if (!m_carriesData) SSL_free_buffers(m_ssl.get());
  releaseScratch();
}

/// Sees where OpenSSL makes handshake messages: each that it has written begins at the start of the
/// one buffer for all, which has room for the largest record.
// NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's.
void Session::Impl::onMessage(int isWritten, int /*version*/, int contentType, const void* message,
                              std::size_t /*length*/, SSL* /*ssl*/, void* impl) {
  if (isWritten == 0 || contentType != SSL3_RT_HANDSHAKE) return;
  static_cast<Impl*>(impl)->m_scratch = static_cast<std::uint8_t*>(const_cast<void*>(message));
}

/// OpenSSL keeps that buffer for the life of a DTLS session. Most of it was zeroed and never used.
void Session::Impl::releaseScratch() {
  if (m_scratch == nullptr) return;
  releaseZeroPages({std::exchange(m_scratch, nullptr), kMaxRecord});
  SSL_set_msg_callback(m_ssl.get(), nullptr);
}

void Session::Impl::takeBuffers() {
  SSL_alloc_buffers(m_ssl.get());
}

void Session::Impl::handshake() {
  if (SSL_is_init_finished(m_ssl.get()) == 1) {
    return;
  }
  m_queue.setJoin(true);
  ERR_clear_error();
  const int result = SSL_do_handshake(m_ssl.get());
  m_queue.setJoin(false);
  if (result != 1) {
    onFailure(result);
  }
  flush();
}

void Session::Impl::onFailure(int result) {
  switch (SSL_get_error(m_ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return;
    case SSL_ERROR_ZERO_RETURN:
      close();
      return;
    default:
      ERR_clear_error();
      end(State::kFailed);
  }
}

/// The one place that lets keys out.
void Session::Impl::completeIfVerified() {
  if (!m_fingerprint) {
    return;
  }
  const X509Ptr peer(SSL_get1_peer_certificate(m_ssl.get()));
  if (!m_fingerprint->matches(peer.get())) {
    SSL_shutdown(m_ssl.get());
    end(State::kFailed);
    return;
  }
  if (m_state != State::kConnecting) {
    return;
  }
  flush();
  if (!giveKeys()) {
    end(State::kFailed);
    return;
  }
  setState(State::kConnected);
  releaseHeld();
}

/// False when OpenSSL cannot give the keys that were negotiated.
bool Session::Impl::giveKeys() {
  std::optional<SrtpKeyPair> keys;
  try {
    keys = exportSrtpKeys(m_ssl.get(), m_role);
  } catch (const Error&) {
    return false;
  }
  if (keys) {
    m_listener.onSrtpKeys(keys->outbound, keys->inbound);
  }
  return true;
}

void Session::Impl::readRecords() {
  std::array<std::uint8_t, kMaxRecord> buffer;
  while (isOpen()) {
    ERR_clear_error();
    const int length = SSL_read(m_ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (length <= 0) {
      onFailure(length);
      return;
    }
    deliver(std::span(buffer).first(static_cast<std::size_t>(length)));
  }
}

void Session::Impl::deliver(std::span<const std::uint8_t> data) {
  m_carriesData = true;
  if (m_state == State::kConnected) {
    m_listener.onApplicationData(data);
  } else if (m_held.size() < kMaxHeld) {
    m_held.emplace_back(data.begin(), data.end());
  } else {
    ++m_counters.unverified;
  }
}

void Session::Impl::releaseHeld() {
  const auto held = std::exchange(m_held, {});
  for (const auto& data : held) {
    if (m_state == State::kConnected) {
      m_listener.onApplicationData(data);
    }
  }
}

void Session::Impl::flush() {
  while (m_queue.hasOutgoing()) {
    const auto datagram = m_queue.takeOutgoing();
    m_listener.onSend(datagram);
  }
}

void Session::Impl::end(State state) {
  flush();
  m_deadline.reset();
  m_held.clear();
  setState(state);
}

void Session::Impl::updateDeadline() {
  timeval left{};
  m_deadline.reset();
  if (isOpen() && DTLSv1_get_timeout(m_ssl.get(), &left) == 1) {
    m_deadline =
        m_clock.now() + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
  }
}

void Session::Impl::onTimer() {
  if (!isOpen() || !m_deadline || m_clock.now() < *m_deadline) {
    return;
  }
  takeBuffers();
  m_queue.setJoin(true);
  ERR_clear_error();
  const long result = DTLSv1_handle_timeout(m_ssl.get());
  m_queue.setJoin(false);
  if (result < 0) {
    end(State::kFailed);
  }
  flush();
  updateDeadline();
}

bool Session::Impl::send(std::span<const std::uint8_t> data) {
  if (m_state != State::kConnected || data.empty() || data.size() > maxApplicationData()) {
    return false;
  }
  m_carriesData = true;
  takeBuffers();
  ERR_clear_error();
  const int written = SSL_write(m_ssl.get(), data.data(), static_cast<int>(data.size()));
  flush();
  return written > 0;
}

std::size_t Session::Impl::maxApplicationData() const {
  return SSL_is_init_finished(m_ssl.get()) == 1
             ? std::min(DTLS_get_data_mtu(m_ssl.get()), kMaxRecord)
             : 0;
}

void Session::Impl::close() {
  if (m_state == State::kClosed || m_state == State::kFailed) {
    return;
  }
  if (SSL_is_init_finished(m_ssl.get()) == 1) {
    takeBuffers();
    ERR_clear_error();
    SSL_shutdown(m_ssl.get());
  }
  end(State::kClosed);
}

}  // namespace kms::dtls
