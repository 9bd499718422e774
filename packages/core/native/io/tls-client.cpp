#include <kms/base/error.hpp>
#include <kms/io/tls-client.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace kms::io {

namespace {

constexpr std::size_t kMost = std::size_t{1} << 30U;

int lengthOf(std::size_t size) {
  return static_cast<int>(std::min(size, kMost));
}

}  // namespace

struct TlsClient::Inside {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                            &SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
  BIO* incoming = nullptr;  // owned by ssl
  BIO* outgoing = nullptr;
};

TlsClient::TlsClient() : m_inside(std::make_unique<Inside>()) {
  Inside& inside = *m_inside;
  if (inside.context) inside.ssl.reset(SSL_new(inside.context.get()));
  inside.incoming = BIO_new(BIO_s_mem());
  inside.outgoing = BIO_new(BIO_s_mem());
  if (!inside.ssl || inside.incoming == nullptr || inside.outgoing == nullptr) {
    BIO_free(inside.incoming);
    BIO_free(inside.outgoing);
    throw Error(ErrorCode::kUnexpected, "OpenSSL cannot make a TLS client");
  }
  BIO_set_mem_eof_return(inside.incoming, -1);
  SSL_CTX_set_min_proto_version(inside.context.get(), TLS1_2_VERSION);
  SSL_set_bio(inside.ssl.get(), inside.incoming, inside.outgoing);
  SSL_set_connect_state(inside.ssl.get());
}

TlsClient::~TlsClient() = default;

bool TlsClient::handshake() {
  SSL* ssl = m_inside->ssl.get();
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl);
  return result == 1 || SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ;
}

bool TlsClient::isConnected() const noexcept {
  return SSL_is_init_finished(m_inside->ssl.get()) == 1;
}

void TlsClient::feed(std::span<const std::uint8_t> bytes) {
  BIO_write(m_inside->incoming, bytes.data(), lengthOf(bytes.size()));
}

std::ptrdiff_t TlsClient::read(std::span<std::uint8_t> out) {
  SSL* ssl = m_inside->ssl.get();
  ERR_clear_error();
  const int result = SSL_read(ssl, out.data(), lengthOf(out.size()));
  if (result > 0) return result;
  return SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ ? 0 : -1;
}

bool TlsClient::write(std::span<const std::uint8_t> bytes) {
  if (!isConnected()) return false;
  ERR_clear_error();
  return SSL_write(m_inside->ssl.get(), bytes.data(), lengthOf(bytes.size())) > 0;
}

std::size_t TlsClient::drain(std::span<std::uint8_t> out) {
  const int result = BIO_read(m_inside->outgoing, out.data(), lengthOf(out.size()));
  return result > 0 ? static_cast<std::size_t>(result) : 0;
}

}  // namespace kms::io
