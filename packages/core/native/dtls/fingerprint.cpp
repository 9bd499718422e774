#include "fingerprint.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kms::dtls {
namespace {

struct Hash {
  std::string_view name;
  const EVP_MD* (*digest)();
};

// MD5 and MD2 of RFC 8122 are left out: they give no protection.
constexpr std::array<Hash, 5> kHashes{{{"sha-1", EVP_sha1},
                                       {"sha-224", EVP_sha224},
                                       {"sha-256", EVP_sha256},
                                       {"sha-384", EVP_sha384},
                                       {"sha-512", EVP_sha512}}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

const EVP_MD* findDigest(std::string_view algorithm) {
  for (const Hash& hash : kHashes) {
    if (std::ranges::equal(algorithm, hash.name, {}, lower)) {
      return hash.digest();
    }
  }
  throw Error(ErrorCode::kIllegalParam,
              "unsupported fingerprint algorithm '" + std::string(algorithm.substr(0, 32)) + "'");
}

std::vector<std::uint8_t> digestOf(const X509* certificate, const EVP_MD* digest) {
  std::vector<std::uint8_t> value(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  require(X509_digest(certificate, digest, value.data(), &length) == 1, "X509_digest");
  value.resize(length);
  return value;
}

bool readPair(std::string_view pair, std::uint8_t& out) {
  const auto [end, error] = std::from_chars(pair.data(), pair.data() + pair.size(), out, 16);
  return error == std::errc{} && end == pair.data() + pair.size();
}

}  // namespace

bool Fingerprint::matches(const X509* certificate) const {
  return certificate != nullptr && digestOf(certificate, digest) == value;
}

Fingerprint parseFingerprint(std::string_view algorithm, std::string_view hex) {
  Fingerprint out{findDigest(algorithm), {}};
  const auto size = static_cast<std::size_t>(EVP_MD_get_size(out.digest));
  bool wellFormed = hex.size() == 3 * size - 1;
  for (std::size_t i = 0; wellFormed && i < size; ++i) {
    std::uint8_t byte = 0;
    wellFormed = readPair(hex.substr(3 * i, 2), byte) && (i + 1 == size || hex[3 * i + 2] == ':');
    out.value.push_back(byte);
  }
  if (!wellFormed) {
    throw Error(ErrorCode::kIllegalParam, "malformed " + std::string(algorithm) + " fingerprint '" +
                                              std::string(hex.substr(0, 200)) + "'");
  }
  return out;
}

Fingerprint fingerprintOf(const X509* certificate, std::string_view algorithm) {
  const EVP_MD* digest = findDigest(algorithm);
  return {digest, digestOf(certificate, digest)};
}

CertificateInfo infoOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  require(size > 0, "i2d_X509");
  std::string base64(static_cast<std::size_t>(4 * ((size + 2) / 3) + 1), '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), der, size);
  OPENSSL_free(der);
  base64.resize(static_cast<std::size_t>(length));
  return {toText(fingerprintOf(certificate, "sha-256")), std::move(base64)};
}

std::string toText(const Fingerprint& fingerprint) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::uint8_t byte : fingerprint.value) {
    text += text.empty() ? "" : ":";
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0fU];
  }
  return text;
}

}  // namespace kms::dtls
