// Owners of OpenSSL objects used by the SRTP transforms.
#pragma once

#include <kms/base/error.hpp>

#include <openssl/evp.h>

#include <memory>
#include <string>

namespace kms::srtp {

struct CipherContextFree {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree>;

struct CipherFree {
  void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
};
using Cipher = std::unique_ptr<EVP_CIPHER, CipherFree>;

/// Throws kms::Error when an OpenSSL call that cannot fail in a sane process did fail.
inline void require(bool ok, const char* what) {
  if (!ok) {
    throw Error(ErrorCode::kUnexpected, std::string("SRTP: OpenSSL failed in ") + what);
  }
}

}  // namespace kms::srtp
