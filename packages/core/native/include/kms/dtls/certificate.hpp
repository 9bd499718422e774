// The local DTLS certificate: generated once per process or loaded, shared by all sessions.
#pragma once

#include <kms/base/export.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kms::dtls {

struct Identity;

enum class KeyType { kEcdsaP256, kRsa2048 };

/// What statistics show of a certificate.
struct CertificateInfo {
  std::string fingerprint;  ///< sha-256, "AB:CD:..."
  std::string base64;       ///< DER
};

/// A certificate with its private key; a cheap handle to shared, immutable data. Any thread.
class KMS_API Certificate {
 public:
  /// Makes a self-signed certificate (CN Kurento). Throws kms::Error (kUnexpected) when OpenSSL
  /// fails.
  [[nodiscard]] static Certificate generate(KeyType type = KeyType::kEcdsaP256);
  /// Reads certificate and unencrypted private key, in any order, from PEM text. Throws kms::Error
  /// (kIllegalParam) when one is missing or damaged, or they do not belong together.
  [[nodiscard]] static Certificate fromPem(std::string_view pem);

  /// Fingerprint as SDP writes it, "AB:CD:..." (RFC 8122 5). `algorithm`: sha-1, sha-224, sha-256,
  /// sha-384 or sha-512. Throws kms::Error (kIllegalParam) for another algorithm.
  [[nodiscard]] std::string fingerprint(std::string_view algorithm = "sha-256") const;
  /// Empty for a key of another kind than those we make.
  [[nodiscard]] std::optional<KeyType> keyType() const;
  [[nodiscard]] CertificateInfo info() const;
  /// Certificate and private key as PEM text: a secret.
  [[nodiscard]] std::string pem() const;

  /// For Session only.
  [[nodiscard]] const Identity& identity() const { return *m_identity; }

 private:
  explicit Certificate(std::shared_ptr<const Identity> identity);

  std::shared_ptr<const Identity> m_identity;
};

}  // namespace kms::dtls
