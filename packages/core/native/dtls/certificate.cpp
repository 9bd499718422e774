#include "fingerprint.hpp"
#include "identity.hpp"

#include <kms/dtls/certificate.hpp>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <limits>

namespace kms::dtls {
namespace {

constexpr long kDay = 24L * 3600;
constexpr long kLifetime =
    3650 * kDay;  // peers judge by fingerprint; a long-running server must not expire
constexpr int kSerialBits = 63;

KeyPtr makeKey(KeyType type) {
  KeyPtr key(type == KeyType::kRsa2048 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  require(key != nullptr, "key generation");
  return key;
}

void setName(X509* certificate) {
  static constexpr std::string_view kCommonName = "Kurento";
  X509_NAME* name = X509_get_subject_name(certificate);
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(kCommonName.data()),
                                     static_cast<int>(kCommonName.size()), -1, 0) == 1 &&
              X509_set_issuer_name(certificate, name) == 1,
          "certificate name");
}

void setSerial(X509* certificate) {
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "RAND_bytes");
  serial = (serial >> (64 - kSerialBits)) | 1U;
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1, "serial");
}

X509Ptr selfSign(EVP_PKEY* key) {
  X509Ptr certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "X509_new");
  setSerial(certificate.get());
  setName(certificate.get());
  // A day of slack for peers whose clock is behind.
  require(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kLifetime) != nullptr &&
              X509_set_pubkey(certificate.get(), key) == 1 &&
              X509_sign(certificate.get(), key, EVP_sha256()) > 0,
          "signing the certificate");
  return certificate;
}

BioPtr readOnly(std::string_view text) {
  require(text.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "PEM too long",
          ErrorCode::kIllegalParam);
  BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  require(bio != nullptr, "BIO_new_mem_buf");
  return bio;
}

// Without this OpenSSL would ask on the terminal.
int refusePassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*argument*/) {
  return -1;
}

}  // namespace

Certificate::Certificate(std::shared_ptr<const Identity> identity)
    : m_identity(std::move(identity)) {}

Certificate Certificate::generate(KeyType type) {
  KeyPtr key = makeKey(type);
  X509Ptr certificate = selfSign(key.get());
  return Certificate(makeIdentity(std::move(certificate), std::move(key)));
}

Certificate Certificate::fromPem(std::string_view pem) {
  X509Ptr certificate(PEM_read_bio_X509(readOnly(pem).get(), nullptr, refusePassphrase, nullptr));
  require(certificate != nullptr, "no certificate in the PEM text", ErrorCode::kIllegalParam);
  KeyPtr key(PEM_read_bio_PrivateKey(readOnly(pem).get(), nullptr, refusePassphrase, nullptr));
  require(key != nullptr, "no private key in the PEM text", ErrorCode::kIllegalParam);
  return Certificate(makeIdentity(std::move(certificate), std::move(key)));
}

std::string Certificate::fingerprint(std::string_view algorithm) const {
  return toText(fingerprintOf(m_identity->certificate.get(), algorithm));
}

std::optional<KeyType> Certificate::keyType() const {
  switch (EVP_PKEY_get_base_id(m_identity->key.get())) {
    case EVP_PKEY_RSA:
      return KeyType::kRsa2048;
    case EVP_PKEY_EC:
      return KeyType::kEcdsaP256;
    default:
      return std::nullopt;
  }
}

CertificateInfo Certificate::info() const {
  return infoOf(m_identity->certificate.get());
}

std::string Certificate::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(bio && PEM_write_bio_X509(bio.get(), m_identity->certificate.get()) == 1 &&
              PEM_write_bio_PrivateKey(bio.get(), m_identity->key.get(), nullptr, nullptr, 0,
                                       nullptr, nullptr) == 1,
          "writing PEM");
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

}  // namespace kms::dtls
