// Certificate fingerprints (RFC 8122 5).
#pragma once

#include "openssl.hpp"

#include <kms/dtls/certificate.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kms::dtls {

struct Fingerprint {
  const EVP_MD* digest;
  std::vector<std::uint8_t> value;

  [[nodiscard]] bool matches(const X509* certificate) const;
};

/// Reads algorithm (any case) and "AB:CD:...". Throws kms::Error (kIllegalParam).
[[nodiscard]] Fingerprint parseFingerprint(std::string_view algorithm, std::string_view hex);
/// The fingerprint of a certificate. Throws kms::Error (kIllegalParam) for an unknown algorithm.
[[nodiscard]] Fingerprint fingerprintOf(const X509* certificate, std::string_view algorithm);
/// What statistics show of a certificate.
[[nodiscard]] CertificateInfo infoOf(X509* certificate);
[[nodiscard]] std::string toText(const Fingerprint& fingerprint);

}  // namespace kms::dtls
