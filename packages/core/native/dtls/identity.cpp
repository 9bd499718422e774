#include "identity.hpp"

#include <openssl/x509_vfy.h>

namespace kms::dtls {
namespace {

// Forward secrecy only. CBC suites stay for peers without AES-GCM in DTLS; RSA ones are for peers
// with RSA certificates.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";
// The newest version that this OpenSSL speaks; no release of 3.x has DTLS 1.3 (RFC 9147).
#ifdef DTLS1_3_VERSION
constexpr int kNewestVersion = DTLS1_3_VERSION;
#else
constexpr int kNewestVersion = DTLS1_2_VERSION;
#endif
constexpr const char* kGroups = "X25519:P-256:P-384";
// What a peer may make us store before it has proven anything.
constexpr long kMaxPeerCertificates = 16'384;

bool isAccepted(X509_STORE_CTX* store) noexcept {
  try {
    const auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* verifier = static_cast<const PeerVerifier*>(SSL_get_app_data(ssl));
    return verifier != nullptr && verifier->acceptsPeer(X509_STORE_CTX_get0_cert(store));
  } catch (...) {
    return false;  // no exception may cross OpenSSL's frames; what cannot be judged is refused
  }
}

int verifyPeer(X509_STORE_CTX* store, void* /*argument*/) {
  const bool accepted = isAccepted(store);
  X509_STORE_CTX_set_error(store, accepted ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return accepted ? 1 : 0;
}

void setPolicy(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU |
                                   SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verifyPeer, nullptr);
  SSL_CTX_set_max_cert_list(context, kMaxPeerCertificates);
  // Level 1 takes the 1024-bit RSA certificates that some peers still make; they are pinned by
  // fingerprint.
  SSL_CTX_set_security_level(context, 1);
}

ContextPtr makeContext(X509* certificate, EVP_PKEY* key) {
  ContextPtr context(SSL_CTX_new(DTLS_method()));
  require(context != nullptr, "SSL_CTX_new");
  setPolicy(context.get());
  require(SSL_CTX_set_min_proto_version(context.get(), DTLS1_2_VERSION) == 1 &&
              SSL_CTX_set_max_proto_version(context.get(), kNewestVersion) == 1,
          "protocol version");
  require(SSL_CTX_set_cipher_list(context.get(), kCiphers) == 1, "cipher list");
  require(SSL_CTX_set1_groups_list(context.get(), kGroups) == 1, "groups");
  require(SSL_CTX_use_certificate(context.get(), certificate) == 1, "certificate refused",
          ErrorCode::kIllegalParam);
  require(SSL_CTX_use_PrivateKey(context.get(), key) == 1,
          "private key does not belong to the certificate", ErrorCode::kIllegalParam);
  return context;
}

}  // namespace

std::shared_ptr<const Identity> makeIdentity(X509Ptr certificate, KeyPtr key) {
  auto context = makeContext(certificate.get(), key.get());
  return std::make_shared<const Identity>(
      Identity{std::move(certificate), std::move(key), std::move(context)});
}

}  // namespace kms::dtls
